// Nobody reads a node's stdout or stderr. The fault has hit when the kernel would not take another byte from the node and
// nothing moves any more. Then a writer that waits is blocked, and a writer that does not wait must keep what it has to
// say.
import { closeSync, constants, openSync } from 'node:fs';
import type { HoldOf } from './holds.ts';
import type { NodeProcesses } from './node-processes.ts';
import { readWhole, targetOfDescriptor } from '../linux/proc.ts';
import type { Imposed } from '../runtime.ts';

/** Two looks so far apart must find it equally full. */
const LOOK_EVERY_MS = 60;
const FD = { stdout: 1, stderr: 2 } as const;

export async function leaveUnread({ stream }: HoldOf<'unread'>, node: NodeProcesses): Promise<Imposed> {
  const readOn = node.stopReading(stream);
  let lookedMs = Number.NEGATIVE_INFINITY;
  let before: string | undefined;
  let proven = false;
  return {
    async hits() {
      if (proven || node.pid === undefined || performance.now() - lookedMs < LOOK_EVERY_MS) return [];
      lookedMs = performance.now();
      const now = await fullness(node.pid, FD[stream], node.pipeWritable);
      proven = now !== undefined && now === before;
      before = now;
      return proven ? [`its ${stream} is full: ${now}`] : [];
    },
    lift: async () => readOn(),
  };
}

/** In words that stay the same as long as nothing moves; undefined while there is room. */
async function fullness(pid: number, fd: number, writable: NodeProcesses['pipeWritable']): Promise<string | undefined> {
  const place = `/proc/${pid}/fd/${fd}`;
  const target = targetOfDescriptor(pid, fd);
  if (target?.startsWith('pipe:')) return writable && pipeIsFull(place, writable) ? 'the pipe takes no more' : undefined;
  const inode = /^socket:\[(\d+)\]$/.exec(target ?? '')?.[1];
  return inode === undefined ? undefined : await socketFullness(inode);
}

/** Opened for an instant only: whoever holds its writing end keeps the reader from seeing its end. */
function pipeIsFull(place: string, writable: (fd: number) => boolean): boolean {
  try {
    const fd = openSync(place, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      return !writable(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}

/** A child of Node has Unix sockets for pipes; the kernel calls one writable up to a quarter of its buffer (unix_writable). */
async function socketFullness(inode: string): Promise<string | undefined> {
  const { execa } = await import('execa');
  const { stdout } = await execa('ss', ['-xnH'], { reject: false, timeout: 2_000, stdin: 'ignore' });
  for (const line of stdout.split('\n')) {
    const [, , , sendQueue, , local] = line.trim().split(/\s+/);
    if (local !== inode) continue;
    const bytes = Number(sendQueue);
    return bytes * 4 > sendBufferBytes() ? `${bytes} bytes of its socket's buffer are taken, it is not writable` : undefined;
  }
  return undefined;
}

function sendBufferBytes(): number {
  return Number(readWhole('/proc/sys/net/core/wmem_default'));
}
