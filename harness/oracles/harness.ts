// Did the harness do its own work? If its fault server or event stream broke, the run says nothing about the system. So
// what the other oracles found is withdrawn to unknown. A broken injector is never blamed on the system.
import { eventsOf, type EventBody, type History } from '../model/judging/history.ts';
import type { Oracle } from '../model/judging/oracle.ts';
import { lateness } from './evidence/starvation.ts';
import { pass, unknown, type UnknownReason } from '../model/judging/verdict.ts';

type Problems = ReturnType<typeof eventsOf<'harness'>>;
type Problem = Extract<EventBody, { kind: 'harness' }>['problem'];

const REASON: Readonly<Record<Problem, UnknownReason>> = {
  injector: 'injector',
  'lost-events': 'harness',
  probe: 'harness',
  'stray-error': 'harness',
};

/**
 * The network or the witness itself was broken, so other evidence cannot be trusted. A probe that could not
 * read takes nothing away from what was seen: often it follows from a crash.
 */
const SPOILS: ReadonlySet<Problem> = new Set(['injector', 'lost-events']);

export const harness: Oracle = {
  name: 'harness',
  question: 'Did the harness itself do its work?',
  judge(history) {
    const [first] = problems(history);
    if (!first) return pass('harness');
    const { reason, detail } = why(first, history);
    return unknown('harness', reason, detail);
  },
};

/** The same oracle, whose fail becomes unknown where the run itself was spoilt. */
export function unlessSpoilt(oracle: Oracle): Oracle {
  return {
    ...oracle,
    judge(history, plan) {
      const verdict = oracle.judge(history, plan);
      const spoilt = problems(history).find((event) => SPOILS.has(event.problem));
      if (verdict.outcome !== 'fail' || !spoilt) return verdict;
      return {
        outcome: 'unknown',
        oracle: oracle.name,
        ...why(spoilt, history),
        findings: verdict.findings,
      };
    },
  };
}

/** A fault server that had no time to answer is late as everything else is: such a case is taken again alone. */
function why(event: Problems[number], history: History): { reason: UnknownReason; detail: string } {
  const { atMs, late } = event;
  const doubt = late && lateness(history, [{ fromMs: atMs - late.waitedMs, ...late }]).doubt;
  if (doubt) return { reason: doubt.reason, detail: `${event.detail}; ${doubt.detail}` };
  return { reason: REASON[event.problem], detail: inWords(event) };
}

/** The reason stands before it wherever it is shown. */
function inWords({ problem, detail }: { problem: Problem; detail: string }): string {
  return problem === REASON[problem] ? detail : `${problem}: ${detail}`;
}

/** The spoiling ones first. */
function problems(history: History): Problems {
  return eventsOf(history, 'harness').toSorted((a, b) => Number(SPOILS.has(b.problem)) - Number(SPOILS.has(a.problem)) || a.seq - b.seq);
}
