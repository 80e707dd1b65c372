// One proxy: a listener, its live connections and the toxics armed on it. Who is affected by which toxic is
// decided here, once per connection; what a toxic then does with the bytes is its own file in toxics/.

import type { Socket } from 'node:net';
import { addressText, AddressError, parseAddress, resolved } from './address.ts';
import type { Address } from './address.ts';
import { Connection } from './connection.ts';
import type { EventName } from '../stream/event-names.ts';
import type { Framing } from '../frames/frame.ts';
import type { ReadBudget } from './intake.ts';
import type { Direction } from '../stream/item.ts';
import { openListener } from './listener.ts';
import type { Listener } from './listener.ts';
import { needsContent } from '../toxics/aim/match.ts';
import type { Pipe } from './pipe.ts';
import { chance } from '../stream/chance.ts';
import type { ArmedToxic, Hit, HitPlace, ToxicStage, StageContext } from '../toxics/base/toxic.ts';

/** What all proxies of one server share. */
export interface ProxyWorld {
  seed: string;
  budget: ReadBudget;
  publish: (proxy: string, event: EventName, fields: Record<string, unknown>) => void;
  nextConnectionId: () => number;
  /** A connection has ended; its last summary. */
  retire: (summary: Record<string, unknown>) => void;
}

/** Fields beyond Toxiproxy's. */
export interface ProxyExtras {
  framing?: Framing;
  seed?: string | number;
  capture?: boolean;
  preamble?: boolean;
  label?: string;
}

/** Hits that a toxic remembers; the events have all of them. */
const HITS_MAX = 1000;
/** A port that was given up for a while may be taken for a moment by somebody's outgoing connection. */
const REOPEN_TRIES = 40;
const REOPEN_PAUSE_MS = 25;
const CLOSED_WITHIN_MS = 1000;

export class Proxy {
  readonly name: string;
  readonly extras: ProxyExtras;
  /** As given until it listens, then with the real port. */
  listen: string;
  upstream: string;
  enabled = false;
  readonly toxics: ArmedToxic[] = [];
  readonly #world: ProxyWorld;
  readonly #connections = new Set<Connection>();
  #upstreamAddress: Address | undefined;
  #listener: Listener | undefined;
  /** It has stopped listening, and its socket file is still there. */
  #refusing: Listener | undefined;
  /** Accepted by the kernel and left alone, with the toxic that wants it so. */
  #unserviced: { socket: Socket; ordinal: number; toxic: ArmedToxic }[] = [];
  #accepted = 0;
  #waitingForNone: (() => void)[] = [];

  constructor(world: ProxyWorld, settings: { name: string; listen: string; upstream: string; extras: ProxyExtras }) {
    this.#world = world;
    this.name = settings.name;
    this.listen = settings.listen;
    this.upstream = settings.upstream;
    this.extras = settings.extras;
  }

  get framing(): Framing {
    return this.extras.framing ?? 'raw';
  }

