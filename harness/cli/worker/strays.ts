// Errors that nobody caught: a promise that nobody awaits, a timer that throws. Node would end the process. Here the case
// whose code made the error is told instead. The context in which the code was started (AsyncLocalStorage) says which case
// that is.
import { AsyncLocalStorage } from 'node:async_hooks';

export interface StrayWatch {
  /** Everything that `act` starts belongs to `owner`, also what runs after it has ended. */
  within<T>(owner: string, act: () => T): T;
  /** Whose code runs at this moment; undefined when that cannot be told. */
  owner(): string | undefined;
  /** Strays of this owner go to the listener until the watch is taken back. */
  listen(owner: string, listener: (error: unknown) => void): () => void;
}

/** @param unheard strays whose owner nobody listens for any more, or that have none. */
export function watchStrays(unheard: (error: unknown, owner: string | undefined) => void): StrayWatch {
  const owners = new AsyncLocalStorage<string>();
  const listeners = new Map<string, (error: unknown) => void>();
  const stray = (error: unknown): void => {
    process.stderr.write(`tornwire: nobody caught this: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    // Without a context it is of what is played now, when there is one thing only.
    const owner = owners.getStore() ?? (listeners.size === 1 ? [...listeners.keys()][0] : undefined);
    const listener = owner === undefined ? undefined : listeners.get(owner);
    if (listener) listener(error);
    else unheard(error, owner);
  };
  process.on('uncaughtException', stray);
  process.on('unhandledRejection', stray);
  return {
    within: (owner, act) => owners.run(owner, act),
    owner: () => owners.getStore(),
    listen(owner, listener) {
      listeners.set(owner, listener);
      return () => void listeners.delete(owner);
    },
  };
}
