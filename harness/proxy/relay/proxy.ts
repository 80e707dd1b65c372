// One proxy: its door (door.ts), its live connections and the toxics armed on it. firing.ts decides once for each
// connection which toxics affect it. What a toxic does with the bytes is a file of its own in toxics/.

import type { Socket } from 'node:net';
import { addressText, parseAddress, resolved } from './address.ts';
import type { Address } from './address.ts';
import { Connection } from './connection.ts';
import type { EventBody, ListedConnection } from '../wire/wire-types.ts';
import type { Framing } from '../frames/frame.ts';
import type { HangUps } from './hang-ups.ts';
import type { ReadBudget } from './intake.ts';
import type { Direction } from '../stream/item.ts';
import { Door, reopening } from './door.ts';
import { Firing, isAtAccept, isLabelled, refusesFrom } from './firing.ts';
import { messageOf } from '../stream/message-of.ts';
import { needsContent } from '../toxics/aim/match.ts';
import type { ArmedToxic } from '../toxics/base/toxic.ts';

/** What all proxies of one server share. */
export interface ProxyWorld {
  seed: string;
  budget: ReadBudget;
  hangUps: HangUps;
  publish: (proxy: string, body: EventBody, link: string | undefined) => void;
  nextConnectionId: () => number;
  /** A connection has ended; its last summary. */
  retire: (summary: ListedConnection) => void;
}

