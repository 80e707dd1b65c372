// One proxied connection: the accepted socket, the dialled one and a pipe each way. This file keeps the ends of both in
// step: an end of stream passes as one, a close as one where the kernel tells it from an end, and a reset as one. It also
// does what a fault decides about the whole connection.

import type { Socket } from 'node:net';
import type { Address } from './address.ts';
import { handleOf, isTcp } from '../exact/channel.ts';
import { endConnection } from '../exact/end-connection.ts';
import type { BothEnds, ConnectionName, ConnectionSummary, EventBody } from '../wire/wire-types.ts';
import { untilRead } from '../exact/exact.ts';
import { loadDescriptors } from '../exact/kernel.ts';
import { FrameWatch } from '../frames/inside/frame-watch.ts';
import { newFramePair } from '../frames/pair.ts';
import type { Framing } from '../frames/frame.ts';
import { hasHungUp } from './hang-ups.ts';
import type { HangUps } from './hang-ups.ts';
import type { ReadBudget } from './intake.ts';
import type { EndName, HowEnded } from '../stream/ending.ts';
import type { Direction } from '../stream/item.ts';
import { LabelReader } from './label.ts';
import type { Labels } from './label.ts';
import { dial, takeOver } from './peer-socket.ts';
import { Pipe } from './pipe.ts';
import { Surroundings } from './surroundings.ts';
import type { Answer, ArmedToxic, ConnectionControl } from '../toxics/base/toxic.ts';

export interface ConnectionSettings {
  id: number;
  ordinal: number;
  framing: Framing;
  capture: boolean;
  /** The first line from the client passes by all toxics; they are put in when it has. */
  preamble: boolean;
  upstream: Address;
  budget: ReadBudget;
  /** The connection of this number, while it is open. */
  sibling: (ordinal: number) => Connection | undefined;
  hangUps: HangUps;
  publish: (body: EventBody) => void;
  /** Both sockets are connected, and the preamble has passed: the time to put stages in. */
  onOpen: (connection: Connection) => void;
  onClosed: (connection: Connection) => void;
}

/** What a stream of a child may have on its way between the proxy and one end. */
const NARROW_SOCKET_BYTES = 4096;
/** A peer that does not end its side after our clean end is waited for so long. */
const LINGER_MS = 250;

export class Connection implements ConnectionControl {
  readonly id: number;
  readonly ordinal: number;
  readonly pipes: Readonly<Record<Direction, Pipe>>;
  labels: Labels | undefined;
  state: ConnectionSummary['state'] = 'dialling';
  readonly openedAtMs = Date.now();
  /** Nothing passes until this toxic is removed, which then closes the connection. */
  swallowedBy: ArmedToxic | undefined;
  /** Why it ended, where it was not the peers' doing. */
  reason: string | undefined;
  readonly #settings: ConnectionSettings;
  readonly #pair = newFramePair();
  readonly #sockets: Readonly<Record<EndName, Socket>>;
  readonly #remote: string | undefined;
  /** What the proxy did to an end, which outranks what its peer did. */
  readonly #forced: Partial<Record<EndName, HowEnded>> = {};
  readonly #byPeer: Partial<Record<EndName, HowEnded>> = {};
  readonly #relayed: Partial<Record<EndName, HowEnded>> = {};
  #openEnds = 2;
  /** A fault is ending both sides; its firing is told before the close is. */
  #ending: Promise<unknown> | undefined;

