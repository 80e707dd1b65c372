// A WebSocket client that writes whatever a check wants and hides nothing of what comes back. Waits go through `until`, so what
// does not come is a hang, and on a busy machine no verdict.
import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Script } from '../../../model/scenario.ts';
import type { Duration } from '../../../model/time/duration.ts';
import { Broken } from '../../base/broken.ts';
import { closeCode, frameBytes, frameIn, OPCODE, type Frame, type Writing } from './frame.ts';
import { HOST } from '../../base/tcp-target.ts';
import { BYTES, isObject, jsonIn, LINK, type Service } from './service.ts';

/** Where the bound is not the point. Slow programs are not what is looked for. */
const ANSWER_WITHIN: Duration = '8s';
/** RFC 6455, 1.3. */
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const HEAD_BYTES_MAX = 64_000;

export interface Client {
  readonly socket: Socket;
  /** The head of the answer to the upgrade, once it is whole; before that, what there is of it. */
  readonly head: string;
  readonly isOpen: boolean;
  readonly frames: readonly Frame[];
  /** How the connection ended, in words. A close frame of the server is an end too. */
  readonly ended: string | undefined;
  write(bytes: Buffer | string): void;
  send(opcode: number, writing?: Writing): void;
}

export interface Dialling {
  link?: string;
  /** False: pings of the server stay without an answer. */
  pongs?: boolean;
}

/** The upgrade request of a client, RFC 6455, 4.1. */
export function upgradeRequest({ path, port }: Service, key: string): string {
  const headers = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Key: ${key}`, 'Sec-WebSocket-Version: 13'];
  return [`GET ${path} HTTP/1.1`, `Host: ${HOST}:${port}`, `Origin: http://${HOST}:${port}`, ...headers, '', ''].join('\r\n');
}

const newKey = (): string => randomBytes(16).toString('base64');