/** Fields beyond Toxiproxy's. */
export interface ProxyExtras {
  framing?: Framing;
  seed?: string | number;
  capture?: boolean;
  preamble?: boolean;
  label?: string;
}

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
  readonly #firing: Firing;
  readonly #door = new Door();
  readonly #connections = new Set<Connection>();
  #upstreamAddress: Address | undefined;
  #accepted = 0;
  #waitingForNone: (() => void)[] = [];

  constructor(world: ProxyWorld, settings: { name: string; listen: string; upstream: string; extras: ProxyExtras }) {
    this.#world = world;
    this.name = settings.name;
    this.listen = settings.listen;
    this.upstream = settings.upstream;
    this.extras = settings.extras;
    this.#firing = new Firing({
      proxy: this.name,
      seed: () => this.seed,
      framed: () => this.framing !== 'raw',
      publish: (body) => this.#publish(body),
    });
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

  connections(): ListedConnection[] {
    return [...this.#connections].map((connection) => ({ proxy: this.name, ...connection.summary() }));
  }

  /** @throws AddressError; the proxy then stays disabled. */
  async start(): Promise<void> {
    if (this.enabled) return;
    this.#upstreamAddress = parseUpstream(this.upstream);
    this.listen = await this.#door.open(this.listen, {
      onConnection: (socket) => this.#accept(socket),
      onError: (error) => this.#publish({ event: 'listener-failed', reason: error.message }),
    });
    this.enabled = true;
    this.#publish({ event: 'proxy-started', listen: this.listen, upstream: this.upstream });
    this.#refuseIfDue();
  }

  /** Frees the address and closes every connection; when it is done, all that can be told of them is told. */
  async stop(): Promise<void> {
    if (!this.enabled) return;
    this.enabled = false;
    this.#door.close();
    for (const connection of this.#connections) {
      connection.reason ??= 'the proxy was stopped';
      connection.destroy();
    }
    await this.#noneLeft();
    this.#publish({ event: 'proxy-stopped' });
  }

  async deleted(): Promise<void> {
    await this.stop();
    this.#publish({ event: 'proxy-deleted' });
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
    this.#publish({
      event: 'toxic-armed',
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
    this.#publish({ event: 'toxic-updated', toxic: toxic.name, toxicity: toxic.toxicity, attributes: toxic.attributes });
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
    for (const { socket, ordinal } of this.#door.takeLeftAlone(toxic)) this.#serve(socket, ordinal);
    this.#publish({ event: 'toxic-removed', toxic: toxic.name, type: toxic.type.type, fired: toxic.fired });
    await this.#acceptAgain();
  }

  #accept(socket: Socket): void {
    // Until it is taken over, what its peer does must not end the process.
    socket.on('error', () => {});
    this.#accepted += 1;
    const ordinal = this.#accepted;
    this.#refuseIfDue();
    const toxic = this.toxics.find((each) => isAtAccept(each) && this.#firing.affects(each, ordinal));
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
      sibling: (wanted) => this.#connections.values().find((each) => each.ordinal === wanted),
      hangUps: this.#world.hangUps,
      publish: (body) => this.#publish(body),
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
    this.#publish({ event: 'connection-closed', ...fields });
  }

  /** A connection that the listener treats badly before anybody dials for it. */
  #mistreat(socket: Socket, ordinal: number, toxic: ArmedToxic): void {
    const how = toxic.attributes['how'] === 'rst' ? 'rst' : 'fin';
    const waits = toxic.type.listener === 'never-accept';
    const place = { connection: ordinal, connectionId: this.#world.nextConnectionId(), direction: toxic.directions[0]!, bytesForwarded: 0 };
    const hit = this.#firing.begin(toxic, { ...place, byteOffset: 0 });
    this.#firing.report(toxic, hit, { ended: { client: waits ? 'swallowed' : how, upstream: 'gone' } });
    if (waits) this.#door.leaveAlone({ socket, ordinal, toxic });
    else this.#door.turnAway(socket, how);
  }

  #attach(toxic: ArmedToxic, connection: Connection): void {
    const { stage } = toxic.type;
    if (stage === undefined || !this.#firing.affects(toxic, connection.ordinal)) return;
    // Behind a preamble the label is known from the first byte on; elsewhere each stage finds out as bytes come.
    if (this.extras.preamble === true && !isLabelled(toxic, connection)) return;
    for (const direction of toxic.directions) {
      // One that acted at once may have ended the connection.
      if (connection.state !== 'open') return;
      const pipe = connection.pipes[direction];
      const context = this.#firing.context(toxic, connection, pipe);
      pipe.batch(() => pipe.chain.add(toxic, (emit) => stage({ ...context, emit })));
    }
  }

  #detach(toxic: ArmedToxic, connection: Connection): void {
    if (connection.swallowedBy === toxic) void connection.endBoth('fin');
    for (const direction of toxic.directions) {
      const pipe = connection.pipes[direction];
      pipe.batch(() => pipe.chain.remove(toxic));
    }
  }

  #watchContent(): void {
    const wanted = (direction: Direction) =>
      this.toxics.some(
        (toxic) => toxic.directions.includes(direction) && (toxic.type.readsContent === true || needsContent(toxic.attributes)),
      );
    const both = { upstream: wanted('upstream'), downstream: wanted('downstream') };
    for (const { pipes } of this.#connections) {
      if (pipes.upstream.watch !== undefined) pipes.upstream.watch.contentWanted = both.upstream;
      if (pipes.downstream.watch !== undefined) pipes.downstream.watch.contentWanted = both.downstream;
    }
  }

  /** Closes the listener when the next connection is one that must be refused. */
  #refuseIfDue(): void {
    const toxic = this.toxics.find((each) => each.type.listener === 'refuse' && this.#accepted + 1 >= refusesFrom(each));
    if (toxic === undefined || !this.#door.isOpen || !this.#firing.isChosen(toxic, 0)) return;
    this.#door.shut();
    const place = { connection: this.#accepted + 1, connectionId: 0, direction: toxic.directions[0]!, byteOffset: 0, bytesForwarded: 0 };
    this.#firing.report(toxic, this.#firing.begin(toxic, place), { ended: { client: 'refused', upstream: 'gone' } });
  }

  async #acceptAgain(): Promise<void> {
    if (!this.enabled || this.#door.isOpen || this.toxics.some((toxic) => toxic.type.listener === 'refuse')) return;
    this.enabled = false;
    try {
      await reopening(() => this.start());
    } catch (error) {
      this.#publish({ event: 'listener-failed', reason: messageOf(error) });
      throw error;
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

  #publish(body: EventBody): void {
    this.#world.publish(this.name, body, this.extras.label);
  }
}

/** As Toxiproxy does, an upstream that cannot be parsed is found out when somebody dials it. */
function parseUpstream(text: string): Address {
  try {
    return parseAddress(text);
  } catch {
    return { transport: 'tcp', host: text, port: 0 };
  }
}
