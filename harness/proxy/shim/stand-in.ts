// What a parent starts in place of its child's command. It hands the parent's three descriptors to the relay, puts ends of
// its own in their place, and becomes the command: from then on the child has the process number, parent, group, session
// and signals that it would have without us, and its parent learns its end from the kernel.
//
//   node stand-in.ts <relay's socket> <file> -- words…
//
// `words` are arguments of the command, which the relay names. The file holds what was there before Node changed it. The
// caller writes four lines: SigBlk and SigIgn of /proc/PID/status, the flags of descriptors 0 to 2 (/proc/PID/fdinfo; or
// `closed`), and which descriptors above 2 it has inherited. Behind them stands the environment as /proc/PID/environ has it.
// The file is removed. This program is started once for each child, so it loads nothing that it does not need.

import fs from 'node:fs';
import { loadStandInCalls } from '../exact/kernel.ts';
import type { StandInCalls } from '../exact/stand-in-calls.ts';
import type { Arrival, ToStandIn } from './wire.ts';

/** Like env(1) and docker run: the command was not found, or the stand-in itself failed. */
const EXIT_NOT_STARTED = 127;
const EXIT_FAILED = 125;
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

class NotStarted extends Error {}

interface Inherited {
  ignored: bigint;
  blocked: bigint;
  /** Of descriptors 0 to 2; undefined where one is closed. */
  flags: (number | undefined)[];
  descriptors: number[];
  /** NAME=value, byte by byte. */
  environment: Buffer[];
}

function standIn([path = '', file = '', , ...words]: readonly string[]): void {
  const inherited = readInherited(file);
  const calls = loadStandInCalls();
  if ('missing' in calls) throw new Error(calls.missing);
  for (const [stream, flags] of inherited.flags.entries()) if (flags !== undefined) calls.setFlags(stream, flags);
  const relay = calls.dial(path);
  const mine = handOver(calls, relay, inherited);
  const answer = JSON.parse(firstLineOf(relay)) as ToStandIn;
  if ('failed' in answer) throw new Error(answer.failed);
  const { command, env } = answer.become;
  const environment = overlaid(inherited.environment, env);
  for (const [stream, fd] of mine) calls.put(fd, stream);
  // Node has put the null device where one was closed.
  const open = [0, 1, 2].filter((stream) => inherited.flags[stream] !== undefined);
  for (const fd of [...open, ...inherited.descriptors]) calls.keep(fd);
  usePathOf(environment);
  calls.signals(inherited);
  try {
    calls.become([...command, ...words], environment);
  } catch (error) {
    fs.writeSync(relay, `${JSON.stringify({ notStarted: (error as Error).message } satisfies Arrival)}\n`);
    throw new NotStarted(`${command[0]}: ${(error as Error).message}`, { cause: error });
  }
}

function readInherited(file: string): Inherited {
  const bytes = fs.readFileSync(file);
  fs.unlinkSync(file);
  const lines: string[] = [];
  let at = 0;
  while (lines.length < 4) {
    const end = bytes.indexOf(0x0a, at);
    lines.push(bytes.toString('latin1', at, end));
    at = end + 1;
  }
  const [blocked, ignored, flags, descriptors] = lines as [string, string, string, string];
  const environment: Buffer[] = [];
  for (let end = bytes.indexOf(0, at); end >= 0; end = bytes.indexOf(0, at)) {
    environment.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return {
    blocked: BigInt(`0x${blocked}`),
    ignored: BigInt(`0x${ignored}`),
    flags: wordsOf(flags).map((flag) => (flag === 'closed' ? undefined : Number.parseInt(flag, 8))),
    descriptors: wordsOf(descriptors).map(Number),
    environment,
  };
}

function wordsOf(line: string): string[] {
  return line.split(' ').filter(Boolean);
}

/** Gives the ends that the command will have, by their number. */
function handOver(calls: StandInCalls, relay: number, { flags }: Inherited): [stream: number, fd: number][] {
  const mine: [number, number][] = [];
  const theirs: number[] = [];
  const streams: number[] = [];
  for (const stream of [0, 1, 2]) {
    const kind = calls.kindOf(stream);
    if (kind === undefined || flags[stream] === undefined || (stream === 0 && isParents(stream))) continue;
    const [writes, reads] = calls.pair(stream, kind);
    mine.push([stream, stream === 0 ? reads : writes]);
    theirs.push(stream, stream === 0 ? writes : reads);
    streams.push(stream);
  }
  calls.send(relay, `${JSON.stringify({ streams } satisfies Arrival)}\n`, theirs);
  // Nobody but the relay may hold the other ends: who reads them must see their end.
  for (const [k, fd] of theirs.entries()) if (k % 2 === 1) fs.closeSync(fd);
  return mine;
}

/** The parent has it as its own stdin: nobody talks to the child there. */
function isParents(fd: number): boolean {
  try {
    return fs.readlinkSync(`/proc/${process.ppid}/fd/${fd}`) === fs.readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return false;
  }
}

function firstLineOf(fd: number): string {
  const parts: Buffer[] = [];
  for (let bytes = 0; bytes < ANSWER_BYTES_MAX;) {
    const buffer = Buffer.alloc(64 * 1024);
    const read = fs.readSync(fd, buffer);
    if (read === 0) throw new Error('the relay has gone');
    bytes += read;
    parts.push(buffer.subarray(0, read));
    if (buffer[read - 1] === 0x0a) break;
  }
  return Buffer.concat(parts).toString();
}

function overlaid(environment: readonly Buffer[], own: Readonly<Record<string, string>>): Buffer[] {
  const nameOf = (pair: Buffer): string => pair.toString('latin1', 0, Math.max(0, pair.indexOf('=')));
  const rest = environment.filter((pair) => own[nameOf(pair)] === undefined);
  return [...rest, ...Object.entries(own).map(([name, value]) => Buffer.from(`${name}=${value}`))];
}

function usePathOf(environment: readonly Buffer[]): void {
  const path = environment.find((pair) => pair.toString('latin1', 0, 5) === 'PATH=');
  if (path === undefined) delete process.env['PATH'];
  else process.env['PATH'] = path.toString('utf8', 5);
}

try {
  standIn(process.argv.slice(2));
} catch (error) {
  const isCommands = error instanceof NotStarted;
  try {
    fs.writeSync(2, `${isCommands ? '' : 'tornwire stand-in: '}${(error as Error).message}\n`);
  } catch {
    // Nobody reads our stderr any more; the exit code still tells.
  }
  process.exit(isCommands ? EXIT_NOT_STARTED : EXIT_FAILED);
}
