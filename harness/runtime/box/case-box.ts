// The part of a box that one case has: a PID namespace, whose end is the end of everything in it, and temporary folders. The
// worker stays outside and sees all process numbers as before. Its thread enters the namespace only for the moment in which
// it starts a program, because a thread that is in it can start no other threads (clone(2), EINVAL).
//
//   worker ─┬─ first process   ends with the worker, as its stdin does; takes in orphans and forgets how they ended
//           ├─ node            `unshare --mount-proc`, which becomes the program: /proc shows the case alone
//           └─ proxy           outside
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { settlesWithin } from '../linux/poll.ts';
import { RuntimeError } from '../runtime.ts';
import { type Boxed, boxedProcesses } from './boxed-processes.ts';
import { lostDials } from './lost-dials.ts';
import { type PrivateFolders, privateFolders } from './private-folders.ts';
import { systemCalls, type SystemCalls } from '../linux/system-calls.ts';
import { DEAF_TO_CHILDREN, nodeWords } from './worker-box.ts';

export interface CaseBox extends AsyncDisposable {
  /** Calls `start` with the words to start; what it starts before it returns is in the box. */
  within<T>(command: readonly string[], about: { env: Readonly<Record<string, string>>; cwd: string }, start: Start<T>): T;
  /** Everybody in it now. */
  processes(): Boxed[];
  /** The number that this process knows somebody by; undefined when nobody in the box has this one. */
  outerPid(inner: number): number | undefined;
  /** Files in its own temporary folders that were not there when it was opened, or were changed: absolute paths. */
  written(): string[];
  /** How many dials and packets have had no way to go since it was opened. */
  lostDials(): number;
}

type Start<T> = (command: readonly string[]) => T;

const ENDS_WITHIN_MS = 10_000;
const ENDED = 'the first process of the box of this case has ended by itself, and everybody in the box with it';
/** It waits for the end of its stdin. A zombie that is left to it is gone at once, as it does not want to hear of its children. */
const FIRST = [...DEAF_TO_CHILDREN, 'cat'];

/**
 * For a worker that is in a box of its own.
 *
 * @param keeps folders that stay real
 * @param begun who has begun since before this was called
 * @throws RuntimeError when it cannot be made
 */
export async function openCaseBox(keeps: readonly string[], begun: () => readonly number[]): Promise<CaseBox> {
  const calls = systemCalls();
  if ('missing' in calls) throw new RuntimeError(`no box: ${calls.missing}`);
  await using undo = new AsyncDisposableStack();
  try {
    const folders = undo.use(privateFolders(calls, keeps));
    const own = openSync('/proc/self/ns/pid', 'r');
    undo.defer(() => closeSync(own));
    const first = await firstProcess(calls, own);
    undo.defer(() => endOf(first));
    const inside = openSync(`/proc/${first.pid}/ns/pid`, 'r');
    undo.defer(() => closeSync(inside));
    return caseBox(calls, { own, inside, first, begun }, folders, undo.move());
  } catch (error) {
    throw new RuntimeError(`no box could be made for this case: ${(error as Error).message}`, { cause: error });
  }
}

interface Namespaces {
  own: number;
  inside: number;
  first: ChildProcess;
  begun: () => readonly number[];
}

function caseBox(
  calls: SystemCalls,
  { own, inside, first, begun }: Namespaces,
  folders: PrivateFolders,
  undo: AsyncDisposableStack,
): CaseBox {
  const lostBefore = lostDials();
  const processes = (): Boxed[] => boxedProcesses(first.pid as number, begun());
  return {
    within(command, about, start) {
      if (hasEnded(first)) throw new RuntimeError(ENDED);
      const words = isThere(command[0] ?? '', about) ? [...nodeWords(), ...command] : command;
      calls.enterPidNamespace(inside);
      try {
        return start(words);
      } finally {
        calls.enterPidNamespace(own);
      }
    },
    processes,
    outerPid: (inner) => processes().find((each) => each.inner === inner)?.pid,
    written: () => folders.written(),
    lostDials: () => lostDials() - lostBefore,
    [Symbol.asyncDispose]: () => undo.disposeAsync(),
  };
}

/** The first child after the call is the first process of the new namespace. */
async function firstProcess(calls: SystemCalls, own: number): Promise<ChildProcess> {
  calls.newPidNamespace();
  let first: ChildProcess;
  try {
    const [file = '', ...words] = FIRST;
    first = spawn(file, words, { stdio: ['pipe', 'ignore', 'ignore'] });
  } finally {
    calls.enterPidNamespace(own);
  }
  // It is no reason for the worker to stay.
  first.unref();
  (first.stdin as unknown as { unref(): void }).unref();
  await Promise.race([once(first, 'spawn'), once(first, 'error').then(([error]) => Promise.reject(error as Error))]);
  return first;
}

/** The kernel ends everybody else before it lets go of the first process, pid_namespaces(7). */
async function endOf(first: ChildProcess): Promise<void> {
  if (hasEnded(first)) throw new RuntimeError(ENDED);
  first.ref();
  const gone = once(first, 'exit');
  first.kill('SIGKILL');
  if (!(await settlesWithin(gone, ENDS_WITHIN_MS)))
    throw new RuntimeError(`the box of this case did not end within ${ENDS_WITHIN_MS / 1_000} s`);
}

function hasEnded(first: ChildProcess): boolean {
  return first.exitCode !== null || first.signalCode !== null;
}

/** What is not there is started as it is, so that the reason is the same as without a box. */
function isThere(file: string, { env, cwd }: { env: Readonly<Record<string, string>>; cwd: string }): boolean {
  const places = file.includes('/')
    ? [resolve(cwd, file)]
    : (env['PATH'] ?? '').split(delimiter).map((folder) => resolve(cwd, join(folder, file)));
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
