// Whether processes sleep. A process that sleeps does not wait for a processor. So a busy machine does not explain why it
// has not ended yet.
import { setTimeout as pause } from 'node:timers/promises';
import { threadStatuses } from './proc.ts';

const LOOKS = 5;
const LOOKS_APART_MS = 20;

/** True when every thread of every one of them slept in each of five looks; of nobody it is false. */
export async function allAsleep(pids: readonly number[]): Promise<boolean> {
  for (let look = 1; pids.length > 0 && pids.every(isAsleep); look++) {
    if (look === LOOKS) return true;
    await pause(LOOKS_APART_MS);
  }
  return false;
}

function isAsleep(pid: number): boolean {
  const threads = threadStatuses(pid);
  return threads.length > 0 && threads.every((status) => /^State:\s+S/m.test(status));
}
