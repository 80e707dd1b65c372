// A thread beside the user's code. When the process that counts has gone, its end of a pipe closes, and the worker has a while to clean up. Then this
// thread ends it: at once where its event loop does not turn, for an endless loop cleans nothing up.
import '../../node-22.ts';
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { watchHeart } from './heartbeat.ts';

const CLEAN_UP_WITHIN_MS = 15_000;
/** Of processor time. Shorter than what a run has, for nobody waits for this worker any more. */
const LOOP_MS = 2_000;
const { lifeline: fd } = workerData as { lifeline: number };

const end = (): void => void process.kill(process.pid, 'SIGKILL');
const lifeline = new Socket({ fd });
lifeline.on('error', () => undefined);
lifeline.once('close', () => {
  const heart = watchHeart(() => process.pid, end, LOOP_MS);
  parentPort?.on('message', () => heart.heard());
  setTimeout(end, CLEAN_UP_WITHIN_MS);
});
lifeline.resume();
