// A worker as a process: how it is started, how its end is put in words, and how everything in its group ends with it.
import { fork, type ChildProcess, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { startTimeOf } from '../../runtime/linux/proc.ts';
import { boxWords, hasOwnPids } from '../../runtime/box/worker-box.ts';
import { LIFELINE } from './messages.ts';
import { programFile } from '../../model/values/program-file.ts';

/** A worker that has let go of its channel is of no use any more. */
const DISCONNECTED_WITHIN_MS = 10_000;
const LAST_WORDS_WITHIN_MS = 2_000;

/**
 * A session of its own: Ctrl+C reaches the process that counts alone, and whatever else the user's code starts in the group ends
 * with the worker. What that code prints is seen on stderr; stdout is for results.
 */
export function forkWorker(root: string, boxed: boolean): ChildProcess {
  const program = programFile(import.meta.url, './main.ts');
  const [execPath = '', ...execArgv] = boxed
    ? [...boxWords(), process.execPath, ...process.execArgv]
    : [process.execPath, ...process.execArgv];
  const words = boxed ? [root, 'boxed'] : [root];
  const stdio: StdioOptions = ['ignore', 2, 2, 'ipc'];
  stdio[LIFELINE] = 'pipe';
  const child = fork(program, words, { detached: true, execPath, execArgv, serialization: 'advanced', stdio });
  (child.stdio[LIFELINE] as Socket | null)?.on('error', () => undefined).unref();
  return child;
}

/** In words, once its last words have been read. A process that cannot even be started has ended too. */
export function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`it could not be started: ${error.message}`));
    child.once('exit', (code, ended) => {
      const signal = ended ?? signalOfShell(code);
      const words = signal === undefined ? `it ended with code ${code}` : signalWords(signal);
      afterLastWords(child, () => resolve(words));
    });
    child.once('disconnect', () => {
      const overdue = setTimeout(() => killGroup(child), DISCONNECTED_WITHIN_MS).unref();
      child.once('exit', () => clearTimeout(overdue));
    });
  });
}

/** What it has said at its end may still be on its way when it has ended. Somebody else may hold the channel open. */
function afterLastWords(child: ChildProcess, go: () => void): void {
  if (!child.connected) return go();
  const overdue = setTimeout(go, LAST_WORDS_WITHIN_MS);
  child.once('disconnect', () => {
    clearTimeout(overdue);
    go();
  });
}

/** A shell that stands between says the signal by its code. */
function signalOfShell(code: number | null): NodeJS.Signals | undefined {
  const named = Object.entries(constants.signals).find(([, number]) => hasOwnPids() && code === number + 128);
  return named?.[0] as NodeJS.Signals | undefined;
}

/** As this process numbers it; undefined as long as it is not there. */
export function pidOfWorker(child: ChildProcess, boxed: boolean): number | undefined {
  if (!boxed || !hasOwnPids()) return child.pid;
  return firstChildOf(firstChildOf(child.pid));
}

function firstChildOf(pid: number | undefined): number | undefined {
  try {
    const [first = ''] = pid === undefined ? [] : readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return first === '' ? undefined : Number(first);
  } catch {
    return undefined;
  }
}

function signalWords(signal: NodeJS.Signals): string {
  const why: Partial<Record<NodeJS.Signals, string>> = {
    SIGABRT: ', as Node ends when its memory is used up',
    SIGKILL: ', by somebody or because the machine had no memory left',
  };
  return `it was ended by ${signal}${why[signal] ?? ''}`;
}

/**
 * The group has the worker's number for as long as anybody is in it. When the worker has ended and nobody is left, the kernel gives the
 * number to somebody else, on a busy machine within seconds: whoever lives under it then is not touched.
 */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const hasEnded = child.exitCode !== null || child.signalCode !== null;
  if (hasEnded && startTimeOf(child.pid) !== undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}
