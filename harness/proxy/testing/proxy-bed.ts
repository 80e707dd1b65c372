// What the proxy's tests stand on: a control server in this process, proxies with an upstream of ours behind
// them, and both ends of a connection in hand, remembering each read and how they ended.

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connections, EventStamp, Hit } from '../wire/wire-types.ts';
import { controlServer } from '../api/server.ts';
import type { ControlServer, ControlSettings } from '../api/server.ts';

const WITHIN_MS = 4000;

export interface Peer {
  readonly socket: Socket;
  /** One entry a read. */
  readonly reads: Buffer[];
  text(): string;
  /** Waits for so many bytes. */
  received(bytes: number): Promise<string>;
  /** `eof`, or the error's code. */
  readonly ended: Promise<string>;
  send(data: string | Buffer): void;
}

interface Link {
  readonly name: string;
  readonly listen: string;
  /** Both ends of a new connection. */
  open(): Promise<{ client: Peer; server: Peer }>;
  /** Only the dialling end. */
  dial(): Promise<Peer>;
  /** The k-th connection that the upstream accepted, from 0. */
  accepted(index: number): Promise<Peer>;
  arm(type: string, stream: 'upstream' | 'downstream' | 'both', attributes?: object, more?: object): Promise<void>;
  disarm(type: string): Promise<void>;
  /** Waits until there are so many. */
  hits(type: string, count?: number): Promise<Hit[]>;
  /** Bytes that the proxy has read from its sources, over all connections that live. */
  bytesIn(direction: 'upstream' | 'downstream'): Promise<number>;
}

interface LinkSettings {
  transport?: 'tcp' | 'unix';
  framing?: string;
  capture?: boolean;
  preamble?: boolean;
  seed?: string;
}

/** Which fields there are depends on its name: a test says what it expects of them. */
interface SeenEvent extends EventStamp {
  event: string;
  [field: string]: unknown;
}

export interface ProxyBed extends AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  readonly control: ControlServer;
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; json: any; text: string }>;
  link(settings?: LinkSettings): Promise<Link>;
  events(query?: string): Promise<SeenEvent[]>;
  /** Waits until so many events of a kind are there. */
  seen(event: string, count?: number): Promise<SeenEvent[]>;
}

export async function proxyBed(settings: Partial<ControlSettings> = {}): Promise<ProxyBed> {
  const folder = await mkdtemp(join(tmpdir(), 'tw-proxy-'));
  const control = controlServer({ seed: 'test', ...settings });
  control.http.listen(0, '127.0.0.1');
  await once(control.http, 'listening');
  const url = `http://127.0.0.1:${(control.http.address() as AddressInfo).port}`;
  const ask = askAt(url);
  const servers: Upstream[] = [];
  const peers: Peer[] = [];
  let links = 0;

  async function link({ transport = 'tcp', ...given }: LinkSettings = {}): Promise<Link> {
    links += 1;
    const name = `link${links}`;
    const upstream = await listening(transport === 'unix' ? join(folder, `${name}.up`) : undefined);
    servers.push(upstream);
    const listen = transport === 'unix' ? `unix:${join(folder, name)}` : '127.0.0.1:0';
    const created = await ask('POST', '/proxies', { name, listen, upstream: upstream.address, ...given });
    if (created.status !== 201) throw new Error(`the proxy was not created: ${created.text}`);
    const address = created.json.listen as string;
    const dial = async () => {
      const peer = peerOf(connect(...connectArgs(address)));
      peers.push(peer);
      // A reset can overtake the news of the connection.
      await once(peer.socket, 'connect').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ECONNRESET') throw error;
      });
      return peer;
    };
    return {
      name,
      listen: address,
      dial,
      accepted: (index) => upstream.accepted(index),
      async open() {
        const index = upstream.count();
        const client = await dial();
        return { client, server: await upstream.accepted(index) };
      },
      ...toxicsOf(name, ask),
    };
  }

  return {
    url,
    folder,
    control,
    ask,
    link,
    ...eventsOf(ask),
    async [Symbol.asyncDispose]() {
      for (const peer of peers) peer.socket.destroy();
      control.stop();
      for (const server of servers) server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function askAt(url: string): ProxyBed['ask'] {
  return async (method, path, body) => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(url + path, { method, ...sent, signal: AbortSignal.timeout(WITHIN_MS) });
    const text = await response.text();
    return { status: response.status, text, json: parsed(text) };
  };
}

/** What a test asks of one link over the API. */
function toxicsOf(name: string, ask: ProxyBed['ask']): Pick<Link, 'arm' | 'disarm' | 'hits' | 'bytesIn'> {
  return {
    async arm(type, stream, attributes = {}, more = {}) {
      const answer = await ask('POST', `/proxies/${name}/toxics`, { name: type, type, stream, attributes, ...more });
      if (answer.status !== 200) throw new Error(`the toxic was refused: ${answer.text}`);
    },
    async disarm(type) {
      const answer = await ask('DELETE', `/proxies/${name}/toxics/${type}`);
      if (answer.status !== 204) throw new Error(`the toxic was not removed: ${answer.text}`);
    },
    hits: (type, count = 0) =>
      eventually(`${count} hits of ${type}`, async () => {
        const { hits } = (await ask('GET', `/proxies/${name}/toxics/${type}`)).json as { hits: Hit[] };
        return hits.length >= count ? hits : undefined;
      }),
    async bytesIn(direction) {
      const { live } = (await ask('GET', `/connections?proxies=${name}`)).json as Connections;
      return live.reduce((sum, each) => sum + each.bytes[direction].in, 0);
    },
  };
}

function eventsOf(ask: ProxyBed['ask']): Pick<ProxyBed, 'events' | 'seen'> {
  const events: ProxyBed['events'] = async (query = '') => {
    const { text } = await ask('GET', `/events?follow=0${query}`);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as SeenEvent);
  };
  return {
    events,
    seen: (event, count = 1) =>
      eventually(`${count} events ${event}`, async () => {
        const found = (await events()).filter((each) => each.event === event);
        return found.length >= count ? found : undefined;
      }),
  };
}

