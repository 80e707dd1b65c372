// Temporary folders of a case's own. What lies in the machine's folders can be read, and what is written stays in the case: an
// overlay whose changes lie in memory. Folders that must be the real ones, such as the run's own, are put back in their places.
import { chmodSync, chownSync, closeSync, existsSync, lstatSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { MOUNT, type SystemCalls } from '../linux/system-calls.ts';

/** Where programs put what they share with nobody in particular. */
const TEMPORARY = ['/tmp', '/var/tmp'];
const SHARED_MEMORY = '/dev/shm';

/** @param keeps absolute paths of folders that stay what they are */
export function privateFolders(calls: SystemCalls, keeps: readonly string[]): Disposable {
  const mounted: string[] = [];
  const undo = {
    [Symbol.dispose]: () =>
      mounted
        .splice(0)
        .toReversed()
        .forEach((target) => calls.unmount(target)),
  };
  const over: SystemCalls = {
    ...calls,
    mount(source, target, type, flags, data) {
      calls.mount(source, target, type, flags, data);
      if (source !== null) mounted.push(target);
    },
  };
  try {
    for (const folder of TEMPORARY) if (canBePrivate(folder, keeps)) makePrivate(folder, keeps, over, overlaid);
    if (canBePrivate(SHARED_MEMORY, keeps)) makePrivate(SHARED_MEMORY, keeps, over, empty);
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

type Cover = (folder: string, real: number, calls: SystemCalls) => void;

function makePrivate(folder: string, keeps: readonly string[], calls: SystemCalls, cover: Cover): void {
  const open = [folder, ...outermost(keeps.filter((keep) => isWithin(folder, keep)))].map((path) => ({ path, fd: openSync(path, 'r') }));
  try {
    const [whole, ...kept] = open as [{ path: string; fd: number }, ...{ path: string; fd: number }[]];
    cover(folder, whole.fd, calls);
    for (const { path, fd } of kept) {
      mkdirSync(path, { recursive: true });
      calls.mount(`/proc/self/fd/${fd}`, path, null, MOUNT.bind | MOUNT.recursive, null);
      // Else taking it away again would also take away what is mounted in the original.
      alter(path, MOUNT.slave, calls);
      alter(path, MOUNT.shared, calls);
    }
  } finally {
    for (const { fd } of open) closeSync(fd);
  }
}

/** The tmpfs that holds the changes lies below the overlay, where nobody sees it. */
function overlaid(folder: string, real: number, calls: SystemCalls): void {
  empty(folder, real, calls);
  const [upper, work] = [join(folder, 'upper'), join(folder, 'work')];
  const { mode, uid, gid } = statSync(`/proc/self/fd/${real}`);
  const mayGiveAway = process.getuid?.() === 0;
  mkdirSync(work);
  mkdirSync(upper);
  if (mayGiveAway) chownSync(upper, uid, gid);
  chmodSync(upper, mode & 0o7777);
  try {
    calls.mount('overlay', folder, 'overlay', 0, `lowerdir=/proc/self/fd/${real},upperdir=${upper},workdir=${work}`);
  } catch {
    // An ordinary user may not cover a folder that somebody has mounted something in: the case finds it empty.
    for (const each of [upper, work]) rmSync(each, { recursive: true });
    return;
  }
  // Nobody in the box can reach who listens on a socket outside, and its name would be in the way.
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isSocket()) rmSync(join(folder, entry.name));
}

function empty(folder: string, _real: number, calls: SystemCalls): void {
  calls.mount('tmpfs', folder, 'tmpfs', 0, 'mode=1777');
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
