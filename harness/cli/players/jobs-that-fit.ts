// How many cases run side by side where nobody has said it: as many as there are cores, and more while these have nothing to do. A
// case mostly waits: for its programs to come up, for timers of the system, for rest.
import { availableParallelism, cpus, freemem } from 'node:os';

/** Of all processors together, since some moment. */
export interface Load {
  idleMs: number;
  wholeMs: number;
  freeBytes: number;
}

/** A part of the time. Above it one more case begins, below the other one less: what lies between keeps the machine from being starved. */
const IDLE_FOR_MORE = 0.15;
const IDLE_MIN = 0.05;
const LOOK_EVERY_MS = 1_000;
const FOLD_MAX = 5;
/** What a worker, its fault server and a few programs take. */
const FREE_MIN_BYTES = 1_024 ** 3;

/** Asked when a case may begin. @param cores also the least that it gives */
export function jobsThatFit(cores = availableParallelism(), look: () => Load | undefined = loadNow): () => number {
  let jobs = cores;
  let before = look();
  return () => {
    const now = look();
    if (before === undefined || now === undefined) return cores;
    const wholeMs = now.wholeMs - before.wholeMs;
    if (wholeMs < LOOK_EVERY_MS * cores) return jobs;
    const idle = (now.idleMs - before.idleMs) / wholeMs;
    before = now;
    if (idle < IDLE_MIN) jobs = Math.max(cores, jobs - 1);
    else if (idle >= IDLE_FOR_MORE && now.freeBytes >= FREE_MIN_BYTES) jobs = Math.min(cores * FOLD_MAX, jobs + 1);
    return jobs;
  };
}

/** Undefined where this process may use a part of the machine only: how much of that is idle, the machine does not say. */
function loadNow(): Load | undefined {
  const all = cpus();
  if (all.length !== availableParallelism()) return undefined;
  const sum = (of: (times: (typeof all)[number]['times']) => number): number => all.reduce((ms, { times }) => ms + of(times), 0);
  const wholeMs = sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq);
  return { idleMs: sum(({ idle }) => idle), wholeMs, freeBytes: freemem() };
}
