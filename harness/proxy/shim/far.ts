// The far half. It waits for sessions of near halves and runs the real command for each. No command outlives its near half
// or this process.

import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadKernel } from '../exact/kernel.ts';
import { listen, report, untilStopped } from './far-program.ts';
import { lastWordsOf } from './last-words.ts';
import { firstLine, onMessages, say, STREAMS } from './wire.ts';
import type { ControlPreamble, Ending, Preamble, ShimOptions, StreamName, ToFar } from './wire.ts';

/** For how long a session may lack one of its connections. */
const PAIRING_MS_MAX = 10_000;
const STDIN_LOOK_MS = 20;

export async function runFar(options: ShimOptions): Promise<void> {
  const lobby = new Lobby(options);
  const paths = options.control === undefined ? [options.socket] : [options.socket, options.control];
  const servers = await Promise.all(paths.map((path) => listen(path, (socket) => void lobby.enter(socket))));
  untilStopped(async () => {
    for (const server of servers) server.close();
    await lobby.endAll();
  });
  process.stdout.write('listening\n');
}

interface Pending {
  control?: { socket: Socket; preamble: ControlPreamble };
  streams: Partial<Record<StreamName, Socket>>;
  timer: NodeJS.Timeout;
}

/** Where connections wait until their session is complete. */
class Lobby {
  readonly #options: ShimOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #running = new Set<Session>();

  constructor(options: ShimOptions) {
    this.#options = options;
  }

  async enter(socket: Socket): Promise<void> {
    // What went wrong shows in the 'close' that follows.
    socket.on('error', () => {});
    const timer = setTimeout(() => socket.destroy(), PAIRING_MS_MAX);
    const line = await firstLine(socket.resume());
    clearTimeout(timer);
    const preamble = line === undefined ? undefined : parsed(line);
    if (preamble === undefined) socket.destroy();
    else this.#pair(socket, preamble);
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#running].map((session) => session.endWithoutNear()));
  }

  #pair(socket: Socket, preamble: Preamble): void {
    const pending = this.#pending.get(preamble.session) ?? this.#expect(preamble.session);
    if (preamble.stream === 'control') pending.control = { socket, preamble };
    else pending.streams[preamble.stream] = socket;
    const { control, streams } = pending;
    if (control === undefined || !isComplete(streams)) return;
    this.#forget(preamble.session);
    const session = new Session(control.socket, streams, control.preamble, this.#options);
    this.#running.add(session);
    void session.run().finally(() => this.#running.delete(session));
  }

  #expect(session: string): Pending {
    const pending: Pending = { streams: {}, timer: setTimeout(() => this.#giveUp(session), PAIRING_MS_MAX) };
    this.#pending.set(session, pending);
    return pending;
  }

  #giveUp(session: string): void {
    const pending = this.#pending.get(session);
    if (pending === undefined) return;
    this.#forget(session);
    const missing = STREAMS.filter((stream) => pending.streams[stream] === undefined);
    if (pending.control !== undefined) {
      say(pending.control.socket, { failed: `tornwire stdio shim: no connection for ${missing.join(', ')}` });
      pending.control.socket.end();
    }
    for (const socket of Object.values(pending.streams)) socket.destroy();
  }

  #forget(session: string): void {
    clearTimeout(this.#pending.get(session)?.timer);
    this.#pending.delete(session);
  }
}

type Streams = Record<StreamName, Socket>;

function isComplete(streams: Partial<Streams>): streams is Streams {
  return STREAMS.every((stream) => streams[stream] !== undefined);
}

function parsed(line: string): Preamble | undefined {
  try {
    return JSON.parse(line) as Preamble;
  } catch {
    return undefined;
  }
}

/** One run of the command. It ends with the command, or is ended when the near half has gone. */
class Session {
  readonly #control: Socket;
  readonly #streams: Streams;
  readonly #preamble: ControlPreamble;
  readonly #options: ShimOptions;
  #child: ChildProcessWithoutNullStreams | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #askedBy: Ending['askedBy'];
  /** Near was told how the command ended; the numbers of its processes may belong to others now. */
  #over = false;

  constructor(control: Socket, streams: Streams, preamble: ControlPreamble, options: ShimOptions) {
    this.#control = control;
    this.#streams = streams;
    this.#preamble = preamble;
    this.#options = options;
  }

