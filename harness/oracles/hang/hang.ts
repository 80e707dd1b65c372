// Does everything that is owed happen in time? Three parts: promises of the script, isolation of links that no
// fault touches, and nodes that were told to stop. On a starved machine lateness gives unknown, never fail.
import type { Oracle } from '../../model/judging/oracle.ts';
import { lateAnswers } from './isolation.ts';
import { brokenPromises } from './promises.ts';
import { slowStops } from './stops.ts';
import { verdictOn } from '../evidence/suspicion.ts';

export const hang: Oracle = {
  name: 'hang',
  question: 'Does everything that is owed happen within its bound, also while other links are faulty?',
  judge: (history, plan) =>
    verdictOn('hang', [...brokenPromises(history, plan), ...lateAnswers(history, plan), ...slowStops(history, plan)]),
};