export function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}${MAGIC}`).digest('base64');
}

/** Dials, and sends the upgrade request. Nothing is awaited: the connection may be one that ends. */
export function dial(script: Script, service: Service, { link = LINK, pongs = true }: Dialling = {}): Client & { key: string } {
  const address = script.dial(link);
  if (address.transport !== 'tcp') throw new Error(`${link} is no TCP link`);
  const socket = connect(address.port, address.host);
  script.defer(() => void socket.destroy());
  const key = newKey();
  const client = hear(socket, pongs);
  socket.setNoDelay(true);
  client.write(upgradeRequest(service, key));
  return Object.assign(client, { key });
}

/** Dials and waits until it is open. @throws Broken when the server refuses. */
export async function open(script: Script, service: Service, dialling?: Dialling): Promise<Client> {
  const client = dial(script, service, dialling);
  await opened(script, client, 'an upgrade request');
  return client;
}

export async function opened(script: Script, client: Client, what: string): Promise<void> {
  await answered(script, client, what, () => client.isOpen);
  if (!client.head.startsWith('HTTP/1.1 101 '))
    throw new Broken('REFUSED', `your server answered ${what} with '${firstLine(client.head)}'`);
}

export const firstLine = (text: string): string => text.split('\r\n')[0]?.slice(0, 200) ?? '';

/** Waits for the condition. @throws Broken when the connection ends before. */
export async function answered<T>(script: Script, client: Client, what: string, seen: () => T, within = ANSWER_WITHIN): Promise<T> {
  const got = await script.until(
    `your server answers ${what}`,
    () => {
      const value = seen();
      if (value !== undefined && value !== false && value !== null) return { value };
      return client.ended !== undefined && { ended: client.ended };
    },
    { within },
  );
  if ('ended' in got) throw new Broken('ENDED', `your server ended the connection (${got.ended}) instead of answering ${what}`);
  return got.value as T;
}

/** A ping whose pong says the same. */
export async function pinged(script: Script, client: Client, what = 'a ping', within?: Duration): Promise<void> {
  const said = randomBytes(8).toString('hex');
  client.send(OPCODE.ping, { payload: said });
  const before = client.frames.length;
  await answered(script, client, what, () => client.frames.slice(before).some(({ opcode }) => opcode === OPCODE.pong), within);
}

/** The hello is answered by a message that fits; without a hello, a ping by a pong. */
export async function served(script: Script, client: Client, service: Service, what = 'another client', within?: Duration): Promise<void> {
  const { hello } = service;
  if (hello === undefined) return pinged(script, client, what === 'another client' ? `a ping of ${what}` : what, within);
  const before = client.frames.length;
  client.send(OPCODE.text, { payload: hello });
  await answered(script, client, what === 'another client' ? `the hello of ${what}` : what, () => fits(client, service, before), within);
}

/** Whether one of the messages from this frame on fits. */
export function fits(client: Client, service: Service, from = 0): boolean {
  return messagesIn(client.frames.slice(from)).some((text) => service.fits(text));
}

/** Text and binary messages, put together. */
export function messagesIn(frames: readonly Frame[]): string[] {
  const messages: string[] = [];
  let parts: Buffer[] = [];
  for (const { opcode, fin, payload } of frames) {
    if (opcode > OPCODE.binary) continue;
    parts.push(payload);
    if (!fin) continue;
    messages.push(Buffer.concat(parts).toString('utf8'));
    parts = [];
  }
  return messages;
}

/** A client opens and is served, and goes. It has a link of its own, so that connections which a fault counts are others. */
export async function anotherIsServed(script: Script, service: Service): Promise<void> {
  const client = await open(script, service, { link: BYTES });
  await served(script, client, service);
  client.socket.destroy();
}

/** A JSON object may have any amount of space in it (RFC 8259, 2), so a padded hello is still one. */
export function padded({ hello }: Service, length: number): string {
  if (hello === undefined || !isObject(jsonIn(hello))) return 'x'.repeat(length);
  return hello.trim().replace('{', `{${' '.repeat(length)}`);
}

function hear(socket: Socket, pongs: boolean): Client {
  let rest: Buffer = Buffer.alloc(0);
  const state: { head: string; isOpen: boolean; ended: string | undefined } = { head: '', isOpen: false, ended: undefined };
  const frames: Frame[] = [];
  const write = (bytes: Buffer | string): void => void (socket.writable && socket.write(bytes));
  const client: Client = {
    socket,
    frames,
    get head() {
      return state.head;
    },
    get isOpen() {
      return state.isOpen;
    },
    get ended() {
      return state.ended;
    },
    write,
    send: (opcode, writing) => write(frameBytes(opcode, writing)),
  };
  socket.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    if (!state.isOpen) rest = headIn(rest, state);
    for (let frame = state.isOpen ? frameIn(rest) : undefined; frame; frame = frameIn(rest)) {
      rest = rest.subarray(frame.length);
      frames.push(frame);
      if (frame.opcode === OPCODE.ping && pongs) client.send(OPCODE.pong, { payload: frame.payload });
      if (frame.opcode === OPCODE.close) state.ended ??= closeText(frame);
    }
  });
  socket.on('error', (error: NodeJS.ErrnoException) => (state.ended ??= error.code ?? error.message));
  socket.on('end', () => (state.ended ??= 'without a close frame'));
  socket.on('close', () => (state.ended ??= 'without a close frame'));
  return client;
}

/** @returns what is behind the head. */
function headIn(bytes: Buffer, state: { head: string; isOpen: boolean }): Buffer {
  const end = bytes.indexOf('\r\n\r\n');
  state.head = bytes.subarray(0, end < 0 ? HEAD_BYTES_MAX : end).toString('latin1');
  state.isOpen = end >= 0;
  return end < 0 ? bytes : bytes.subarray(end + 4);
}

function closeText(frame: Frame): string {
  const reason = frame.payload.subarray(2).toString('utf8').slice(0, 120);
  return `close frame ${closeCode(frame)}${reason === '' ? '' : ` '${reason}'`}`;
}
