// The relay of a stdio link. A stand-in comes with the descriptors of the child that it is about to become; the relay joins
// them to the link, dialling the proxy itself and taking what the proxy dials:
//
//   parent ==stdio==+                                  +==stdio== child
//                   +--> relay --> (proxy) --> relay --+
//
// It is nobody's child and nobody's parent there. It tells on stdout which children run and how they ended. Where this
// machine cannot do that, the far half of the shim takes its place, and says why.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Beside } from './beside.ts';
import type { Passage, StreamEnds } from './beside.ts';
import { listen, report, untilStopped } from './far-program.ts';
import { isBusy, loadDescriptors, loadKernel } from '../exact/kernel.ts';
import type { Descriptors, Kernel } from '../exact/libc.ts';
import { messageOf } from '../stream/message-of.ts';
import { firstLine, onMessages, STREAMS } from './wire.ts';
import type { Arrival, Preamble, RelayWay, ShimOptions, StreamName, ToStandIn } from './wire.ts';

export interface RelayOptions extends ShimOptions {
  /** Where stand-ins come. */
  control: string;
  /** The link, as the parent would dial it. */
  dial: string;
}

/** For how long a child may lack one of its connections. */
const PAIRING_MS_MAX = 10_000;
const RECORD_MS_MAX = 2_000;

export interface Natives {
  kernel: Kernel;
  descriptors: Descriptors;
}

/** What a relay needs of this machine, or what is missing. */
export async function nativesHere(): Promise<Natives | { missing: string }> {
  const kernel = loadKernel();
  const descriptors = loadDescriptors();
  if ('missing' in kernel) return kernel;
  if ('missing' in descriptors) return descriptors;
  if (!(await keepsRecords(descriptors))) return { missing: 'this kernel keeps no record of how a process ended (Linux 6.15 does)' };
  return { kernel, descriptors };
}

/** Tried with a process of our own. */
async function keepsRecords(descriptors: Descriptors): Promise<boolean> {
  const tried = spawn('/bin/sh', ['-c', 'read -r line; exit 7'], { stdio: ['pipe', 'ignore', 'ignore'] });
  tried.stdin.on('error', () => {});
  const exited = once(tried, 'exit', { signal: AbortSignal.timeout(RECORD_MS_MAX) });
  const hold = tried.pid === undefined ? -1 : descriptors.watch(tried.pid);
  tried.stdin.end();
  try {
    await exited;
    return hold >= 0 && descriptors.endOf(hold) === 7 << 8;
  } catch {
    return false;
  }
}

export async function runRelay(options: RelayOptions, natives: Natives): Promise<void> {
  const relay = new Relay(options, natives);
  const servers = await Promise.all([
    listen(options.socket, (socket) => void relay.passed(socket)),
    listen(options.control, (socket) => void relay.arrived(socket)),
  ]);
  untilStopped(async () => {
    for (const server of servers) server.close();
    relay.close();
  });
  process.stdout.write(`${JSON.stringify({ way: 'beside' } satisfies RelayWay)}\nlistening\n`);
}

class Relay {
  readonly #options: RelayOptions;
  readonly #natives: Natives;
  readonly #awaited = new Map<string, (socket: Socket) => void>();
  readonly #children = new Map<string, Beside>();
  /** One child after the other dials, so that the proxy numbers the streams of each in a row. */
  #dialling: Promise<unknown> = Promise.resolve();

  constructor(options: RelayOptions, natives: Natives) {
    this.#options = options;
    this.#natives = natives;
  }

  close(): void {
    for (const [session, child] of this.#children) {
      const lost = child.close();
      if (lost !== undefined) report({ session, lost });
    }
  }

