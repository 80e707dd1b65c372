// Does everything that is owed happen in time? Two parts: obligations (of the script, and of nodes that were told to stop),
// and isolation of links that no fault touches. On a starved machine lateness gives unknown, never fail.
import type { Oracle } from '../../model/judging/oracle.ts';
import { lateAnswers } from './isolation.ts';
import { brokenPromises } from './promises.ts';
import { verdictOn } from '../evidence/suspicion.ts';

export const hang: Oracle = {
  name: 'hang',
  question: 'Does everything that is owed happen within its bound, also while other links are faulty?',
  judge: (history, plan) => verdictOn('hang', [...brokenPromises(history, plan), ...lateAnswers(history, plan)]),
};
