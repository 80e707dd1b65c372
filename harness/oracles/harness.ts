// Did the harness do its own work? If its fault server or event stream broke, the run says nothing about the system. So
// what the other oracles found is withdrawn to unknown. A broken injector is never blamed on the system.
import { eventsOf, type EventBody, type History } from '../model/judging/history.ts';
import type { Oracle } from '../model/judging/oracle.ts';
import { pass, unknown, type UnknownReason } from '../model/judging/verdict.ts';

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
    return first ? unknown('harness', REASON[first.problem], inWords(first)) : pass('harness');
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
        reason: REASON[spoilt.problem],
        detail: inWords(spoilt),
        findings: verdict.findings,
      };
    },
  };
}

/** The reason stands before it wherever it is shown. */
function inWords({ problem, detail }: { problem: Problem; detail: string }): string {
  return problem === REASON[problem] ? detail : `${problem}: ${detail}`;
}

/** The spoiling ones first. */
function problems(history: History): ReturnType<typeof eventsOf<'harness'>> {
  return eventsOf(history, 'harness').toSorted((a, b) => Number(SPOILS.has(b.problem)) - Number(SPOILS.has(a.problem)) || a.seq - b.seq);
}
