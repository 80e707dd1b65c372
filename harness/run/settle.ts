// After the lift of all faults the system has a bounded time to come to rest. Views of one truth are read until two
// readings, at least 200 ms apart, are equal and the views agree. The divergence oracle judges what they said last.
import { bounded } from '../model/time/bounded.ts';
import { atSpeed } from '../model/faults/clock-speed.ts';
import { milliseconds } from '../model/time/duration.ts';
import { canonicalJson, type Json } from '../model/values/json.ts';
import type { Scenario, Script, StateView } from '../model/scenario.ts';
import { askedNode } from './record/asked-node.ts';
import type { Stage } from './drive/stage.ts';

const APART_MS = 200;
const READ_WITHIN_MS = 2_000;

export async function settle(scenario: Scenario, stage: Stage, context: Script): Promise<void> {
  const views = (scenario.system.views ?? []).filter((view) => scenario.truths === undefined || scenario.truths.includes(view.truth));
  if (views.length === 0) return;
  const boundMs = atSpeed(milliseconds(scenario.restWithin), stage.plan.clockSpeed);
  const startedMs = performance.now();
  let before = await read(views, stage, context, 1);
  for (let sample = 2; ; sample++) {
    stage.signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, APART_MS / stage.plan.clockSpeed));
    const now = await read(views, stage, context, sample);
    const atRest = agrees(now) && digest(now) === digest(before);
    if (atRest || performance.now() - startedMs >= boundMs) return;
    before = now;
  }
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
