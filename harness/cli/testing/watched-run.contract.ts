// A run writes below the results folder of its project and below its own temporary folder, and nowhere else. Everything a
// program could reach for instead is a watched folder of the test: home, XDG folders, temporary folder, working folder,
// and the project with its code. Two ways to look: the trees before and after, and the system calls in between.
//
//   <root>/home  <root>/xdg/{config,cache,data,state,runtime}  <root>/tmp  <root>/project/{scenarios,results,...}
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, readFileSync, lstatSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

export interface WatchedProject {
  /** Writes the project, its scenarios and its code, into this empty folder. */
  make(project: string): Promise<void>;
  /** Command lines, each with the exit code that it is to end with. */
  runs: readonly { words: readonly string[]; code: number }[];
}

const REPOSITORY = join(import.meta.dirname, '../../..');
const MAIN = join(REPOSITORY, 'harness', 'main.ts');
/** Seconds on a quiet machine. */
const WITHIN_MS = 90_000;
const STRACE = ['-f', '-qq', '-y', '--seccomp-bpf', '-e', 'trace=%file,fchmod,fchown,ftruncate', '-e', 'signal=none'];

/** In a box the same paths are other files. */
const ON_THE_MACHINE = ['--isolation', 'addresses'];

export function describeWrites({ make, runs }: WatchedProject): void {
  const named = runs.map((run) => ({ ...run, line: run.words.join(' ') }));
  test.each(named)(
    'tornwire $line writes below its results and its own temporary folder only',
    async ({ words, code }) => {
      await using watched = await watchedFolders(make);
      const before = watched.tree();
      await watched.run([process.execPath, MAIN, ...words], code);
      expect(existsSync(join(watched.root, 'project', 'results', 'latest', 'summary.json')), 'it did run').toBe(true);
      expect(changedBetween(before, watched.tree())).toEqual([]);
    },
    WITHIN_MS,
  );

  test(
    'no system call of a run, nor of any program that it starts, writes elsewhere',
    async ({ skip }) => {
      const missing = straceMissing();
      if (missing !== undefined) console.log(`skipped: the system calls of a run: ${missing}`);
      skip(missing !== undefined, missing);
      await using watched = await watchedFolders(make);
      const calls = join(watched.beside, 'calls');
      const [run] = runs;
      if (!run) throw new Error('a project to watch has runs');
      await watched.run(['strace', ...STRACE, '-o', calls, process.execPath, MAIN, ...run.words, ...ON_THE_MACHINE], run.code);
      const written = writtenIn(readFileSync(calls, 'utf8'));
      expect(written.length, 'it wrote something').toBeGreaterThan(0);
      expect(written.filter((path) => !watched.allowed.some((folder) => path === folder || path.startsWith(`${folder}/`)))).toEqual([]);
    },
    WITHIN_MS,
  );
}

interface Watched extends AsyncDisposable {
  root: string;
  /** Not watched: for what the test itself writes meanwhile. */
  beside: string;
  allowed: readonly string[];
  tree(): ReadonlyMap<string, string>;
  /** @throws what it printed when it ends with another code. */
  run(command: readonly string[], code: number): Promise<void>;
}