  get seed(): string {
    return String(this.extras.seed ?? this.#world.seed);
  }

  /** Connections accepted since creation or the last reset. */
  get accepted(): number {
    return this.#accepted;
  }

  connections(): Record<string, unknown>[] {
    return [...this.#connections].map((connection) => ({ proxy: this.name, ...connection.summary() }));
  }

  /** @throws AddressError; the proxy then stays disabled. */
  async start(): Promise<void> {
    if (this.enabled) return;
    const wanted = await withListenWords(async () => resolved(parseAddress(this.listen)));
    this.#upstreamAddress = parseUpstream(this.upstream);
    this.#listener = await openListener(wanted, {
      onConnection: (socket) => this.#accept(socket),
      onError: (error) => this.#publish('listener-failed', { reason: error.message }),
    });
    this.#refusing = undefined;
    this.listen = addressText(this.#listener.address);
    this.enabled = true;
    this.#publish('proxy-started', { listen: this.listen, upstream: this.upstream });
    this.#refuseIfDue();
  }

  /** Frees the address and closes every connection; when it is done, all that can be told of them is told. */
  async stop(): Promise<void> {
    if (!this.enabled) return;
    this.enabled = false;
    (this.#listener ?? this.#refusing)?.close();
    this.#listener = undefined;
    this.#refusing = undefined;
    for (const { socket } of this.#unserviced.splice(0)) socket.destroy();
    for (const connection of this.#connections) {
      connection.reason ??= 'the proxy was stopped';
      connection.destroy();
    }
    await this.#noneLeft();
    this.#publish('proxy-stopped', {});
  }

  async deleted(): Promise<void> {
    await this.stop();
    this.#publish('proxy-deleted', {});
  }

  /** Whether these addresses are others than the present ones. @throws AddressError */
  async differs(listen: string, upstream: string): Promise<boolean> {
    if (upstream !== this.upstream) {
      await resolved(parseAddress(listen));
      return true;
    }
    return listen !== this.listen && addressText(await resolved(parseAddress(listen))) !== this.listen;
  }

  async reset(): Promise<void> {
    await this.start();
    while (this.toxics.length > 0) await this.disarm(this.toxics[0]!);
    this.#accepted = 0;
  }

  toxic(name: string): ArmedToxic | undefined {
    return this.toxics.find((toxic) => toxic.name === name);
  }

  arm(toxic: ArmedToxic): void {
    this.toxics.push(toxic);
    this.#publish('toxic-armed', {
      toxic: toxic.name,
      type: toxic.type.type,
      stream: toxic.stream,
      toxicity: toxic.toxicity,
      attributes: toxic.attributes,
    });
    this.#watchContent();
    for (const connection of this.#connections) this.#attach(toxic, connection);
    this.#refuseIfDue();
  }

  update(toxic: ArmedToxic): void {
    this.#publish('toxic-updated', { toxic: toxic.name, toxicity: toxic.toxicity, attributes: toxic.attributes });
    this.#watchContent();
    for (const connection of this.#connections) {
      for (const direction of toxic.directions) {
        const pipe = connection.pipes[direction];
        pipe.batch(() => pipe.chain.update(toxic));
      }
    }
  }

  /** Never waits for a peer. @throws AddressError when the toxic had closed the listener and it cannot be opened again. */
  async disarm(toxic: ArmedToxic): Promise<void> {
    const at = this.toxics.indexOf(toxic);
    if (at < 0) return;
    this.toxics.splice(at, 1);
    for (const connection of this.#connections) this.#detach(toxic, connection);
    this.#watchContent();
    const left = this.#unserviced.filter((waiting) => waiting.toxic === toxic);
    this.#unserviced = this.#unserviced.filter((waiting) => waiting.toxic !== toxic);
    for (const { socket, ordinal } of left) this.#serve(socket, ordinal);
    this.#publish('toxic-removed', { toxic: toxic.name, type: toxic.type.type, fired: toxic.fired });
    await this.#acceptAgain();
  }

  #accept(socket: Socket): void {
    // Until it is taken over, what its peer does must not end the process.
    socket.on('error', () => {});
    this.#accepted += 1;
    const ordinal = this.#accepted;
    this.#refuseIfDue();
    const toxic = this.toxics.find((each) => isAtAccept(each) && this.#affects(each, ordinal));
    if (toxic === undefined) this.#serve(socket, ordinal);
    else this.#mistreat(socket, ordinal, toxic);
  }

  #serve(socket: Socket, ordinal: number): void {
    if (!this.enabled || this.#upstreamAddress === undefined) {
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, {
      id: this.#world.nextConnectionId(),
      ordinal,
      framing: this.framing,
      capture: this.extras.capture === true,
      preamble: this.extras.preamble === true,
      upstream: this.#upstreamAddress,
      budget: this.#world.budget,
      publish: (event, fields) => this.#publish(event, fields),
      onOpen: (opened) => {
        for (const toxic of this.toxics) this.#attach(toxic, opened);
      },
      onClosed: (closed) => this.#closed(closed),
    });
    this.#connections.add(connection);
    this.#watchContent();
  }

  #closed(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) for (const wake of this.#waitingForNone.splice(0)) wake();
    const summary = connection.summary();
    this.#world.retire({ proxy: this.name, ...summary });
    const { state: _closed, ...fields } = summary;
    this.#publish('connection-closed', fields);
  }

  /** A connection that the listener treats badly before anybody dials for it. */
  #mistreat(socket: Socket, ordinal: number, toxic: ArmedToxic): void {
    const how = toxic.attributes['how'] === 'rst' ? 'rst' : 'fin';
    const waits = toxic.type.listener === 'never-accept';
    const place = { connection: ordinal, connectionId: this.#world.nextConnectionId(), direction: toxic.directions[0]!, bytesForwarded: 0 };
    const hit = this.#fire(toxic, { ...place, byteOffset: 0 });
    this.#report(toxic, hit, { ended: { client: waits ? 'swallowed' : how, upstream: 'gone' } });
    if (waits) this.#unserviced.push({ socket, ordinal, toxic });
    else if (how === 'rst' && this.#listener?.address.transport === 'tcp') socket.resetAndDestroy();
    else closeCleanly(socket);
  }

  #attach(toxic: ArmedToxic, connection: Connection): void {
    const { stage } = toxic.type;
    if (stage === undefined || !this.#affects(toxic, connection.ordinal)) return;
    // Behind a preamble the label is known from the first byte on; elsewhere each stage finds out as bytes come.
    if (this.extras.preamble === true && !isLabelled(toxic, connection)) return;
    for (const direction of toxic.directions) {
      // One that acted at once may have ended the connection.
      if (connection.state !== 'open') return;
      const pipe = connection.pipes[direction];
      pipe.batch(() => pipe.chain.add(toxic, (emit): ToxicStage => stage({ ...this.#context(toxic, connection, pipe), emit })));
    }
  }

  #detach(toxic: ArmedToxic, connection: Connection): void {
    if (connection.swallowedBy === toxic) connection.destroy();
    for (const direction of toxic.directions) {
      const pipe = connection.pipes[direction];
      pipe.batch(() => pipe.chain.remove(toxic));
    }
  }

  #context(toxic: ArmedToxic, connection: Connection, pipe: Pipe): Omit<StageContext, 'emit'> {
    const identity = { ...connection.identity, direction: pipe.direction };
    const place: [string, string, number, Direction] = [this.name, toxic.name, connection.ordinal, pipe.direction];
    return {
      toxic,
      direction: pipe.direction,
      framed: this.framing !== 'raw',
      since: { offset: pipe.bytesIn, atBoundary: pipe.watch?.insideFrame !== true },
      connection,
      batch: (work) => pipe.batch(work),
      concerned: () => isLabelled(toxic, connection),
      armed: () => toxic.claimed < timesOf(toxic),
      fire: (at: HitPlace) => {
        if (toxic.claimed >= timesOf(toxic)) return undefined;
        return this.#fire(toxic, { ...identity, ...defined(at), byteOffset: at.byteOffset, bytesForwarded: pipe.bytesOut });
      },
      report: (hit, more) => this.#report(toxic, hit, more),
      retract: () => void (toxic.claimed -= 1),
      event: (event, fields) => this.#publish(event, { ...identity, toxic: toxic.name, ...fields }),
      chance: (...rest) => chance(this.seed, ...place, ...rest),
      content: (item) =>
        item.frame === undefined || pipe.watch === undefined ? { known: false, reason: 'no frames' } : pipe.watch.content(item.frame),
    };
  }

  #fire(toxic: ArmedToxic, at: Omit<Hit, 'proxy' | 'toxic' | 'type'>): Hit {
    toxic.claimed += 1;
    return { proxy: this.name, toxic: toxic.name, type: toxic.type.type, ...at };
  }

  #report(toxic: ArmedToxic, hit: Hit, more?: Partial<Hit>): void {
    Object.assign(hit, more);
    toxic.fired += 1;
    if (toxic.hits.length < HITS_MAX) toxic.hits.push(hit);
    this.#publish('toxic-fired', { ...hit });
  }

  /** The same answer however often it is asked, and whatever else is armed or passes. */
  #affects(toxic: ArmedToxic, ordinal: number): boolean {
    const { connection, nth } = toxic.attributes;
    if (connection !== undefined && connection !== ordinal) return false;
    if (nth !== undefined && toxic.armedAfter + (nth as number) !== ordinal) return false;
    if (isAtAccept(toxic) && toxic.claimed >= timesOf(toxic)) return false;
    return chance(this.seed, this.name, toxic.name, ordinal) < toxic.toxicity;
  }

  #watchContent(): void {
    const wanted = (direction: Direction) =>
      this.toxics.some((toxic) => toxic.directions.includes(direction) && needsContent(toxic.attributes));
    const both = { upstream: wanted('upstream'), downstream: wanted('downstream') };
    for (const { pipes } of this.#connections) {
      if (pipes.upstream.watch !== undefined) pipes.upstream.watch.contentWanted = both.upstream;
      if (pipes.downstream.watch !== undefined) pipes.downstream.watch.contentWanted = both.downstream;
    }
  }

