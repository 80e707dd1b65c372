// The whole system is told to stop in the middle of the work, as whoever runs it does it: one node after the other by SIGTERM, and each has
// its bound. What is judged is how they end and what they leave behind; nothing works again afterwards.
import { z } from 'zod';
import { IndeterminateError, type NodeControl, type Script } from '../../model/scenario.ts';

/** Names of nodes, in the order in which they are told. A child that another node has started over stdio ends with that one. */
export const stopsSchema = z.array(z.string()).min(1);

/** What is on its way to a fault when the last operation has its answer. */
export const DUE_WITHIN = '1s';
/** Longer than any work. */
const STRUCK_WITHIN = '10min';

/** The same script, whose nodes cannot be started once the system is told to stop: an operation would start again what has just ended. */
export function withoutStarts<S extends Pick<Script, 'node'>>(script: S, stopping: AbortSignal): S {
  const node = (name: string): NodeControl => {
    const control = script.node(name);
    const start = (): Promise<void> =>
      stopping.aborted ? Promise.reject(new IndeterminateError(`'${name}' is not started: the system was told to stop`)) : control.start();
    return Object.create(control, { start: { value: start } }) as NodeControl;
  };
  return { ...script, node };
}

/**
 * Resolves when all have ended. They are told as soon as all faults have struck, or when the work is done.
 * @param work begins nothing more once `stopping` is aborted, which happens here, and what it waits for then fails
 */
export async function untilStopped(
  script: Pick<Script, 'due' | 'node'>,
  nodes: readonly string[],
  stopping: AbortController,
  work: () => Promise<unknown>,
): Promise<void> {
  const worked = work().then(() => script.due(DUE_WITHIN));
  await Promise.race([worked, script.due(STRUCK_WITHIN)]);
  stopping.abort();
  for (const name of nodes) await script.node(name).stop();
  // What broke in the work meanwhile is the stop's doing.
  await worked.catch(() => undefined);
}

/** What `act` gives. @throws IndeterminateError as soon as the system is told to stop, and then always */
export async function unlessStopped<T>(stopping: AbortSignal | undefined, act: () => Promise<T> | T): Promise<T> {
  if (!stopping) return await act();
  const stopped = (): IndeterminateError => new IndeterminateError('the system was told to stop');
  if (stopping.aborted) throw stopped();
  const told = Promise.withResolvers<never>();
  const onStop = (): void => told.reject(stopped());
  stopping.addEventListener('abort', onStop, { once: true });
  try {
    return await Promise.race([told.promise, act()]);
  } finally {
    stopping.removeEventListener('abort', onStop);
  }
}
