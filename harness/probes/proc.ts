// Small reads from /proc. It is memory, not a disk, so a synchronous read costs microseconds, far less than a round trip
// through the thread pool. A process that has gone gives undefined. One that we may not read throws Unreadable.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** This user may not look: never to be taken for zero. */
export class Unreadable extends Error {}

export function readProc(path: string): string | undefined {
  return unlessGone(path, () => readFileSync(`/proc/${path}`, 'utf8'));
}

export function listProc(path: string): string[] | undefined {
  return unlessGone(path, () => readdirSync(`/proc/${path}`));
}

export function linkProc(path: string): string | undefined {
  return unlessGone(path, () => readlinkSync(`/proc/${path}`));
}

function unlessGone<T>(path: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    if (code === 'EACCES' || code === 'EPERM')
      throw new Unreadable(`/proc/${path} is not readable by this user (${code}): run as the user of that process, or as root`, { cause });
    throw cause;
  }
}