  /** `accepted` has not been read from. */
  constructor(accepted: Socket, settings: ConnectionSettings) {
    this.#settings = settings;
    this.id = settings.id;
    this.ordinal = settings.ordinal;
    this.#remote = accepted.remoteAddress === undefined ? undefined : `${accepted.remoteAddress}:${accepted.remotePort}`;
    const labels = new LabelReader((found) => this.#labelled(found));
    const seen = (chunk: Buffer) => labels.see(chunk);
    // A stream of a child: what its reader does not read must block its writer as a pipe would.
    const common = { budget: settings.budget, narrow: settings.preamble };
    const around = () => ({ surroundings: settings.framing === 'raw' && settings.capture ? new Surroundings() : undefined });
    this.pipes = {
      upstream: settings.preamble
        ? new Pipe('upstream', { ...common, ...around(), preamble: { see: seen, passed: () => this.#open() } })
        : new Pipe('upstream', { ...common, ...around(), onHead: seen }),
      downstream: new Pipe('downstream', { ...common, ...around() }),
    };
    const client = takeOver(accepted, this.pipes.upstream.intake);
    const upstream = dial(settings.upstream, this.pipes.downstream.intake);
    this.#sockets = { client, upstream };
    this.#joinPipes();
    settings.publish({ event: 'connection-opened', ...this.identity, ...(this.#remote !== undefined && { client: this.#remote }) });
    for (const end of ['client', 'upstream'] as const) this.#watchEnd(end);
    upstream.once('connect', () => this.#connected());
  }

  get identity(): ConnectionName {
    return { connection: this.ordinal, connectionId: this.id };
  }

  get ended(): BothEnds {
    const how = (end: EndName) => this.#forced[end] ?? this.#byPeer[end] ?? this.#relayed[end] ?? 'closed';
    return { client: how('client'), upstream: how('upstream') };
  }

  summary(): ConnectionSummary {
    const { upstream, downstream } = this.pipes;
    return {
      ...this.identity,
      state: this.state,
      ...(this.labels !== undefined && { label: this.labels.label }),
      bytes: {
        upstream: { in: upstream.bytesIn, out: upstream.bytesOut },
        downstream: { in: downstream.bytesIn, out: downstream.bytesOut },
      },
      frames: { upstream: upstream.frames, downstream: downstream.frames },
      ...(this.state === 'closed' && { ended: this.ended }),
      ...(this.reason !== undefined && { reason: this.reason }),
    };
  }

  #joinPipes(): void {
    const { client, upstream } = this.#sockets;
    const pair = this.#pair;
    const watchOf = (direction: Direction) => {
      const { framing, capture, publish } = this.#settings;
      if (framing === 'raw') return undefined;
      return new FrameWatch({
        framing,
        side: direction === 'upstream' ? 'client' : 'server',
        pair,
        capture,
        judged: () => this.labels?.all.has('stderr') !== true,
        publish: (body) => publish({ ...this.identity, direction, ...body }),
      });
    };
    const told = (end: EndName) => ({
      onEnd: (how: 'fin' | 'closed') => this.#handedOn(end, how),
      onWritten: () => this.#settings.hangUps.look(this.#sockets[end]),
    });
    this.pipes.upstream.connect(client, upstream, watchOf('upstream'), told('upstream'));
    this.pipes.downstream.connect(upstream, client, watchOf('downstream'), told('client'));
  }

  /** An end goes out to this end of the connection. With a close nothing is left to do for the one that hung up. */
  #handedOn(end: EndName, how: 'fin' | 'closed'): void {
    this.#relayed[end] = how;
    if (how === 'closed') this.#sockets[otherEnd(end)].destroy();
  }

  #watchEnd(end: EndName): void {
    const socket = this.#sockets[end];
    socket.on('end', () => {
      if (!isTcp(socket) && hasHungUp(socket)) {
        this.#hungUp(end);
        return;
      }
      this.#byPeer[end] ??= 'eof';
      this.#pipeFrom(end).end();
      this.#settings.hangUps.watch(socket, () => (isTcp(socket) ? this.#resetAfterEnd(end) : this.#hungUp(end)));
    });
    socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(end, error));
    socket.on('close', () => this.#socketClosed());
  }

  #pipeFrom(end: EndName): Pipe {
    return end === 'client' ? this.pipes.upstream : this.pipes.downstream;
  }

  /** The peer has closed: it takes nothing any more, and the other end is to find that out as it would by itself. */
  #hungUp(end: EndName): void {
    const wasCut = this.#pipeFrom(end).isDiscarding;
    this.#byPeer[end] = 'hung-up';
    this.#pipeFrom(otherEnd(end)).discard();
    // A half-closed direction carries nothing any more, but the connection lived by the other one.
    if (wasCut && this.state === 'open') this.destroy();
    else this.#pipeFrom(end).pass({ kind: 'end', closed: true });
  }

  #connected(): void {
    if (!this.#settings.preamble) {
      this.#open();
      return;
    }
    this.#holdLittle();
    // What the upstream says before is for the stages too, which are put in behind the preamble.
    this.pipes.downstream.source.pause();
    this.pipes.upstream.start();
  }

  /** Without native calls the kernel's own bound stands. */
  #holdLittle(): void {
    const descriptors = loadDescriptors();
    if ('missing' in descriptors) return;
    for (const socket of Object.values(this.#sockets)) {
      const handle = handleOf(socket);
      if (handle !== undefined && !isTcp(socket)) descriptors.sendBytesMax(handle.fd, NARROW_SOCKET_BYTES);
    }
  }

  #open(): void {
    if (this.state !== 'dialling') return;
    this.state = 'open';
    this.#settings.onOpen(this);
    this.pipes.upstream.start();
    this.pipes.downstream.start();
  }

  #labelled(labels: Labels): void {
    this.labels = labels;
    this.#settings.publish({ event: 'connection-labelled', ...this.identity, label: labels.label });
  }