  async run(): Promise<void> {
    const [command, ...args] = [...this.#options.command, ...this.#preamble.command];
    if (command === undefined) return this.#failed('no command was given to either half');
    const { cwd, session } = this.#preamble;
    const env = { ...this.#preamble.env, ...this.#options.env };
    const child = spawn(command, args, { cwd, env, detached: true, stdio: 'pipe' });
    this.#child = child;
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null } | Error>((resolve) => {
      child.once('error', resolve);
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.#exited = ended;
    const lastWords = lastWordsOf(child.stderr);
    const readerGone = () => (this.#askedBy ??= 'closed output');
    const outputs = (['stdout', 'stderr'] as const).map((name) => carryOutput(child[name], this.#streams[name], readerGone));
    const stopLooking = carryInput(this.#streams.stdin, child.stdin, () => (this.#askedBy ??= 'end of stdin'));
    if (child.pid !== undefined) {
      say(this.#control, { started: child.pid });
      report({ session, started: child.pid, near: this.#preamble.pid });
    }
    onMessages(this.#control, (line) => this.#signal((line as ToFar).signal, this.#preamble.leader));
    // Near goes before the command only by SIGKILL, which was meant for the command.
    for (const event of ['end', 'close']) this.#control.once(event, () => this.#signal('SIGKILL', this.#preamble.leader));
    const end = await ended;
    stopLooking();
    if (end instanceof Error) return this.#failed(end.message);
    const askedBy = this.#askedBy;
    const quoted = askedBy === undefined && end.code !== 0 ? { lastWords: await lastWords() } : {};
    report({ session, ended: { ...end, ...(askedBy !== undefined && { askedBy }), ...quoted } });
    // A grandchild may hold the output open for ever.
    await Promise.race([Promise.all(outputs), sleep(this.#options.drainMs, undefined, { ref: false })]);
    for (const output of [child.stdout, child.stderr]) output.destroy();
    say(this.#control, end.signal === null ? { exit: end.code ?? 0 } : { signal: end.signal });
    this.#close();
  }

  /** This half is being stopped: end of stdin, then TERM, then KILL to the whole group. */
  async endWithoutNear(): Promise<void> {
    if (this.#child === undefined || this.#hasExited()) return;
    this.#child.stdin.end();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await Promise.race([this.#exited, sleep(this.#options.graceMs)]);
      if (this.#hasExited()) return;
      this.#signal(signal, true);
    }
    await Promise.race([this.#exited, sleep(this.#options.graceMs)]);
  }

  #hasExited(): boolean {
    return this.#child === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #signal(signal: NodeJS.Signals, group: boolean): void {
    const pid = this.#child?.pid;
    if (pid === undefined || this.#over || (this.#hasExited() && !group)) return;
    this.#askedBy ??= 'signal';
    try {
      process.kill(group ? -pid : pid, signal);
    } catch {
      // It ended a moment ago, which is what the signal was for.
    }
  }

  #failed(reason: string): void {
    say(this.#control, { failed: reason });
    this.#close();
  }

  #close(): void {
    this.#over = true;
    this.#control.end();
    for (const stream of STREAMS) this.#streams[stream].end();
    this.#streams.stdin.destroy();
  }
}

/** Resolves when the command's stream has ended and the socket has taken all of it, or nobody wants more. */
async function carryOutput(from: ChildProcessWithoutNullStreams['stdout'], socket: Socket, readerGone: () => void): Promise<void> {
  from.pipe(socket);
  from.on('error', () => {});
  socket.resume();
  // Near never ends its side while it reads, so an end means that the reader has gone: the command gets EPIPE.
  for (const event of ['end', 'close']) {
    socket.once(event, () => {
      if (from.closed) return;
      readerGone();
      from.destroy();
    });
  }
  from.once('close', () => socket.end());
  await finished(socket, { readable: false }).catch(() => {});
}

/** Returns what stops the look-out for a command that closes its stdin. */
function carryInput(socket: Socket, to: ChildProcessWithoutNullStreams['stdin'], ended: () => void): () => void {
  socket.pipe(to);
  const closed = () => socket.destroy();
  to.on('error', closed);
  to.once('close', closed);
  // Near may have ended it before the command was started: then neither event comes any more.
  if (socket.readableEnded || socket.destroyed) ended();
  // Where the command closed its stdin itself, the socket only follows.
  for (const event of ['end', 'close']) socket.once(event, () => void (to.destroyed || ended()));
  socket.once('close', () => to.end());
  const kernel = loadKernel();
  if ('missing' in kernel) return () => {};
  const { fd } = (to as unknown as { _handle: { fd: number } })._handle ?? { fd: -1 };
  // Node notices a closed reader only when it writes; the parent should learn of it before its next write.
  const timer = setInterval(() => {
    if (to.destroyed || !kernel.hungUp(fd)) return;
    clearInterval(timer);
    to.destroy();
  }, STDIN_LOOK_MS);
  return () => clearInterval(timer);
}
