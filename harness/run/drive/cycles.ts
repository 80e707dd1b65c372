// Leaks show over repeated rounds: after each round the holdings of every node are read at rest. Rounds that grow are
// repeated as often again. Only growth that doubles with the rounds is a leak; a pool stops growing.
import type { Script } from '../../model/scenario.ts';
import type { Stage } from './stage.ts';
import type { ResourceSample } from './environment.ts';

const COUNT = 8;
const WARM_UP = 2;
const REST_MS = 2_000;
/** Once a count has stayed up for the whole rest, later rounds wait less: the last round of each series waits fully. */
const REST_AGAIN_MS = 100;

export async function runCycles(
  stage: Stage,
  series: string,
  round: (index: number) => Promise<void>,
  options: Parameters<Script['cycles']>[2] = {},
): Promise<void> {
  const { warmUp = WARM_UP, count = COUNT, nodes = stage.system.names() } = options;
  for (let index = 1 - warmUp; index <= 0; index++) await round(index);
  const samples: Sample[] = [await sampleAtRest(stage, nodes, undefined, REST_MS)];
  record(stage, series, 0, samples[0] as Sample);
  let restMs = REST_MS;
  for (let total = count, index = 1; index <= total; index++) {
    await round(index);
    const before = samples.at(-1) as Sample;
    const sample = await sampleAtRest(stage, nodes, before, index === total ? REST_MS : restMs);
    restMs = grewBetween(before, sample) ? REST_AGAIN_MS : REST_MS;
    samples.push(sample);
    record(stage, series, index, sample);
    if (index === count && total === count && looksLeaky(samples)) total = count * 2;
  }
}

type Sample = ReadonlyMap<string, ResourceSample>;

async function sampleAtRest(stage: Stage, nodes: readonly string[], before: Sample | undefined, restMs: number): Promise<Sample> {
  let sample = await sampleOnce(stage, nodes);
  for (let waitedMs = 0, pauseMs = 10; waitedMs < restMs; waitedMs += pauseMs, pauseMs *= 2) {
    if (before ? !grewBetween(before, sample) : waitedMs >= 30) return sample;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const again = await sampleOnce(stage, nodes);
    if (!before && equalSamples(sample, again)) return again;
    sample = again;
  }
  return sample;
}

async function sampleOnce(stage: Stage, nodes: readonly string[]): Promise<Sample> {
  const { environment, system, recorder } = stage;
  const sample = new Map<string, ResourceSample>();
  for (const name of nodes) {
    const pids = await system.node(name)?.pids();
    if (!pids) continue;
    const resources = await environment.probes.resources(pids);
    if ('unreadable' in resources)
      recorder.record({ kind: 'harness', problem: 'probe', detail: `resources of '${name}': ${resources.unreadable}` });
    else sample.set(name, resources);
  }
  return sample;
}

function record(stage: Stage, series: string, cycle: number, sample: Sample): void {
  for (const [node, { counts, holders }] of sample)
    stage.recorder.record({ kind: 'observation', observation: { probe: 'resources', node, series, cycle, counts, holders } });
}

function grewBetween(before: Sample, after: Sample): boolean {
  return [...after].some(([node, { counts }]) => {
    const earlier = before.get(node)?.counts ?? {};
    return Object.entries(counts).some(([kind, count]) => count > (earlier[kind] ?? 0));
  });
}

function equalSamples(a: Sample, b: Sample): boolean {
  return !grewBetween(a, b) && !grewBetween(b, a);
}

/** Some kind never falls and rises in at least six of eight steps. */
function looksLeaky(samples: readonly Sample[]): boolean {
  const last = samples.at(-1) as Sample;
  return [...last].some(([node, { counts }]) =>
    Object.keys(counts).some((kind) => {
      const series = samples.map((sample) => sample.get(node)?.counts[kind] ?? 0);
      const steps = series.slice(1).map((count, i) => count - (series[i] as number));
      return steps.every((step) => step >= 0) && steps.filter((step) => step > 0).length >= steps.length * 0.75;
    }),
  );
}
