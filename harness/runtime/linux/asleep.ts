// Whether processes sleep. Who sleeps does not wait for a processor, so a busy machine is no reason why it has not ended yet.
import { setTimeout as pause } from 'node:timers/promises';
import { threadStatuses } from './proc.ts';

const LOOKS = 10;
const LOOKS_APART_MS = 20;
/** A timer of its own wakes a process now and then. One that wants to end and gets no processor is awake in every look. */
const AWAKE_LOOKS_MAX = 2;

/** True when every thread of every one of them slept in at least eight of ten looks; of nobody it is false. */
export async function allAsleep(pids: readonly number[]): Promise<boolean> {
  let awakeLooks = 0;
  for (let look = 1; pids.length > 0; look++) {
    if (!pids.every(isAsleep)) awakeLooks++;
    if (awakeLooks > AWAKE_LOOKS_MAX) return false;
    if (look === LOOKS) return true;
    await pause(LOOKS_APART_MS);
  }
  return false;
}

function isAsleep(pid: number): boolean {
  const threads = threadStatuses(pid);
  return threads.length > 0 && threads.every((status) => /^State:\s+S/m.test(status));
}
