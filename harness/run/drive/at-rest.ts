// What nodes hold at rest. A moment after something has happened they may hold more or less than they will: so they are read
// until two readings agree.
import type { ResourceSample } from './environment.ts';
import type { Stage } from './stage.ts';
import { DRIVER } from '../../model/system/link.ts';

export type Sample = ReadonlyMap<string, ResourceSample>;
/** What the script holds, which is read with the nodes and rests with them. */
type OfScript = (stage: Stage) => Promise<ResourceSample | undefined>;

/** Between two readings, at most: what comes and goes is to be seen to go. */
const PAUSE_MAX_MS = 640;

interface SampleInTime {
  sample: Sample;
  /** It is as the one before it. */
  stands: boolean;
  /** How long it was paused for, in all. */
  waitedMs: number;
}

/** It is read until it stands still, or is no more than before, for `restMs` at most. */
export async function sampleAtRest(
  stage: Stage,
  nodes: readonly string[],
  before: Sample | undefined,
  restMs: number,
  ofScript?: OfScript,
): Promise<Sample> {
  let last: Sample = new Map();
  for await (const { sample, stands, waitedMs } of samplesInTime(stage, nodes, restMs, ofScript)) {
    if (before ? isBack(before, sample, stands) : stands || waitedMs >= 30) return sample;
    last = sample;
  }
  return last;
}

/** One reading after the other for `restMs`. */
export async function* samplesInTime(
  stage: Stage,
  nodes: readonly string[],
  restMs: number,
  ofScript?: OfScript,
): AsyncGenerator<SampleInTime, void, undefined> {
  let last: Sample | undefined;
  for (let waitedMs = 0, pauseMs = 10; ; waitedMs += pauseMs, pauseMs = Math.min(2 * pauseMs, PAUSE_MAX_MS)) {
    const sample = await sampleOnce(stage, nodes, ofScript);
    yield { sample, stands: waitedMs > 30 && last !== undefined && equalSamples(last, sample), waitedMs };
    if (waitedMs >= restMs) return;
    last = sample;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/**
 * It holds what it held before. What is less may be a moment between a loss and its recovery: that must stand, or a leak would
 * seem to fall now and then.
 */
export function isBack(before: Sample, sample: Sample, stands: boolean): boolean {
  if (grewBetween(before, sample)) return false;
  return stands || equalSamples(before, sample);
}

async function sampleOnce(stage: Stage, nodes: readonly string[], ofScript?: OfScript): Promise<Sample> {
  const { environment, system, recorder } = stage;
  const sample = new Map<string, ResourceSample>();
  // All at once: one look at the machine's processes and sockets serves all nodes.
  const reading = {};
  const readings = await Promise.all(
    nodes.map(async (name) => {
      const pids = await system.node(name)?.pids();
      return [name, pids && (await environment.probes.resources(pids, reading))] as const;
    }),
  );
  for (const [name, resources] of readings) {
    if (!resources) continue;
    if ('unreadable' in resources)
      recorder.record({ kind: 'harness', problem: 'probe', detail: `resources of '${name}': ${resources.unreadable}` });
    else sample.set(name, resources);
  }
  const own = await ofScript?.(stage);
  if (own) sample.set(DRIVER, own);
  return sample;
}

export function grewBetween(before: Sample, after: Sample): boolean {
  return [...after].some(([node, { counts }]) => {
    const earlier = before.get(node)?.counts ?? {};
    return Object.entries(counts).some(([kind, count]) => count > (earlier[kind] ?? 0));
  });
}

function equalSamples(a: Sample, b: Sample): boolean {
  return !grewBetween(a, b) && !grewBetween(b, a);
}

/**
 * Of the last reading, what all before it have had as well. A program that is asked for something every now and then, with its pipes and
 * its connections, is another one each time, however often it is met; what leaks is the same at any time.
 */
export function heldThroughout(readings: readonly Sample[]): Sample {
  return readings.reduce((earlier, later) => {
    const both = [...later].flatMap(([node, held]): [string, ResourceSample][] => {
      const was = earlier.get(node);
      return was ? [[node, heldInBoth(was, held)]] : [];
    });
    return new Map(both);
  });
}

function heldInBoth(earlier: ResourceSample, later: ResourceSample): ResourceSample {
  const holders = Object.fromEntries(
    Object.entries(later.holders).map(([kind, lines]) => {
      const left = (earlier.holders[kind] ?? []).map(withoutState);
      const kept = lines.filter((line) => {
        const at = left.indexOf(withoutState(line));
        if (at >= 0) left.splice(at, 1);
        return at >= 0;
      });
      return [kind, kept];
    }),
  );
  return { holders, counts: Object.fromEntries(Object.entries(holders).map(([kind, lines]) => [kind, lines.length])) };
}

/** The state of a connection may change while it is held. */
function withoutState(line: string): string {
  return line.replace(/ [A-Z_]+\d?$/, '');
}