  /** Closes the listener when the next connection is one that must be refused. */
  #refuseIfDue(): void {
    const toxic = this.toxics.find((each) => each.type.listener === 'refuse' && this.#accepted + 1 >= refusesFrom(each));
    const listener = this.#listener;
    if (toxic === undefined || listener === undefined || !(chance(this.seed, this.name, toxic.name, 0) < toxic.toxicity)) return;
    this.#listener = undefined;
    this.#refusing = listener;
    listener.closeRefusing();
    const place = { connection: this.#accepted + 1, connectionId: 0, direction: toxic.directions[0]!, byteOffset: 0, bytesForwarded: 0 };
    const hit = this.#fire(toxic, place);
    this.#report(toxic, hit, { ended: { client: 'refused', upstream: 'gone' } });
  }

  async #acceptAgain(): Promise<void> {
    if (!this.enabled || this.#listener !== undefined || this.toxics.some((toxic) => toxic.type.listener === 'refuse')) return;
    this.enabled = false;
    for (let left = REOPEN_TRIES; ; left -= 1) {
      try {
        await this.start();
        return;
      } catch (error) {
        if (left === 0) {
          this.#publish('listener-failed', { reason: (error as Error).message });
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, REOPEN_PAUSE_MS));
      }
    }
  }

  /** Destroyed sockets are closed within a turn or two of the event loop; the bound is for what we do not know. */
  async #noneLeft(): Promise<void> {
    if (this.#connections.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#waitingForNone.push(resolve);
      timer = setTimeout(resolve, CLOSED_WITHIN_MS);
    });
    clearTimeout(timer);
  }

  #publish(event: EventName, fields: Record<string, unknown>): void {
    this.#world.publish(this.name, event, this.extras.label === undefined ? fields : { link: this.extras.label, ...fields });
  }
}

