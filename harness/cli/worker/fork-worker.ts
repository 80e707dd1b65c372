// A worker as a process: how it is started, how its end is put in words, and how everything in its group ends with it.
import { fork, type ChildProcess } from 'node:child_process';
import { boxWords } from '../../runtime/box/worker-box.ts';
import { programFile } from '../../model/values/program-file.ts';

/** A worker that has let go of its channel is of no use any more. */
const DISCONNECTED_WITHIN_MS = 10_000;

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
  return fork(program, words, { detached: true, execPath, execArgv, serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'] });
}

/** In words. A process that cannot even be started has ended too. */
export function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`it could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal === null ? `it ended with code ${code}` : signalWords(signal)));
    child.once('disconnect', () => setTimeout(() => killGroup(child), DISCONNECTED_WITHIN_MS).unref());
  });
}

function signalWords(signal: NodeJS.Signals): string {
  const why: Partial<Record<NodeJS.Signals, string>> = {
    SIGABRT: ', as Node ends when its memory is used up',
    SIGKILL: ', by somebody or because the machine had no memory left',
  };
  return `it was ended by ${signal}${why[signal] ?? ''}`;
}

/** The group has the worker's number for as long as anybody is in it. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}
