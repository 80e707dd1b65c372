// Starts one program in a process group of its own and drains its output. Its stdin stays an open pipe to the harness. When
// the harness dies in any way, the pipe closes, so a program that watches its stdin notices.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { CaseBox } from '../box/case-box.ts';
import type { LogLines, LogStream } from '../logs/log-lines.ts';
import { settlesWithin } from '../linux/poll.ts';
import type { NodeExit } from '../runtime.ts';
import type { TerminalSize } from '../../model/system/topology.ts';
import { type Child, openTerminal } from './terminal.ts';

export interface SpawnedProgram {
  /** Also the id of its process group. */
  readonly pid: number;
  /** After its last output was read; a grandchild that holds the output open delays it by a short bound only. */
  readonly exited: Promise<NodeExit>;
  readonly ended: boolean;
  /** Stops reading this stream; gives the way to read on. */
  stopReading(stream: LogStream): () => void;
  /** Present where it has a terminal. */
  type?(text: string): void;
}

export interface SpawnOptions {
  env: Readonly<Record<string, string>>;
  cwd: string;
  log: LogLines;
  box?: CaseBox | undefined;
  within: <T>(start: () => T) => T;
  /** It gets a terminal in place of pipes. */
  tty?: true | TerminalSize | undefined;
}

const DRAIN_WITHIN_MS = 50;

/** Gives the reason in words when the command cannot be started at all. */
export async function spawnProgram(command: readonly string[], options: SpawnOptions): Promise<SpawnedProgram | { failed: string }> {
  if (command.length === 0) return { failed: 'its command is empty' };
  using terminal = options.tty === undefined ? undefined : openTerminal(options.tty);
  const begun = (words: readonly string[]): ReturnType<typeof begin> => (terminal ? terminal.begin(words, options) : begin(words, options));
  const start = (words: readonly string[]): ReturnType<typeof begin> => options.within(() => begun(words));
  const child = options.box?.within(command, options, start) ?? start(command);
  if (child instanceof Error) return { failed: reason(child, options.cwd) };
  const { pid } = child;
  if (pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    return { failed: reason(error, options.cwd) };
  }
  const streams: [LogStream, NodeJS.ReadableStream][] = [
    ['stdout', child.stdout],
    ['stderr', child.stderr],
  ];
  const drained = Promise.all(streams.map(([name, stream]) => drain(name, stream, options.log)));
  // A program that does not read its stdin may end while the pipe is written to or closed.
  child.stdin.on('error', () => {});

  let ended = false;
  const exit = new Promise<NodeExit>((resolve) => {
    child.once('exit', (code, signal) => {
      ended = true;
      // What it had still said lies unread where nobody was to read it.
      for (const [, stream] of streams) stream.resume();
      resolve({ code, signal });
    });
  });
  return {
    pid,
    get ended() {
      return ended;
    },
    stopReading(name) {
      const stream = name === 'stdout' ? child.stdout : child.stderr;
      stream.pause();
      return () => void stream.resume();
    },
    ...(terminal && { type: terminal.type }),
    exited: exit.then(async (how) => {
      await settlesWithin(drained, DRAIN_WITHIN_MS);
      return how;
    }),
  };
}

/** Node says that a program cannot be started by an event (ENOENT), or throws at once (E2BIG). */
function begin(
  [file = '', ...words]: readonly string[],
  { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> },
): Child | Error {
  try {
    return spawn(file, words, { cwd, env: { ...env }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  } catch (error) {
    return error as Error;
  }
}

/** The kernel gives ENOENT for a missing folder too, and Node then names the program. */
function reason(error: Error, cwd: string): string {
  return existsSync(cwd) ? error.message : `its folder ${cwd} is not there (${error.message})`;
}

async function drain(name: LogStream, stream: NodeJS.ReadableStream, log: LogLines): Promise<void> {
  stream.on('data', (chunk: Buffer) => log.write(name, chunk));
  // An error on reading is an end like any other; the exit says what happened.
  stream.on('error', () => {});
  await once(stream, 'close').catch(() => undefined);
  log.end(name);
}