function isAtAccept(toxic: ArmedToxic): boolean {
  return toxic.type.listener === 'accept-close' || toxic.type.listener === 'never-accept';
}

/** The first connection that is refused. */
function refusesFrom(toxic: ArmedToxic): number {
  const { connection, nth } = toxic.attributes as { connection?: number; nth?: number };
  return connection ?? (nth === undefined ? 0 : toxic.armedAfter + nth);
}

function isLabelled(toxic: ArmedToxic, connection: Connection): boolean {
  const { label } = toxic.attributes;
  return label === undefined || connection.labels?.all.has(label as string) === true;
}

function timesOf(toxic: ArmedToxic): number {
  const { times } = toxic.attributes as { times?: number };
  return times ?? toxic.type.timesDefault?.(toxic.attributes) ?? Number.POSITIVE_INFINITY;
}

function defined(at: HitPlace): Partial<Hit> {
  return {
    ...(at.frameIndex !== undefined && { frameIndex: at.frameIndex }),
    ...(at.offsetInFrame !== undefined && { offsetInFrame: at.offsetInFrame }),
  };
}

/** What the peer has sent is taken first, or closing would be a reset. */
function closeCleanly(socket: Socket): void {
  socket.end();
  socket.resume();
  socket.once('end', () => socket.destroy());
  setTimeout(() => socket.destroy(), 1000).unref();
}

/** As Toxiproxy does, an upstream that cannot be parsed is found out when somebody dials it. */
function parseUpstream(text: string): Address {
  try {
    return parseAddress(text);
  } catch {
    return { transport: 'tcp', host: text, port: 0 };
  }
}

async function withListenWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AddressError) throw new AddressError(`listen tcp: ${error.message}`);
    throw error;
  }
}
