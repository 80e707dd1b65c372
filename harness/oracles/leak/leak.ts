// Does every countable thing come back to where it was? A leak grows with every cycle. Anything alive after everything was
// stopped and had the time to end is a leak.
import type { Oracle } from '../../model/judging/oracle.ts';
import { pass } from '../../model/judging/verdict.ts';
import { verdictOn } from '../evidence/suspicion.ts';
import { connectionsAtRest } from './connections.ts';
import { growing } from './growing.ts';
import { heldMore, notCompared } from './held-more.ts';
import { growingMemory, occupiedTooMuch } from './memory.ts';
import { leftOver } from './left-over.ts';
import { slowingRecovery } from './recovery.ts';
import { runtimeWarnings } from './warnings.ts';

export const leak: Oracle = {
  name: 'leak',
  question: 'Does every countable thing come back to where it was, and is nothing left over after the end?',
  judge(history, plan) {
    const verdict = verdictOn('leak', [
      ...leftOver(history, plan),
      ...growing(history),
      ...heldMore(history),
      ...growingMemory(history),
      ...occupiedTooMuch(history, plan),
      ...slowingRecovery(history, plan),
      ...connectionsAtRest(history, plan),
      ...runtimeWarnings(history, plan),
    ]);
    return verdict.outcome === 'pass' ? pass('leak', notCompared(history)) : verdict;
  },
};
