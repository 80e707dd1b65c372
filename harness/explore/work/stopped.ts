// The whole system is told to stop in the middle of the work, as whoever runs it does it: one node after the other by SIGTERM, and each has
// its bound. What is judged is how they end and what they leave behind; nothing works again afterwards.
import { z } from 'zod';
import { IndeterminateError, type Script } from '../../model/scenario.ts';

/** Names of nodes, in the order in which they are told. A child that another node has started over stdio ends with that one. */
export const stopsSchema = z.array(z.string()).min(1);

/** What is on its way to a fault when the last operation has its answer. */
export const DUE_WITHIN = '1s';
/** Longer than any work. */
const STRUCK_WITHIN = '10min';

/**
 * Resolves when all have ended. They are told as soon as all faults have struck, or when the work is done.
 * @param work begins nothing more once it is told that the system stops, and what it waits for then fails
 */
export async function untilStopped(
  script: Pick<Script, 'due' | 'node'>,
  nodes: readonly string[],
  work: (stopping: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const stopping = new AbortController();
  const worked = work(stopping.signal).then(() => script.due(DUE_WITHIN));
  await Promise.race([worked, script.due(STRUCK_WITHIN)]);
  stopping.abort();
  for (const name of nodes) await script.node(name).stop();
  // What broke in the work meanwhile is the stop's doing.
  await worked.catch(() => undefined);
}

/** What `act` gives. @throws IndeterminateError as soon as the system is told to stop, and then always */
export async function unlessStopped<T>(stopping: AbortSignal | undefined, act: () => Promise<T> | T): Promise<T> {
  if (!stopping) return await act();
  const told = Promise.withResolvers<never>();
  const onStop = (): void => told.reject(new IndeterminateError('the system was told to stop'));
  if (stopping.aborted) onStop();
  stopping.addEventListener('abort', onStop, { once: true });
  try {
    return await Promise.race([told.promise, act()]);
  } finally {
    stopping.removeEventListener('abort', onStop);
  }
}
