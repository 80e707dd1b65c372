// Open descriptors of a process, from the links in /proc/<pid>/fd.
import { linkProc, listProc, readProc } from './proc.ts';

export interface Descriptor {
  pid: number;
  fd: number;
  /** `socket`, `pipe`, `file`, `device`, `inotify`, `eventpoll`, ... */
  kind: string;
  /** As the kernel names it: `socket:[4711]`, `/var/log/x`, `anon_inode:[eventpoll]`. */
  target: string;
  /** Of a socket or a pipe. */
  inode?: number;
  /** Of an inotify descriptor. */
  watches?: number;
}

/** @throws Unreadable when this user may not look. */
export function descriptorsOf(pid: number): Descriptor[] {
  const fds = listProc(`${pid}/fd`) ?? [];
  return fds
    .toSorted((a, b) => Number(a) - Number(b))
    .flatMap((name) => {
      const target = linkProc(`${pid}/fd/${name}`);
      if (target === undefined) return [];
      const kind = kindOf(target);
      const inode = /^(?:socket|pipe):\[(\d+)\]$/.exec(target)?.[1];
      return {
        pid,
        fd: Number(name),
        kind,
        target,
        ...(inode !== undefined && { inode: Number(inode) }),
        ...(kind === 'inotify' && { watches: watchesOf(pid, name) }),
      };
    });
}

function kindOf(target: string): string {
  if (target.startsWith('socket:')) return 'socket';
  if (target.startsWith('pipe:')) return 'pipe';
  const anonymous = /^anon_inode:\[?([^\]]+)\]?$/.exec(target)?.[1];
  if (anonymous !== undefined) return anonymous;
  if (target.startsWith('/dev/')) return 'device';
  return target.startsWith('/') ? 'file' : 'other';
}

function watchesOf(pid: number, fd: string): number {
  return readProc(`${pid}/fdinfo/${fd}`)?.match(/^inotify /gm)?.length ?? 0;
}