export async function watchedFolders(make: WatchedProject['make']): Promise<Watched> {
  const base = await mkdtemp(join(tmpdir(), 'tw-w-'));
  const [root, beside] = [join(base, 'w'), join(base, 'beside')];
  const within = (...names: string[]): string => join(root, ...names);
  const xdg = ['config', 'cache', 'data', 'state', 'runtime'];
  // What a run may write exists beforehand: the folders above it must not change at all.
  const own = [within('project', 'results'), within('tmp', `tornwire-${process.getuid?.() ?? 0}`)];
  const folders = [beside, within('home'), ...xdg.map((name) => within('xdg', name)), ...own];
  for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const folder of folders) await writeFile(join(folder, 'there-before'), 'untouched\n');
  await symlink(join(REPOSITORY, 'node_modules'), within('project', 'node_modules'));
  await make(within('project'));

  const env = {
    PATH: process.env['PATH'],
    HOME: within('home'),
    TMPDIR: within('tmp'),
    XDG_CONFIG_HOME: within('xdg', 'config'),
    XDG_CACHE_HOME: within('xdg', 'cache'),
    XDG_DATA_HOME: within('xdg', 'data'),
    XDG_STATE_HOME: within('xdg', 'state'),
    XDG_RUNTIME_DIR: within('xdg', 'runtime'),
  };
  return {
    root,
    beside,
    allowed: [...own, '/dev', '/proc'],
    tree: () => treeOf(root, own),
    run: ([file = '', ...words], code) =>
      new Promise((resolve, reject) => {
        const child = execFile(file, words, { cwd: within('project'), env, timeout: WITHIN_MS }, (_error, stdout, stderr) => {
          if (child.exitCode === code) resolve();
          else reject(new Error(`${words.join(' ')} ended with ${child.exitCode}, not ${code}\n${stdout}${stderr}`));
        });
      }),
    [Symbol.asyncDispose]: () => rm(base, { recursive: true, force: true }),
  };
}

/** Everything below a folder with what would change if it was written to; `except` whole folders, links are not followed. */
function treeOf(folder: string, except: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const look = (path: string): void => {
    if (except.includes(path)) return;
    const { mode, size, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true });
    const isLink = (mode & 0o170000n) === 0o120000n;
    found.set(path.slice(folder.length), [mode, size, mtimeNs, ctimeNs, isLink ? readlinkSync(path) : ''].join(' '));
    if ((mode & 0o170000n) === 0o040000n) for (const name of readdirSync(path).sort()) look(join(path, name));
  };
  look(folder);
  return found;
}

export function changedBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const appeared = [...after.keys()].filter((path) => !before.has(path)).map((path) => `${path} appeared`);
  const gone = [...before.keys()].filter((path) => !after.has(path)).map((path) => `${path} is gone`);
  const changed = [...before].filter(([path, was]) => after.has(path) && after.get(path) !== was).map(([path]) => `${path} changed`);
  return [...appeared, ...gone, ...changed];
}

/** With the cure; undefined when system calls can be traced here. */
function straceMissing(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'tw-strace-'));
  const { status } = spawnSync('strace', [...STRACE, '-o', join(folder, 'calls'), 'true'], { timeout: 5_000 });
  rmSync(folder, { recursive: true, force: true });
  return status === 0 ? undefined : 'strace is missing or may not trace here: install it, and allow ptrace';
}

/** The paths that successful calls have written, made, changed or removed. */
export function writtenIn(calls: string): string[] {
  const paths = calls.split('\n').flatMap((line) => {
    const call = /^\d+\s+(\w+)\((.*)\)\s+= (\d+)/.exec(line);
    return call ? writtenBy(call[1] ?? '', call[2] ?? '') : [];
  });
  return [...new Set(paths)].sort();
}

const READING = /^(open|openat|openat2)$/;
const WRITES = /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND/;
/** Calls that name files and leave them as they are. */
const HARMLESS =
  /^(execve|execveat|access|faccessat2?|stat|lstat|newfstatat|statx|statfs|readlink|readlinkat|getcwd|chdir|fchdir|getxattr|lgetxattr|listxattr|inotify_add_watch|name_to_handle_at|uselib|chroot|swapon|quotactl)$/;

function writtenBy(name: string, words: string): string[] {
  if (HARMLESS.test(name) || (READING.test(name) && !WRITES.test(words))) return [];
  // With -y a folder is written behind its descriptor, AT_FDCWD</folder>, and a name after it may be relative to it. The
  // text that a link is to hold is no path of its own.
  const folder = /^(?:AT_FDCWD|\d+)<([^>]*)>/.exec(name.startsWith('symlink') ? words.replace(/^"[^"]*",\s*/, '') : words)?.[1] ?? '';
  const named = [...words.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? '');
  const targets = name.startsWith('symlink') ? named.slice(1) : named;
  if (targets.length === 0) return folder === '' ? [] : [folder];
  return targets.map((path) => (path.startsWith('/') ? path : join(folder, path)));
}
