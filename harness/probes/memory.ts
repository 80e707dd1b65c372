// Memory of processes: what is resident, from /proc/<pid>/status, and what is alive, where that can be asked for.
import { basename } from 'node:path';
import type { MemorySample } from '../model/judging/memory-sample.ts';
import { liveBytesOf } from './live-memory.ts';
import { linkProc, readProc } from './proc.ts';

/** Programs whose collector lets garbage pile up, so that their resident memory rises without a leak. */
const COLLECTING: Readonly<Record<string, MemorySample['garbage']>> = {
  node: 'some',
  bun: 'some',
  deno: 'some',
  ruby: 'some',
  dotnet: 'much',
  java: 'much',
};

/** The sum over those processes that are there; undefined when none is. */
export function residentBytesOf(pids: readonly number[]): number | undefined {
  const sizes = sizesOf(pids, /^VmRSS:\s+(\d+) kB$/m);
  return sizes.length === 0 ? undefined : sizes.reduce((sum, size) => sum + size, 0);
}

export function memoryOf(pids: readonly number[]): MemorySample | undefined {
  const residentBytes = residentBytesOf(pids);
  if (residentBytes === undefined) return undefined;
  const peakBytes = Math.max(0, ...sizesOf(pids, /^VmHWM:\s+(\d+) kB$/m));
  const kinds = pids.map((pid) => COLLECTING[basename(linkProc(`${pid}/exe`) ?? '')]);
  const garbage = kinds.find((kind) => kind === 'much') ?? kinds.find((kind) => kind !== undefined);
  return { residentBytes, peakBytes, ...(garbage && { garbage }) };
}

/** As `memoryOf`, with what is alive where every process tells. It makes Node collect its garbage, and opens its inspector for that. */
export async function liveMemoryOf(pids: readonly number[]): Promise<MemorySample | undefined> {
  let liveBytes = 0;
  for (const pid of pids) {
    const live = await liveBytesOf(pid);
    if (live === undefined) return memoryOf(pids);
    liveBytes += live;
  }
  const sample = memoryOf(pids);
  return sample && { ...sample, liveBytes };
}

function sizesOf(pids: readonly number[], pattern: RegExp): number[] {
  return pids.flatMap((pid) => {
    const kibibytes = pattern.exec(readProc(`${pid}/status`) ?? '')?.[1];
    return kibibytes === undefined ? [] : [Number(kibibytes) * 1_024];
  });
}
