// Did each operation of a workload answer as it may? Without any fault that is another matter than once one has struck.
import { eventsOf, type KindOf } from '../../model/judging/history.ts';
import type { Oracle } from '../../model/judging/oracle.ts';
import { failOrPass } from '../../model/judging/verdict.ts';
import type { WorkAnswer, Workload } from './parts.ts';
import { WORKER } from './play-work.ts';

const ANSWER = { ok: 'ok', failed: 'refused', indeterminate: 'indeterminate' } as const;
const ANYTHING: readonly WorkAnswer[] = ['ok', 'refused', 'indeterminate'];
/** Who is cut off may notice before the fault server can say that it has cut. */
const TOLD_AFTER_MS = 1_000;
const CALM: readonly WorkAnswer[] = ['ok'];

/** A limit holds from the moment it is set; that a program has come to it is looked for now and then, and may be seen late or never. */
function isInForce({ state, fault }: KindOf<'fault'>): boolean {
  return state === 'fired' || (state === 'armed' && fault === 'limit');
}

export function answers({ operations }: Pick<Workload, 'operations'>): Oracle {
  return {
    name: 'answers',
    question: 'Did each operation of the work answer as it may?',
    judge(history) {
      const firedMs = Math.min(...eventsOf(history, 'fault').flatMap((event) => (isInForce(event) ? [event.atMs] : [])));
      const brokenMs = firedMs - TOLD_AFTER_MS;
      const wrong = eventsOf(history, 'operation').flatMap(({ client, name, state, value, atMs, seq }) => {
        if (client !== WORKER || state === 'invoked') return [];
        const isCalm = atMs < brokenMs;
        const { answers: calm = CALM, answersUnderFault = ANYTHING } = operations[name] ?? {};
        const may = isCalm ? calm : answersUnderFault;
        if (may.includes(ANSWER[state])) return [];
        const bug = `'${name}' ${isCalm ? 'without any fault' : 'after a fault'} was ${ANSWER[state]}, and may only be ${may.join(' or ')}`;
        return [{ message: `${bug} (${JSON.stringify(value)})`, bug, events: [seq] }];
      });
      return failOrPass('answers', wrong);
    },
  };
}