  /** A connection that has passed the link. */
  async passed(socket: Socket): Promise<void> {
    // What went wrong shows in the 'close' that follows.
    socket.on('error', () => {});
    const timer = setTimeout(() => socket.destroy(), PAIRING_MS_MAX);
    const line = await firstLine(socket.resume());
    clearTimeout(timer);
    const preamble = line === undefined ? undefined : (JSON.parse(line) as Preamble);
    const take = preamble && this.#awaited.get(keyOf(preamble.session, preamble.stream));
    if (take === undefined) socket.destroy();
    else take(socket);
  }

  /** A stand-in. */
  async arrived(control: Socket): Promise<void> {
    control.on('error', () => {});
    const session = randomUUID();
    try {
      const { pid, ends } = await this.#received(control);
      const passages = await this.#passages(session);
      const child = new Beside({
        pid,
        ends,
        passages,
        ...this.#natives,
        ended: (ending) => report({ session, ended: ending }),
        over: () => this.#children.delete(session),
      });
      this.#children.set(session, child);
      this.#become(control, session, pid);
    } catch (error) {
      say(control, { failed: messageOf(error) });
      control.end();
    }
  }

  /** The stand-in's end of this connection is closed by its exec: then the command runs. */
  #become(control: Socket, session: string, pid: number): void {
    let started = true;
    onMessages(control, (message) => {
      if ('notStarted' in (message as Arrival)) started = false;
    });
    control.once('end', () => {
      if (started) report({ session, started: pid, near: pid });
      control.end();
    });
    const { command, env } = this.#options;
    say(control, { become: { command, env: env as Record<string, string> } });
  }

  async #received(control: Socket): Promise<{ pid: number; ends: Partial<Record<StreamName, StreamEnds>> }> {
    const { descriptors } = this.#natives;
    const fd = (control as unknown as { _handle: { fd: number } })._handle.fd;
    const deadline = performance.now() + PAIRING_MS_MAX;
    for (;;) {
      const received = descriptors.receive(fd);
      if (typeof received === 'object') {
        const arrival = JSON.parse(received.text) as Extract<Arrival, { streams: number[] }>;
        const ends: Partial<Record<StreamName, StreamEnds>> = {};
        for (const [k, stream] of arrival.streams.entries()) {
          ends[STREAMS[stream]!] = { parents: received.descriptors[2 * k]!, childs: received.descriptors[2 * k + 1]! };
        }
        return { pid: descriptors.peerPid(fd), ends };
      }
      if (!isBusy(received) || performance.now() > deadline) throw new Error(`nothing came from the stand-in: ${received}`);
      await sleep(1);
    }
  }

  #passages(session: string): Promise<Record<StreamName, Passage>> {
    const passages = this.#dialling.then(() => this.#dialAll(session));
    this.#dialling = passages.catch(() => {});
    return passages;
  }

  async #dialAll(session: string): Promise<Record<StreamName, Passage>> {
    const passages: Partial<Record<StreamName, Passage>> = {};
    for (const stream of STREAMS) passages[stream] = await this.#dial(session, stream);
    return passages as Record<StreamName, Passage>;
  }

  async #dial(session: string, stream: StreamName): Promise<Passage> {
    const key = keyOf(session, stream);
    const met = Promise.withResolvers<Socket>();
    this.#awaited.set(key, met.resolve);
    const near = net.connect({ path: this.#options.dial, allowHalfOpen: true });
    near.on('error', () => {});
    const timer = setTimeout(() => met.reject(new Error(`no connection for ${stream}`)), PAIRING_MS_MAX);
    near.once('close', () => met.reject(new Error(`no connection for ${stream}`)));
    near.write(`${JSON.stringify({ stream, session } satisfies Preamble)}\n`);
    try {
      return { near, far: await met.promise };
    } finally {
      clearTimeout(timer);
      this.#awaited.delete(key);
    }
  }
}

function keyOf(session: string, stream: string): string {
  return `${session} ${stream}`;
}

function say(control: Socket, message: ToStandIn): void {
  if (control.writable) control.write(`${JSON.stringify(message)}\n`);
}
