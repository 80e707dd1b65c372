// Many cheap rounds, and what every node keeps in memory after some of them. Memory that grew over them is read over as many
// rounds again: only what keeps on growing is a leak.
import { memoryGrowthOf, type MemoryReading } from '../../model/judging/memory-growth.ts';
import type { MemorySample } from '../../model/judging/memory-sample.ts';
import type { Series } from './series.ts';
import type { Stage } from './stage.ts';

const COUNT = 100;
const WARM_UP = 20;
/** So many points tell a trend; each may take a collection of garbage. */
const READINGS = 20;

export async function playForMemory(stage: Stage, { name, round, options, over }: Series): Promise<void> {
  const { warmUp = WARM_UP, count = COUNT, nodes = stage.system.names() } = options;
  const every = Math.max(1, Math.floor(count / READINGS));
  const readings = new Map<string, MemoryReading[]>(nodes.map((node) => [node, []]));

  const read = async (cycle: number, confirms: boolean): Promise<void> => {
    for (const [node, ofNode] of readings) {
      const sample = await sampleOf(stage, node, options.memory);
      if (!sample) continue;
      const reading = { cycle, ...(confirms && { confirms: true as const }), ...sample };
      ofNode.push(reading);
      stage.recorder.record({ kind: 'observation', observation: { probe: 'memory', node, series: name, ...reading } });
    }
  };

  for (let index = 1 - warmUp; index <= 0 && !over.aborted; index++) await round(index);
  await read(0, false);
  let total = count;
  for (let index = 1; index <= total && !over.aborted; index++) {
    await round(index);
    if (index % every === 0) await read(index, index > count);
    if (index === count && [...readings.values()].some((ofNode) => memoryGrowthOf(ofNode).state !== 'none')) total = count * 2;
  }
}

async function sampleOf(stage: Stage, node: string, how: Series['options']['memory']): Promise<MemorySample | undefined> {
  const pids = (await stage.system.node(node)?.pids()) ?? [];
  const sample = await stage.environment.probes.memory(pids, how === true);
  if (!sample || typeof how !== 'function') return sample;
  return { ...sample, liveBytes: await how(node) };
}
