// Was a link dialled more often, or did it hold more connections at once, than it may? Did a step fire more often? These are counts,
// so they stand on any machine. Only dials within a stretch of time need more: a machine that stood still lets go of late dials in one rush.
import type { Step } from '../model/faults/fault.ts';
import { LINK_FAULTS } from '../model/faults/link/table.ts';
import { eventsOf, type History } from '../model/judging/history.ts';
import type { Oracle, Plan } from '../model/judging/oracle.ts';
import { linkSteps } from '../model/scenario.ts';
import type { Link } from '../model/system/link.ts';
import { linkNamed, transportOf } from '../model/system/topology.ts';
import { milliseconds } from '../model/time/duration.ts';
import { lostIn, readingsIn } from './evidence/lost-time.ts';
import { starvedDoubt } from './evidence/starvation.ts';
import { verdictOn, type Suspicion } from './evidence/suspicion.ts';
import { lasting } from '../model/text/words.ts';

/** What a machine may have held back is looked for in so many stretches before the one in which the dials came. */
const STRETCHES_BEFORE = 5;
const STREAMS_OF_A_CHILD = 3;

export const bounds: Oracle = {
  name: 'bounds',
  question: 'Was no link dialled more often, held none more connections at once, and fired no step more often, than it may?',
  judge: (history, plan) =>
    verdictOn('bounds', [
      ...plan.topology.links.flatMap((link) => [...dials(link, history, plan), ...connections(link, history, plan)]),
      ...plan.schedule.flatMap((step) => firings(step, history, plan)),
    ]),
};

interface Dial {
  seq: number;
  atMs: number;
}

function dials(link: Link, history: History, plan: Plan): Suspicion[] {
  const { dialsAtMost: bound } = link;
  if (bound === undefined) return [];
  const all = dialsOf(link, history, plan);
  const count = typeof bound === 'number' ? bound : bound.count;
  const perMs = typeof bound === 'number' ? Infinity : milliseconds(bound.per) / plan.clockSpeed;
  const most = fullestStretch(all, perMs);
  const [first, last] = [most.at(0), most.at(-1)];
  if (!first || !last || most.length <= count) return [];
  const limit = perMs === Infinity ? `in a run` : `in ${lasting(perMs)}`;
  const message = `'${link.name}' was dialled ${most.length} times in ${lasting(last.atMs - first.atMs)}, from ${lasting(first.atMs)} on; at most ${count} ${limit} are allowed`;
  const finding = { code: 'TW-BOUNDS-DIALS' as const, message, subject: link.from, events: most.map(({ seq }) => seq) };
  return [{ finding, ...(perMs === Infinity ? {} : rushDoubt(history, most.length, { count, perMs, first, last })) }];
}

/** Those of them that a machine can press into one stretch came in it and in the time that the machine took. */
function rushDoubt(
  history: History,
  found: number,
  { count, perMs, first, last }: { count: number; perMs: number; first: Dial; last: Dial },
): Pick<Suspicion, 'doubt'> {
  const fromMs = first.atMs - STRETCHES_BEFORE * perMs;
  const lostMs = readingsIn(history).reduce((sum, reading) => sum + lostIn(reading, fromMs, last.atMs, false), 0);
  return found > count * Math.ceil((perMs + lostMs) / perMs) ? {} : starvedDoubt(history, fromMs, last.atMs);
}

function fullestStretch(all: readonly Dial[], perMs: number): readonly Dial[] {
  let [from, most] = [0, { start: 0, end: 0 }];
  for (let end = 1; end <= all.length; end += 1) {
    while (all[end - 1]!.atMs - all[from]!.atMs > perMs) from += 1;
    if (end - from > most.end - most.start) most = { start: from, end };
  }
  return all.slice(most.start, most.end);
}

/** In their order. Those that the address treats badly at once (accept-then-close) never become connections. */
function dialsOf(link: Link, history: History, plan: Plan): Dial[] {
  const opened = eventsOf(history, 'connection').filter((event) => event.link === link.name && event.state === 'opened');
  if (transportOf(plan.topology, link) === 'stdio') return childrenOf(opened);
  const atOnce = new Set(
    linkSteps(plan.schedule)
      .filter((step) => step.link === link.name && LINK_FAULTS[step.fault.kind].aim === 'counted connections')
      .map((step) => step.id),
  );
  const mistreated = eventsOf(history, 'fault').filter((event) => event.state === 'fired' && atOnce.has(event.step));
  return [...opened, ...mistreated].toSorted((a, b) => a.atMs - b.atMs);
}

function childrenOf(streams: readonly (Dial & { connection: number })[]): Dial[] {
  const children = Map.groupBy(streams, ({ connection }) => Math.ceil(connection / STREAMS_OF_A_CHILD));
  return [...children.values()].flatMap(([first]) => first ?? []);
}

function connections(link: Link, history: History, plan: Plan): Suspicion[] {
  const { connectionsAtMost: count } = link;
  if (count === undefined) return [];
  const perDial = transportOf(plan.topology, link) === 'stdio' ? STREAMS_OF_A_CHILD : 1;
  const open = new Map<number, number>();
  let most: { seqs: readonly number[]; atMs: number } | undefined;
  for (const event of eventsOf(history, 'connection')) {
    if (event.link !== link.name) continue;
    if (event.state === 'opened') open.set(event.connection, event.seq);
    else open.delete(event.connection);
    if (open.size > (most?.seqs.length ?? count * perDial)) most = { seqs: [...open.values()], atMs: event.atMs };
  }
  if (!most) return [];
  const found = Math.ceil(most.seqs.length / perDial);
  const message = `'${link.name}' held ${found} connections at once at ${lasting(most.atMs)}; at most ${count} are allowed`;
  return [{ finding: { code: 'TW-BOUNDS-CONNECTIONS', message, subject: link.from, events: most.seqs } }];
}

function firings(step: Step, history: History, plan: Plan): Suspicion[] {
  const { id, firesAtMost: count } = step;
  if (count === undefined) return [];
  const fired = eventsOf(history, 'fault').filter((event) => event.step === id && event.state === 'fired');
  if (fired.length <= count) return [];
  const message = `'${id}' fired ${fired.length} times; at most ${count} are allowed`;
  return [{ finding: { code: 'TW-BOUNDS-FIRINGS', message, subject: whoMakesItFire(step, plan), events: fired.map(({ seq }) => seq) } }];
}

/** On a link it is the one who dials, or who sends what is hit. */
function whoMakesItFire(step: Step, plan: Plan): string {
  if (step.on === 'node') return step.fault.node;
  if (step.on !== 'link') return step.node;
  const { from, to } = linkNamed(plan.topology, step.link);
  const isByDialling = LINK_FAULTS[step.fault.kind].aim === 'counted connections';
  return isByDialling || step.direction === 'upstream' ? from : to;
}
