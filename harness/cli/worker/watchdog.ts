// A thread beside the user's code. When the process that counts has gone, the worker has a while to clean up. Then this
// thread ends it, also out of an endless loop that hears nothing.
import '../../node-22.ts';
import { workerData } from 'node:worker_threads';

const LOOK_EVERY_MS = 500;
const CLEAN_UP_WITHIN_MS = 15_000;
const { parent } = workerData as { parent: number };

const looking = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(looking);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), CLEAN_UP_WITHIN_MS);
}, LOOK_EVERY_MS);