  #failed(end: EndName, error: { code?: string | undefined; message: string }): void {
    if (this.state === 'dialling' && end === 'upstream') {
      this.#forced.upstream = error.code === 'ECONNREFUSED' ? 'refused' : `error:${error.code ?? error.message}`;
      this.reason = error.message;
      // Without a proxy the dial is an error to who dials, and a program may mind errors only: so it is one, and never a clean end.
      this.#ending ??= this.#endOne('client', 'rst');
      return;
    }
    const broken = error.code === 'ECONNRESET' || error.code === 'EPIPE' || error.code === 'ECONNABORTED';
    this.#byPeer[end] = broken ? 'reset' : `error:${error.code ?? error.message}`;
    const other = otherEnd(end);
    const pipeFrom = this.#pipeFrom(end);
    const act = async () => {
      // Over Unix only what lies unread makes a close a reset: what came out of it is what the peer sees.
      const { outcome } = await endConnection(this.#sockets[other], 'rst');
      if (outcome !== 'gone') this.#relayed[other] = outcome;
    };
    // A half-closed direction carries nothing any more, but the connection lives by the other one.
    if (pipeFrom.isDiscarding && this.state === 'open') void act();
    else pipeFrom.pass({ kind: 'act', when: 'now', act });
  }

  #resetAfterEnd(end: EndName): void {
    this.#failed(end, { code: 'ECONNRESET', message: 'reset after its end' });
    this.#sockets[end].destroy();
  }

  #socketClosed(): void {
    this.#openEnds -= 1;
    if (this.#openEnds > 0) return;
    if (this.#ending === undefined) this.#closed();
    else void this.#ending.then(() => setImmediate(() => this.#closed()));
  }

  #closed(): void {
    this.state = 'closed';
    this.pipes.upstream.close();
    this.pipes.downstream.close();
    this.#settings.onClosed(this);
  }

  /** Closes one socket as it is: its peer sees an end, or a reset where something lies unread. */
  #close(end: EndName, how: HowEnded = 'closed'): void {
    if (!this.#sockets[end].destroyed) this.#forced[end] ??= how;
    this.#sockets[end].destroy();
  }

  // What stages may do.

  freeze(direction: Direction): void {
    this.state = 'ending';
    const opposite = direction === 'upstream' ? 'downstream' : 'upstream';
    this.pipes[direction].freeze();
    this.pipes[opposite].freeze();
    this.pipes[opposite].discard();
  }

  quiet(direction: Direction): void {
    this.state = 'ending';
    const opposite = direction === 'upstream' ? 'downstream' : 'upstream';
    this.pipes[direction].freeze();
    this.pipes[opposite].discard();
  }

  async leave(direction: Direction, last: Buffer): Promise<BothEnds> {
    this.quiet(direction);
    const pipe = this.pipes[direction];
    const end = direction === 'upstream' ? 'upstream' : 'client';
    pipe.discard();
    await pipe.sink.writeLast(last);
    this.#close(end);
    this.#ending ??= this.#endOne(otherEnd(end), 'fin');
    await this.#ending;
    return this.ended;
  }

  async untilRead(direction: Direction, deadlineMs: number): Promise<string> {
    return (await untilRead(this.pipes[direction].dest, { deadlineMs })).outcome;
  }

  async endBoth(how: 'fin' | 'rst'): Promise<BothEnds> {
    this.state = 'ending';
    this.pipes.upstream.discard();
    this.pipes.downstream.discard();
    this.#ending ??= Promise.all([this.#endOne('client', how), this.#endOne('upstream', how)]);
    await this.#ending;
    return this.ended;
  }

  async #endOne(end: EndName, how: 'fin' | 'rst'): Promise<void> {
    const { outcome } = await endConnection(this.#sockets[end], how, { graceMs: how === 'fin' ? LINGER_MS : 0 });
    this.#forced[end] = outcome === 'gone' ? (this.#byPeer[end] ?? 'gone') : outcome;
  }

  async halfClose(direction: Direction): Promise<BothEnds> {
    const pipe = this.pipes[direction];
    const end = direction === 'upstream' ? 'upstream' : 'client';
    pipe.discard();
    const { outcome } = await endConnection(pipe.dest, 'half-close');
    return { client: 'open', upstream: 'open', [end]: outcome };
  }

  swallow(toxic: ArmedToxic, onLost?: () => void): void {
    this.swallowedBy = toxic;
    this.state = 'ending';
    this.pipes.upstream.discard(onLost);
    this.pipes.downstream.discard(onLost);
    this.pipes.upstream.thaw();
    this.pipes.downstream.thaw();
  }

  loseSilently(toxic: ArmedToxic, side: EndName): boolean {
    const wasOpen = !this.#sockets[side].destroyed;
    this.swallow(toxic);
    this.#close(side);
    return wasOpen;
  }

  destroy(): void {
    this.#close('client');
    this.#close('upstream');
  }

  answer(direction: Direction, { bytes, request, afterwards, told }: Answer): void {
    const to = this.#answering(direction);
    if (to === undefined) {
      told(false);
      return;
    }
    const { connection, pipe } = to;
    pipe.putIn({
      bytes,
      due: () => request === undefined || connection.#pair.answered === request - 1,
      done(reached) {
        told(reached);
        if (afterwards === 'end') pipe.pass({ kind: 'act', when: 'flushed', act: async () => void (await connection.endBoth('fin')) });
        if (afterwards === 'silence') pipe.pass({ kind: 'act', when: 'flushed', act: () => pipe.discard() });
      },
    });
  }

  /** What a child reads and what it writes are two connections, one after the other. */
  #answering(direction: Direction): { connection: Connection; pipe: Pipe } | undefined {
    if (!this.#settings.preamble) return { connection: this, pipe: this.pipes[direction === 'upstream' ? 'downstream' : 'upstream'] };
    const connection = this.#settings.sibling(direction === 'upstream' ? this.ordinal + 1 : this.ordinal - 1);
    return connection && { connection, pipe: connection.pipes[direction === 'upstream' ? 'downstream' : 'upstream'] };
  }

  limitReading(direction: Direction, bytesPerSecond: number | undefined): void {
    this.pipes[direction].throttle(bytesPerSecond);
  }

  bytesForwarded(direction: Direction): number {
    return this.pipes[direction].bytesOut;
  }

  get isOver(): boolean {
    return this.#sockets.client.destroyed && this.#sockets.upstream.destroyed;
  }

  canReach(direction: Direction): boolean {
    const { dest, isDiscarding } = this.pipes[direction];
    return !isDiscarding && !dest.destroyed && !dest.writableEnded;
  }

  bytesLeftUnread(direction: Direction): number | undefined {
    return this.pipes[direction].bytesLeftUnread;
  }
}

function otherEnd(end: EndName): EndName {
  return end === 'client' ? 'upstream' : 'client';
}
