// After the lift of all faults the system has a bounded time to come to rest. It is at rest once all views of one truth agree, and
// nothing but heartbeats is seen for as long as its longest declared timer, and the views still say the same. Views that do
// not agree within the bound are read for as long again: then a system that was only slow is told from one that stays apart.
// The divergence oracle judges what they said last.
import { setTimeout } from 'node:timers/promises';
import { bounded } from '../model/time/bounded.ts';
import { atSpeed } from '../model/faults/clock-speed.ts';
import { milliseconds } from '../model/time/duration.ts';
import type { RestObservation } from '../model/judging/history.ts';
import { movement } from '../model/judging/movement.ts';
import { canonicalJson, type Json } from '../model/values/json.ts';
import type { Scenario, Script, StateView } from '../model/scenario.ts';
import { askedNode } from './record/asked-node.ts';
import type { Stage } from './drive/stage.ts';

const APART_MS = 200;
const READ_WITHIN_MS = 2_000;
/** What reading sets off by itself, such as a line in an access log, has happened by then. */
const ECHO_MS = 100;
const WINDOWS = 2;

interface Bounds {
  apartMs: number;
  boundMs: number;
  wantedMs: number;
}

export async function settle(scenario: Scenario, stage: Stage, context: Script): Promise<void> {
  const views = (scenario.system.views ?? []).filter((view) => scenario.truths === undefined || scenario.truths.includes(view.truth));
  const bounds = boundsOf(scenario, stage.plan);
  const { boundMs, wantedMs } = bounds;
  if (views.length === 0 && wantedMs === 0) return;
  using moves = movesIn(stage);
  const { agreedAfterMs, ...quiet } = await comeToRest(views, bounds, moves, stage, context);
  const rest: RestObservation = { probe: 'rest', boundMs, wantedMs, ...quiet, ...(views.length > 0 && { agreedAfterMs }) };
  stage.recorder.record({ kind: 'observation', observation: rest });
}

/** The system's timers run at the clock speed. A timer that fires at the end of the rest needs a moment to show. */
function boundsOf({ restWithin, quietFor }: Scenario, { topology, clockSpeed }: Stage['plan']): Bounds {
  const apartMs = APART_MS / clockSpeed;
  const longestTimerMs = Math.max(0, ...topology.nodes.map((node) => node.longestTimerMs ?? 0));
  const declaredMs = longestTimerMs === 0 ? 0 : longestTimerMs / clockSpeed + apartMs;
  const wantedMs = quietFor === undefined ? declaredMs : milliseconds(quietFor) / clockSpeed;
  return { apartMs, boundMs: atSpeed(milliseconds(restWithin), clockSpeed), wantedMs };
}

type Rest = Pick<RestObservation, 'quietMs' | 'moved'> & { agreedAfterMs: number | null };

async function comeToRest(
  views: readonly StateView[],
  { apartMs, boundMs, wantedMs }: Bounds,
  moves: Moves,
  stage: Stage,
  context: Script,
): Promise<Rest> {
  const { recorder, signal } = stage;
  const startedMs = recorder.nowMs();
  // Of a node that is gone nobody expects a view, and where no node runs, of nobody.
  const { system } = stage;
  const isExpected = ({ node, unreadable }: Reading[number]): boolean =>
    !unreadable || (node === undefined ? system.names().some((name) => system.node(name)) : system.node(node) !== undefined);
  const look = (sample: number): Promise<Look> =>
    moves.whileReading(async () => (await read(views, stage, context, sample)).filter(isExpected));
  let first = await look(1);
  let waitMs = agrees(first.reading) ? Math.min(wantedMs, boundMs) : 0;
  for (let sample = 2; ; sample++) {
    await setTimeout(Math.max(apartMs, waitMs), undefined, { signal }).catch(() => signal.throwIfAborted());
    const last = await look(sample);
    const leftMs = startedMs + boundMs - recorder.nowMs();
    if (agrees(last.reading) && digest(last.reading) === digest(first.reading)) {
      const moved = moves.last();
      const quietMs = Math.max(0, last.fromMs - Math.max(first.toMs, moved?.atMs ?? 0));
      if (quietMs >= wantedMs || leftMs <= 0)
        return { agreedAfterMs: first.fromMs - startedMs, quietMs, ...(quietMs < wantedMs && moved && { moved: moved.what }) };
      waitMs = Math.min(wantedMs - quietMs, leftMs);
    } else {
      first = last;
      if (leftMs <= -(WINDOWS - 1) * boundMs) return { agreedAfterMs: null, quietMs: 0 };
      waitMs = 0;
    }
  }
}

interface Look {
  reading: Reading;
  fromMs: number;
  toMs: number;
}

interface Moves extends Disposable {
  /** What moved last, but for what the readings themselves set off. */
  last(): { atMs: number; what: string } | undefined;
  whileReading(act: () => Promise<Reading>): Promise<Look>;
}

function movesIn({ recorder, plan }: Stage): Moves {
  const movedBy = movement(plan.topology.links);
  let last: { atMs: number; what: string } | undefined;
  let readFromMs = Infinity;
  let readToMs = -Infinity;
  const stop = recorder.subscribe((event) => {
    const what = event.kind === 'observation' ? undefined : movedBy(event);
    const isEcho = event.atMs >= readFromMs && event.atMs <= readToMs + ECHO_MS;
    if (what !== undefined && !isEcho) last = { atMs: event.atMs, what };
  });
  return {
    last: () => last,
    async whileReading(act) {
      const fromMs = (readFromMs = recorder.nowMs());
      readToMs = Infinity;
      const reading = await act();
      const toMs = (readToMs = recorder.nowMs());
      return { reading, fromMs, toMs };
    },
    [Symbol.dispose]: stop,
  };
}

type Reading = { truth: string; subject: string; node?: string; value: Json; unreadable?: true }[];

async function read(views: readonly StateView[], stage: Stage, context: Script, sample: number): Promise<Reading> {
  const readings = await Promise.all(
    views.map(async (view) => {
      const { truth, subject, node } = view;
      const asked = askedNode({ name: subject, ...(node !== undefined && { node }) }, stage.plan.topology);
      return { truth, subject, ...asked, ...(await valueOf(view, context)) };
    }),
  );
  for (const reading of readings) stage.recorder.record({ kind: 'observation', observation: { probe: 'view', sample, ...reading } });
  return readings;
}

async function valueOf(view: StateView, context: Script): Promise<{ value: Json; unreadable?: true }> {
  try {
    const read = await bounded(view.read(context), { withinMs: READ_WITHIN_MS });
    return read.state === 'done' ? { value: read.value } : unreadable(`no answer within ${READ_WITHIN_MS / 1_000} s`);
  } catch (error) {
    return unreadable((error as Error).message);
  }
}

function unreadable(reason: string): { value: Json; unreadable: true } {
  return { value: { unreadable: reason }, unreadable: true };
}

function agrees(readings: Reading): boolean {
  const values = new Map<string, string>();
  return readings.every(({ truth, value }) => {
    const text = canonicalJson(value);
    const first = values.get(truth) ?? text;
    values.set(truth, first);
    return first === text;
  });
}

function digest(readings: Reading): string {
  return canonicalJson(readings);
}
