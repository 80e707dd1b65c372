// Temporary folders of a case's own. What lies in the machine's folders can be read, and what is written stays in the case: an
// overlay whose changes lie in memory. Folders that must be the real ones, such as the run's own, are put back in their places.
import { chmodSync, chownSync, closeSync, existsSync, lstatSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { MOUNT, type SystemCalls } from '../linux/system-calls.ts';

/** Where programs put what they share with nobody in particular. */
const TEMPORARY = ['/tmp', '/var/tmp'];
const SHARED_MEMORY = '/dev/shm';

export interface PrivateFolders extends Disposable {
  /** Files that lie there now and are no part of the machine's own folders: absolute paths. */
  written(): string[];
}

/** Where the changes of one folder are seen. */
interface Changes {
  folder: string;
  /** The folder itself, or what the overlay keeps its changes in, by an open descriptor. */
  seenAt: string;
}

/** @param keeps absolute paths of folders that stay what they are */
export function privateFolders(calls: SystemCalls, keeps: readonly string[]): PrivateFolders {
  const mounted: string[] = [];
  const open: number[] = [];
  const changes: Changes[] = [];
  const undo = {
    written: () => changes.flatMap((each) => filesIn(each, keeps)),
    [Symbol.dispose]() {
      for (const fd of open.splice(0)) closeSync(fd);
      for (const target of mounted.splice(0).toReversed()) calls.unmount(target);
    },
  };
  const own = (folder: string, cover: Cover): void => {
    if (!canBePrivate(folder, keeps)) return;
    const upper = makePrivate(folder, keeps, over, cover);
    if (upper !== undefined) open.push(upper);
    changes.push({ folder, seenAt: upper === undefined ? folder : `/proc/self/fd/${upper}` });
  };
  const over: SystemCalls = {
    ...calls,
    mount(source, target, type, flags, data) {
      calls.mount(source, target, type, flags, data);
      if (source !== null) mounted.push(target);
    },
  };
  try {
    for (const folder of TEMPORARY) own(folder, overlaid);
    own(SHARED_MEMORY, empty);
  } catch (error) {
    undo[Symbol.dispose]();
    throw error;
  }
  return undo;
}

/** A folder that holds one of the kept ones is changed around that one; one that is itself kept stays as it is. */
function canBePrivate(folder: string, keeps: readonly string[]): boolean {
  return existsSync(folder) && lstatSync(folder).isDirectory() && !keeps.some((keep) => isWithin(keep, folder));
}

/** What is mounted there, with all below, changes how it passes mounts on, mount_namespaces(7). */
function alter(path: string, how: number, calls: SystemCalls): void {
  calls.mount(null, path, null, MOUNT.recursive | how, null);
}

/** Returns an open descriptor of where the changes are kept, if that is not the folder itself. */
type Cover = (folder: string, real: number, calls: SystemCalls) => number | undefined;

function makePrivate(folder: string, keeps: readonly string[], calls: SystemCalls, cover: Cover): number | undefined {
  const open = [folder, ...outermost(keeps.filter((keep) => isWithin(folder, keep)))].map((path) => ({ path, fd: openSync(path, 'r') }));
  try {
    const [whole, ...kept] = open as [{ path: string; fd: number }, ...{ path: string; fd: number }[]];
    const upper = cover(folder, whole.fd, calls);
    for (const { path, fd } of kept) {
      mkdirSync(path, { recursive: true });
      calls.mount(`/proc/self/fd/${fd}`, path, null, MOUNT.bind | MOUNT.recursive, null);
      // Else taking it away again would also take away what is mounted in the original.
      alter(path, MOUNT.slave, calls);
      alter(path, MOUNT.shared, calls);
    }
    return upper;
  } finally {
    for (const { fd } of open) closeSync(fd);
  }
}

/** The tmpfs that holds the changes lies below the overlay, where nobody sees it. */
function overlaid(folder: string, real: number, calls: SystemCalls): number | undefined {
  empty(folder, real, calls);
  const [upper, work] = [join(folder, 'upper'), join(folder, 'work')];
  const { mode, uid, gid } = statSync(`/proc/self/fd/${real}`);
  const mayGiveAway = process.getuid?.() === 0;
  mkdirSync(work);
  mkdirSync(upper);
  if (mayGiveAway) chownSync(upper, uid, gid);
  chmodSync(upper, mode & 0o7777);
  const changes = openSync(upper, 'r');
  try {
    calls.mount('overlay', folder, 'overlay', 0, `lowerdir=/proc/self/fd/${real},upperdir=${upper},workdir=${work}`);
  } catch {
    // An ordinary user may not cover a folder that somebody has mounted something in: the case finds it empty.
    closeSync(changes);
    for (const each of [upper, work]) rmSync(each, { recursive: true });
    return undefined;
  }
  // Nobody in the box can reach who listens on a socket outside, and its name would be in the way.
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isSocket()) rmSync(join(folder, entry.name));
  return changes;
}

function empty(folder: string, _real: number, calls: SystemCalls): undefined {
  calls.mount('tmpfs', folder, 'tmpfs', 0, 'mode=1777');
}

/** What was only removed is a character device in the changes of an overlay (the kernel's overlayfs documentation, "whiteouts"). */
function filesIn({ folder, seenAt }: Changes, keeps: readonly string[], below = ''): string[] {
  return readdirSync(join(seenAt, below), { withFileTypes: true }).flatMap((entry) => {
    const at = join(below, entry.name);
    const path = join(folder, at);
    if (entry.isDirectory()) return keeps.includes(path) ? [] : filesIn({ folder, seenAt }, keeps, at);
    return entry.isCharacterDevice() ? [] : [path];
  });
}

function outermost(paths: readonly string[]): string[] {
  const unique = [...new Set(paths)];
  return unique.filter((path) => !unique.some((other) => other !== path && isWithin(other, path)));
}

/** `path` is `folder` or lies below it. */
function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || !way.startsWith('..');
}
