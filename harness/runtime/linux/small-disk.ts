// Small disks below a run's folder: a tmpfs for one folder of a node. It is mounted before the node starts, so that it
// hides no file. The disk becomes full when its free space is taken away (tmpfs(5), remount with a smaller size), and the
// lift gives the space back. So no file of ours lies in the node's folder, and containers, which see the same mount, see it
// too. The last page of a file that is there stays writable, as on any file system that counts in blocks.
import { mkdir, readFile, statfs } from 'node:fs/promises';
import { isRoot } from './frozen.ts';
import { poll } from './poll.ts';
import { RuntimeError } from '../runtime.ts';

const MOUNT_WITHIN_MS = 10_000;
const FILL_WITHIN_MS = 1_000;

/** Why there can be no small disk here, with the cure. */
export function smallDiskUnavailable(): string | undefined {
  return isRoot() ? undefined : 'a small disk needs mount(8) as root: run as root, for example in a container with CAP_SYS_ADMIN';
}

export async function mountSmallDisk(folder: string, sizeKB: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await mount('-t', 'tmpfs', '-o', `size=${sizeKB}k,mode=755`, 'tornwire', folder);
}

export async function freeBytesOn(folder: string): Promise<number> {
  const { bfree, bsize } = await statfs(folder);
  return bfree * bsize;
}

/** Leaves so much free. What is written meanwhile makes it try again. */
export async function fillSmallDisk(folder: string, freeKB: number): Promise<void> {
  let why: unknown;
  const filled = await poll(
    async () => {
      const { blocks, bfree, bsize } = await statfs(folder);
      // Size 0 would mean no limit at all.
      const bytes = Math.max((blocks - bfree) * bsize + freeKB * 1_024, bsize);
      return await mount('-o', `remount,size=${bytes}`, folder).then(
        () => true,
        (error: unknown) => void (why = error),
      );
    },
    { withinMs: FILL_WITHIN_MS },
  );
  if (!filled) throw why;
}

export async function emptySmallDisk(folder: string, sizeKB: number): Promise<void> {
  await mount('-o', `remount,size=${sizeKB}k`, folder);
}

/** Also those of a harness that died: the kernel's own list is asked. Who still holds a file on one keeps only that. */
export async function unmountBelow(folder: string): Promise<void> {
  const mounted = mountPoints(await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')).filter((at) => at.startsWith(`${folder}/`));
  if (mounted.length === 0) return;
  const { execa } = await import('execa');
  for (const at of mounted.toReversed()) await execa('umount', ['--lazy', at], { timeout: MOUNT_WITHIN_MS });
}

/** proc_pid_mountinfo(5): the fifth field, with blanks and the like as octal numbers. */
function mountPoints(mountinfo: string): string[] {
  return mountinfo
    .split('\n')
    .flatMap((line) => line.split(' ')[4] ?? [])
    .map((field) => field.replaceAll(/\\([0-7]{3})/g, (_whole, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))));
}

async function mount(...words: readonly string[]): Promise<void> {
  const { execa } = await import('execa');
  try {
    await execa('mount', words, { timeout: MOUNT_WITHIN_MS });
  } catch (cause) {
    const why = ((cause as { stderr?: string }).stderr || (cause as Error).message).trim().replaceAll('\n', '; ');
    throw new RuntimeError(`a small disk could not be had: ${why}`, { cause });
  }
}
