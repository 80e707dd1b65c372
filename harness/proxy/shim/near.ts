// The near half. To its parent it is the child. It carries the parent's three streams to the far half, and ends the way the
// real child ended.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { onMessages, say, STREAMS } from './wire.ts';
import type { ShimOptions, ToNear } from './wire.ts';
import { messageOf } from '../stream/message-of.ts';

const CONNECT_MS_MAX = 10_000;
/** Between the end of an output stream and closing the parent's descriptor. */
const RELEASE_MS = 50;
const FORWARDED: NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
/** Like env(1) and docker run: the command could not be found, or the shim itself failed. */
const EXIT_NOT_STARTED = 127;
const EXIT_SHIM_FAILED = 125;

export async function runNear(options: ShimOptions): Promise<void> {
  const session = randomUUID();
  try {
    const [stdin, stdout, stderr] = await connectStreams(options.socket, session);
    const control = await connect(options.control ?? options.socket);
    const { pid, env } = process;
    say(control, { stream: 'control', session, pid, command: options.command, cwd: process.cwd(), env, leader: isGroupLeader() });
    for (const signal of FORWARDED) process.on(signal, () => say(control, { signal }));
    carryInput(process.stdin, stdin!);
    const ending = endOf(control);
    const outputs = [carryOutput(stdout!, process.stdout, 1, ending), carryOutput(stderr!, process.stderr, 2, ending)];
    const end = await ending;
    if ('failed' in end) endLike(end);
    await atMost(Promise.all(outputs), options.drainMs);
    endLike(end);
  } catch (error) {
    endLike({ failed: `tornwire stdio shim: ${messageOf(error)}`, exit: EXIT_SHIM_FAILED });
  }
}

/** One after the other, so that the proxy numbers them in this order. */
async function connectStreams(path: string, session: string): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (const stream of STREAMS) {
    const socket = await connect(path);
    say(socket, { stream, session });
    sockets.push(socket);
  }
  return sockets;
}

async function connect(path: string): Promise<Socket> {
  const socket = net.connect({ path, allowHalfOpen: true });
  await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS_MAX) });
  // What went wrong shows in the 'close' that follows.
  socket.on('error', () => {});
  return socket;
}

/** The far side ends this connection only when the child has closed its stdin: then the parent gets EPIPE. */
function carryInput(parent: Readable, socket: Socket): void {
  parent.on('error', () => socket.end());
  parent.pipe(socket);
  socket.resume();
  for (const event of ['end', 'close']) {
    socket.once(event, () => {
      if (parent.readableEnded || parent.destroyed) return;
      parent.unpipe(socket);
      parent.once('close', () => releaseDescriptor(0));
      parent.destroy();
      socket.destroy();
    });
  }
}

/** Resolves when the child's stream has ended and the parent has all of it, or wants no more. */
function carryOutput(socket: Socket, parent: Writable, fd: number, ending: Promise<End>): Promise<void> {
  return new Promise((resolve) => {
    parent.on('error', () => {
      socket.destroy();
      resolve();
    });
    socket.on('data', (chunk: Buffer) => {
      if (!parent.write(chunk)) socket.pause();
    });
    parent.on('drain', () => socket.resume());
    socket.once('close', () => {
      if (parent.errored !== null) return;
      // An empty write is called back after all writes before it.
      parent.write('', () => {
        resolve();
        // Mostly the end follows at once, and its reason may have to be told on stderr.
        void atMost(ending, RELEASE_MS).then(() => releaseDescriptor(fd));
      });
    });
    socket.once('end', () => socket.destroy());
  });
}

/**
 * Node never closes descriptors 0 to 2, but the other end of this one must see that it has closed.
 * /dev/null takes the number, so that no later file gets it.
 */
function releaseDescriptor(fd: number): void {
  fs.closeSync(fd);
  fs.openSync('/dev/null', 'r+');
}

type End = Exclude<ToNear, { started: number }> | { failed: string; exit: number };

function endOf(control: Socket): Promise<End> {
  return new Promise((resolve) => {
    onMessages(control, (line) => {
      const message = line as ToNear;
      if ('failed' in message) resolve({ ...message, exit: EXIT_NOT_STARTED });
      else if (!('started' in message)) resolve(message);
    });
    control.once('close', () => resolve({ failed: 'tornwire stdio shim: the far half has gone', exit: EXIT_SHIM_FAILED }));
    control.once('end', () => control.destroy());
  });
}

function endLike(end: End): void {
  if ('signal' in end) return dieBy(end.signal);
  if ('failed' in end) tryWrite(`${end.failed}\n`);
  process.exit('exit' in end ? end.exit : EXIT_SHIM_FAILED);
}

/** Some signals cannot end a Node process (SIGPIPE is ignored): then the shell's number for them must do. */
function dieBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  setTimeout(() => process.exit(128 + constants.signals[signal]), 200);
  process.kill(process.pid, signal);
}

function tryWrite(text: string): void {
  try {
    fs.writeSync(2, text);
  } catch {
    // Nobody reads our stderr any more; the exit code still tells.
  }
}

function atMost(wait: Promise<unknown>, boundMs: number): Promise<unknown> {
  const bound = Promise.withResolvers<void>();
  const timer = setTimeout(bound.resolve, boundMs);
  return Promise.race([wait, bound.promise]).finally(() => clearTimeout(timer));
}

/** The fifth field of /proc/self/stat; the second, the name, may hold spaces. */
function isGroupLeader(): boolean {
  const stat = fs.readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[2]) === process.pid;
}
