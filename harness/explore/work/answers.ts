// Did each operation of a workload answer as it may? Without any fault that is another matter than once one has struck.
import { eventsOf, type History, type KindOf } from '../../model/judging/history.ts';
import type { Step } from '../../model/faults/fault.ts';
import type { Oracle, Plan } from '../../model/judging/oracle.ts';
import { failOrPass, type Finding, type Verdict } from '../../model/judging/verdict.ts';
import { lateness, type Wait } from '../../oracles/evidence/starvation.ts';
import type { WorkAnswer, Workload } from './parts.ts';
import { WORKER } from './play-work.ts';
import { roundBegunBy } from './rounds.ts';

const NAME = 'answers';
const ANSWER = { ok: 'ok', failed: 'refused', indeterminate: 'indeterminate' } as const;
const ANYTHING: readonly WorkAnswer[] = ['ok', 'refused', 'indeterminate'];
/** Who is cut off may notice before the fault server can say that it has cut. */
const TOLD_AFTER_MS = 1_000;
const CALM: readonly WorkAnswer[] = ['ok'];
/** What says no or breaks off sooner has waited for nothing. */
const WAITED_MIN_MS = 1_000;
/** The bounds of clients are several times what their answers take: a machine that takes less than this share is no excuse. */
const TAKEN_MIN = 0.5;

export function answers({ operations }: Pick<Workload, 'operations'>): Oracle {
  return {
    name: NAME,
    question: 'Did each operation of the work answer as it may?',
    judge(history, plan) {
      const wrong = wrongIn(history, operations, harmlessIn(plan));
      return (
        doubted(wrong, history) ??
        failOrPass(
          NAME,
          wrong.map(({ finding }) => finding),
        )
      );
    },
  };
}

interface Wrong {
  finding: Omit<Finding, 'oracle'>;
  wait: Wait;
}

/** A limit holds from the moment it is set; that a program has come to it is looked for now and then, and may be seen late or never. */
function isInForce({ state, fault }: KindOf<'fault'>): boolean {
  return state === 'fired' || (state === 'armed' && fault === 'limit');
}

/** They change where reads end, and no byte of what is read: a stream of TCP keeps no borders of writes (RFC 9293, 3.8). */
const HARMLESS: ReadonlySet<Step['fault']['kind']> = new Set(['split', 'split-utf8', 'coalesce']);

/** The steps after which an operation may take longer, and be refused no more than without any fault. */
function harmlessIn({ schedule }: Plan): ReadonlySet<string> {
  return new Set(schedule.flatMap(({ id, fault }) => (HARMLESS.has(fault.kind) ? [id] : [])));
}

/** By its bounds it may have waited for what came in other pieces; what is refused sooner has waited for nothing. */
function mayBeLate(state: 'failed' | 'indeterminate' | 'ok', waitedMs: number): boolean {
  return state === 'indeterminate' || waitedMs >= WAITED_MIN_MS;
}

function wrongIn(history: History, operations: Workload['operations'], harmless: ReadonlySet<string>): Wrong[] {
  const [strikesMs, brokenMs] = [brokenIn(history, new Set()), brokenIn(history, harmless)];
  const invokedMs = new Map<number, number>();
  return eventsOf(history, 'operation').flatMap(({ id, client, name, state, value, atMs, seq }) => {
    if (client !== WORKER) return [];
    if (state === 'invoked') {
      invokedMs.set(id, atMs);
      return [];
    }
    const isCalm = atMs < brokenMs(atMs);
    const { answers: calm = CALM, answersUnderFault = ANYTHING } = operations[name] ?? {};
    const may = isCalm ? calm : answersUnderFault;
    if (may.includes(ANSWER[state])) return [];
    const fromMs = invokedMs.get(id) ?? atMs;
    const waitedMs = atMs - fromMs;
    const isReshaped = isCalm && atMs >= strikesMs(atMs);
    if (isReshaped && mayBeLate(state, waitedMs)) return [];
    const when = isReshaped ? 'where bytes came in other pieces alone' : isCalm ? 'without any fault' : 'after a fault';
    const bug = `'${name}' ${when} was ${ANSWER[state]}, and may only be ${may.join(' or ')}`;
    return [
      {
        finding: { message: `${bug} (${JSON.stringify(value)})`, bug, events: [seq] },
        wait: { fromMs, waitedMs, boundMs: waitedMs * (1 - TAKEN_MIN) },
      },
    ];
  });
}

/**
 * When the first fault of a round may have been noticed, by a time in that round. Without rounds the whole history is one. A fault is of
 * the round in which it was armed: the fault server may tell a time before that, for its clock is another one.
 */
function brokenIn(history: History, harmless: ReadonlySet<string>): (atMs: number) => number {
  const begunMs = history.flatMap((event) => (roundBegunBy(event) === undefined ? [] : [event.atMs]));
  const roundAt = (atMs: number): number => begunMs.findLastIndex((fromMs) => fromMs <= atMs);
  const faults = eventsOf(history, 'fault').filter(({ step }) => !harmless.has(step));
  const armedIn = new Map(faults.flatMap(({ step, state, atMs }) => (state === 'armed' ? [[step, roundAt(atMs)]] : [])));
  const firedMs = new Map<number, number>();
  for (const event of faults) {
    const round = armedIn.get(event.step) ?? roundAt(event.atMs);
    if (isInForce(event)) firedMs.set(round, Math.min(event.atMs, firedMs.get(round) ?? Infinity));
  }
  return (atMs) => (firedMs.get(roundAt(atMs)) ?? Infinity) - TOLD_AFTER_MS;
}

/** On a machine that gave nobody time the first of them may have been given up, and the others may have come of that. */
function doubted([first, ...rest]: readonly Wrong[], history: History): Verdict | undefined {
  if (!first || first.wait.waitedMs < WAITED_MIN_MS) return undefined;
  const { doubt } = lateness(history, [first.wait]);
  return (
    doubt && { outcome: 'unknown', oracle: NAME, ...doubt, findings: [first, ...rest].map(({ finding }) => ({ oracle: NAME, ...finding })) }
  );
}
