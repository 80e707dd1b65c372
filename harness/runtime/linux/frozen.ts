// Makes a folder or file unchangeable for everybody, and changeable again. Permissions do not bind the superuser. So where
// the harness is root it sets the kernel's immutable flag instead (chattr(1), ioctl_iflags(2)). The flag belongs to the
// inode, so it holds in containers too, and no file need be closed first. Writers see EPERM then, otherwise EACCES.
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../runtime.ts';

export async function freeze(path: string, deep: boolean): Promise<AsyncDisposable> {
  return isRoot() ? await freezeAsRoot(path, deep) : await freezeByModes(path, deep);
}

/** After a harness that died: whatever was frozen below a folder can be removed again. */
export async function thawBelow(folder: string): Promise<void> {
  if (isRoot()) await chattr('-R', '-i', '-f', folder).catch(() => undefined);
  // Somebody else may be removing it too: what has gone need not be thawed.
  else for (const path of await withAllBelow(folder).catch(() => [])) await thawFolder(path).catch(() => undefined);
}

async function thawFolder(path: string): Promise<void> {
  if ((await lstat(path)).isDirectory()) await chmod(path, 0o700);
}

/** Why nothing below this folder can be frozen, with the cure; tried out, because only that tells. */
export async function freezingUnavailable(folder: string): Promise<string | undefined> {
  if (!isRoot()) return undefined;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const trial = await mkdtemp(join(folder, '.frozen-'));
  try {
    await using _frozen = await freezeAsRoot(trial, false);
    const held = await writeFile(join(trial, 'x'), '').then(
      () => false,
      () => true,
    );
    return held ? undefined : `the immutable flag does not hold in ${folder}: set TMPDIR to a folder on ext4, xfs or btrfs`;
  } catch (error) {
    return `${(error as Error).message}: set TMPDIR to a folder on ext4, xfs or btrfs, or run as another user than root`;
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

async function freezeAsRoot(path: string, deep: boolean): Promise<AsyncDisposable> {
  const words = deep ? ['-R'] : [];
  const thaw = async (): Promise<void> => await chattr(...words, '-i', path);
  await chattr(...words, '+i', path).catch(async (error: unknown) => {
    // Some of what is below may be frozen already; sockets and links cannot be.
    if (!deep || !(await isFrozen(path))) throw error;
  });
  return { [Symbol.asyncDispose]: () => thaw().catch(async (error: unknown) => void (deep || (await Promise.reject(error)))) };
}

async function freezeByModes(path: string, deep: boolean): Promise<AsyncDisposable> {
  const paths = deep ? await withAllBelow(path) : [path];
  const before = new Map<string, number>();
  for (const each of paths) {
    const { mode } = await lstat(each);
    before.set(each, mode & 0o7777);
  }
  for (const [each, mode] of before) await chmod(each, mode & ~0o222);
  return {
    async [Symbol.asyncDispose]() {
      for (const [each, mode] of before) await chmod(each, mode).catch(() => undefined);
    },
  };
}

async function isFrozen(path: string): Promise<boolean> {
  const { execa } = await import('execa');
  const { stdout } = await execa('lsattr', ['-d', path]);
  return stdout.split(' ', 1)[0]?.includes('i') ?? false;
}

/** A folder, and its files and folders at every depth; what is neither cannot be frozen. */
async function withAllBelow(path: string): Promise<string[]> {
  if (!(await lstat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return [path, ...entries.filter((entry) => entry.isFile() || entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))];
}

async function chattr(...words: readonly string[]): Promise<void> {
  const { execa } = await import('execa');
  try {
    await execa('chattr', words, { timeout: 10_000 });
  } catch (cause) {
    const { code, stderr } = cause as { code?: unknown; stderr?: string };
    const why = code === 'ENOENT' ? 'chattr is not installed (apt-get install e2fsprogs)' : (stderr ?? '').trim().replaceAll('\n', '; ');
    throw new RuntimeError(`cannot make a folder unchangeable: ${why}`, { cause });
  }
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
