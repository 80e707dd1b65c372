// A lock on an open file says that whoever holds it lives: the kernel lets go of it with the holder, and it means the same in
// every PID namespace. A process number does neither.
import { closeSync, openSync } from 'node:fs';
import { systemCalls } from './system-calls.ts';

/** Holds the file until disposed. Undefined where the native calls do not load. @throws when somebody else holds it */
export function holdFile(path: string): Disposable | undefined {
  const calls = systemCalls();
  if ('missing' in calls) return undefined;
  const fd = openSync(path, 'r');
  if (!calls.lock(fd, 'exclusive')) {
    closeSync(fd);
    throw new Error(`${path} is held by somebody else`);
  }
  let held = true;
  return {
    [Symbol.dispose]() {
      if (held) closeSync(fd);
      held = false;
    },
  };
}

/** Why no file can be held here, so that a run is told to be alive by its process number instead. Undefined where one can. */
export function locksUnavailable(): string | undefined {
  const calls = systemCalls();
  return 'missing' in calls ? calls.missing : undefined;
}

/** Undefined where the native calls do not load, and for a file that has gone. */
export function isHeld(path: string): boolean | undefined {
  const calls = systemCalls();
  if ('missing' in calls) return undefined;
  try {
    const fd = openSync(path, 'r');
    try {
      return !calls.lock(fd, 'shared');
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}
