// Resident memory, from /proc/<pid>/status.
import { readProc } from './proc.ts';

/** The sum over those processes that are there; undefined when none is. */
export function residentBytesOf(pids: readonly number[]): number | undefined {
  const sizes = pids.flatMap((pid) => {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(`${pid}/status`) ?? '')?.[1];
    return kibibytes === undefined ? [] : [Number(kibibytes) * 1_024];
  });
  return sizes.length === 0 ? undefined : sizes.reduce((sum, size) => sum + size, 0);
}
