// A program on a terminal of its own. Node opens none, so the kernel is asked over koffi; `setsid --ctty` of util-linux makes it
// the terminal of the program's session, and becomes the program.
//
//   harness ── ours ══ pseudo-terminal ══ its ── stdin, stdout and stderr of the program
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { accessSync, closeSync, constants, writeSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PassThrough, type Readable, Transform, type Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import type { TerminalSize } from '../../model/system/topology.ts';
import { systemCalls } from '../linux/system-calls.ts';
import { RuntimeError } from '../runtime.ts';

const USUAL: TerminalSize = { columns: 80, rows: 24 };
const CR = 0x0d;

/** What is missing for it on this machine, with the cure. */
export function terminalLacks(): string | undefined {
  const calls = systemCalls();
  if ('missing' in calls) return `a terminal is opened by a native call, and ${calls.missing}`;
  return hasSetsid() ? undefined : 'setsid is not on the PATH: install the package util-linux';
}

/** On a terminal its output is one stream, and nothing comes on stderr. */
export type Child = Pick<ChildProcessByStdio<Writable, Readable, Readable>, 'pid' | 'stdin' | 'stdout' | 'stderr'> & EventEmitter;

interface Terminal extends Disposable {
  begin(command: readonly string[], about: { cwd: string; env: Readonly<Record<string, string>> }): Child | Error;
  type(text: string): void;
}

/** @throws RuntimeError where the machine gives none. Its end closes the program's side here; ours is closed when nobody has it any more. */
export function openTerminal(size: true | TerminalSize): Terminal {
  const calls = systemCalls();
  if ('missing' in calls) throw new RuntimeError(`no terminal: ${calls.missing}`);
  const { ours, its } = calls.openTerminal(size === true ? USUAL : size);
  let isOpen = true;
  const output = new ReadStream(ours);
  output.once('close', () => (isOpen = false));
  const lines = output.pipe(plainLineEnds());
  // The kernel says EIO when nobody has the program's side any more, pty(7): the end of what it said.
  output.on('error', () => lines.end());
  return {
    begin(command, { cwd, env }) {
      try {
        // Not detached: the leader of a group would have to fork before it can lead a session, setsid(2).
        const child = spawn('setsid', ['--ctty', ...command], { cwd, env: { TERM: 'xterm-256color', ...env }, stdio: [its, its, its] });
        return Object.assign(child, {
          stdin: new PassThrough(),
          stdout: lines,
          stderr: ended(),
        }) as unknown as Child;
      } catch (error) {
        return error as Error;
      }
    },
    type(text) {
      if (isOpen) writeSync(ours, text);
    },
    [Symbol.dispose]: () => closeSync(its),
  };
}

/** A terminal puts a carriage return before each line feed (termios(3), ONLCR). In the log a line ends as on a pipe. */
function plainLineEnds(): Transform {
  let held = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const whole = held ? Buffer.concat([Buffer.from([CR]), chunk]) : chunk;
      held = whole.at(-1) === CR;
      const part = held ? whole.subarray(0, -1) : whole;
      done(null, Buffer.from(part.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'));
    },
    flush(done) {
      done(null, held ? Buffer.from([CR]) : undefined);
    },
  });
}

function ended(): PassThrough {
  const none = new PassThrough();
  none.end();
  return none;
}

function hasSetsid(): boolean {
  return (process.env['PATH'] ?? '/usr/bin:/bin').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, 'setsid'), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
