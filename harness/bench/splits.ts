// How many one-byte slices a plain Node reader in another process sees as reads of their own, and what a slice costs. It is
// measured once on the machine as it is, and once with four busy processes for each core.
import { availableParallelism } from 'node:os';
import { countingReader, type PairTransport } from '../proxy/testing/connected-pair.ts';
import { writeSlices, type Fidelity } from '../proxy/exact/exact.ts';
import { atLeast, atMost, told, type Row } from './row.ts';
import { killed, startTied } from './base/tied-child.ts';

interface Way {
  name: string;
  transport: PairTransport;
  want: Fidelity;
  /** Percent of the slices that must be seen separately. */
  seenMin: number;
  /** On a machine without other load. */
  usMax: number;
}

const COUNT = 1_000_000;
const DEADLINE_MS = 20 * 60_000;
const LOAD_FOLD = 4;

export const splitUnixBoundary = bench({ name: 'split-unix-boundary', transport: 'unix', want: 'boundary', seenMin: 100, usMax: 20 });
export const splitUnixGated = bench({ name: 'split-unix-gated', transport: 'unix', want: 'gated', seenMin: 99.99, usMax: 120 });
export const splitTcp = bench({ name: 'split-tcp', transport: 'tcp', want: 'gated', seenMin: 99.999, usMax: 60 });
export const splitPipe = bench({ name: 'split-pipe', transport: 'pipe', want: 'gated', seenMin: 99.99, usMax: 60 });

/**
 * The share on the quiet machine comes last. The cost under load is told, not judged: it is the scheduler's, and
 * ten times higher, hence fewer slices there.
 */
function bench(way: Way): (count?: number, loadedCount?: number) => Promise<Row[]> {
  return async (count = COUNT, loadedCount = Math.ceil(count / 5)) => {
    const loaded = await underLoad(() => measure(way, loadedCount));
    const quiet = await measure(way, count);
    return [
      told(`${way.name}-loaded-us`, loaded.us, 'us a slice'),
      atLeast(`${way.name}-loaded`, loaded.seenPercent, `% of ${loadedCount} slices seen, load x${LOAD_FOLD}`, way.seenMin),
      atMost(`${way.name}-us`, quiet.us, 'us a slice', way.usMax),
      atLeast(way.name, quiet.seenPercent, `% of ${count} slices seen`, way.seenMin),
    ];
  };
}

async function measure(way: Way, count: number): Promise<{ seenPercent: number; us: number }> {
  await using reader = await countingReader(way.transport);
  const startedMs = performance.now();
  const report = await writeSlices(reader.socket, Buffer.alloc(count, 1), { every: 1 }, { want: way.want, deadlineMs: DEADLINE_MS });
  const us = ((performance.now() - startedMs) * 1000) / count;
  const { reads, bytes } = await reader.count();
  if (way.want !== report.fidelity) throw new Error(`slices here are ${report.fidelity}, not ${way.want}: tornwire doctor says why`);
  if (bytes !== count) throw new Error(`${way.name}: ${bytes} of ${count} bytes arrived: ${JSON.stringify(report)}`);
  return { seenPercent: (100 * reads) / count, us };
}

async function underLoad<Result>(action: () => Promise<Result>): Promise<Result> {
  const spin = `const end = Date.now() + ${DEADLINE_MS}; while (Date.now() < end);`;
  const spinners = Array.from({ length: LOAD_FOLD * availableParallelism() }, () => startTied([process.execPath, '-e', spin]));
  try {
    return await action();
  } finally {
    await Promise.all(spinners.map(killed));
  }
}