/** Asks until there is an answer. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined> | T | undefined, withinMs = WITHIN_MS): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

interface Upstream {
  address: string;
  count: () => number;
  accepted: (index: number) => Promise<Peer>;
  stop: () => void;
}

async function listening(path: string | undefined): Promise<Upstream> {
  const accepted: Peer[] = [];
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => accepted.push(peerOf(socket)));
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');
  return {
    address: path === undefined ? `127.0.0.1:${(server.address() as AddressInfo).port}` : `unix:${path}`,
    count: () => accepted.length,
    accepted: (index) => eventually(`connection ${index} at the upstream`, () => accepted[index]),
    stop() {
      for (const peer of accepted) peer.socket.destroy();
      server.close();
    },
  };
}

function peerOf(socket: Socket): Peer {
  const reads: Buffer[] = [];
  const ended = Promise.withResolvers<string>();
  const bytes = () => Buffer.concat(reads);
  socket.allowHalfOpen = true;
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => reads.push(chunk));
  socket.on('error', (error: NodeJS.ErrnoException) => ended.resolve(error.code ?? error.message));
  socket.on('end', () => ended.resolve('eof'));
  socket.on('close', () => ended.resolve('closed'));
  return {
    socket,
    reads,
    text: () => bytes().toString(),
    async received(count) {
      await eventually(`${count} bytes, got so far ${JSON.stringify(bytes().toString('latin1').slice(0, 200))}`, () =>
        reads.reduce((sum, read) => sum + read.length, 0) >= count ? true : undefined,
      );
      return bytes().toString();
    },
    get ended() {
      return endWithin(ended.promise);
    },
    send: (data) => void socket.write(data),
  };
}

/** Fails in words instead of hanging a test. */
async function endWithin(promise: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${WITHIN_MS} ms for the end of a connection`)), WITHIN_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function connectArgs(listen: string): [{ path: string; allowHalfOpen: true } | { host: string; port: number; allowHalfOpen: true }] {
  if (listen.startsWith('unix:')) return [{ path: listen.slice(5), allowHalfOpen: true }];
  const colon = listen.lastIndexOf(':');
  return [{ host: listen.slice(0, colon), port: Number(listen.slice(colon + 1)), allowHalfOpen: true }];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
