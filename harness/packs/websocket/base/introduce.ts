// The first check: does the command listen, and is it a WebSocket server there? If not, one line says what it is instead.
import { connect } from 'node:net';
import type { Script } from '../../../model/scenario.ts';
import { Broken, LAST_WORDS, NotATarget } from '../../base/broken.ts';
import type { Target } from '../../base/pack.ts';
import { acceptOf, dial, firstLine, fits, messagesIn, pinged, type Client } from './client.ts';
import { listeningIn, type Listening } from './listeners.ts';
import { OPCODE } from './frame.ts';
import { HOST, SERVER, serviceOf, type Service } from './service.ts';

/** A package runner may be fetching its package first. */
const LISTENS_WITHIN_MS = 15_000;
/** A server that listens elsewhere may be about to listen here too. */
const ELSEWHERE_FOR_MS = 3_000;
const ANSWERS_WITHIN_MS = 6_000;
const LOOK_MS = 50;

export function introduce(target: Target): (script: Script) => Promise<void> {
  return async (script) => {
    const service = serviceOf(target);
    const command = `'${target.command.join(' ')}'`;
    await untilItListens(script, service, command);
    const client = dial(script, service);
    await untilSaid(() => client.isOpen || client.ended !== undefined);
    const why = noWebSocket(client, service);
    if (why !== undefined) throw new NotATarget(`${command} ${why}`);
    const accept = /^sec-websocket-accept:\s*(\S+)/im.exec(client.head)?.[1];
    if (accept !== acceptOf(client.key))
      throw new Broken('WRONG ANSWER', `your server answered the key ${client.key} with ${accept ?? 'no Sec-WebSocket-Accept'}`);
    await isGreeted(client, service, command);
    await pinged(script, client);
  };
}

async function untilItListens(script: Script, { port }: Service, command: string): Promise<void> {
  const from = performance.now();
  let elsewhereFrom: number | undefined;
  while (!(await accepts(script))) {
    const node = script.node(SERVER);
    if (!node.running) throw new NotATarget(`${command} ended before it listened at port ${port}${LAST_WORDS}`);
    const now = performance.now();
    const others = listeningIn(await node.pids());
    if (others.length > 0) elsewhereFrom ??= now;
    if (elsewhereFrom !== undefined && now - elsewhereFrom > ELSEWHERE_FOR_MS)
      throw new NotATarget(`${command} listens at ${others.map(where).join(' and ')}, not at ${HOST}:${port}: ${cureFor(others, port)}`);
    if (now - from > LISTENS_WITHIN_MS)
      throw new NotATarget(`${command} did not listen at port ${port} within ${LISTENS_WITHIN_MS / 1_000} s, nor at any other`);
    await pause();
  }
}

const where = ({ host, port }: Listening): string => `${host}:${port}`;

function cureFor(others: readonly Listening[], port: number): string {
  return others.some((each) => each.port === port) ? `let it listen at ${HOST} or 0.0.0.0` : '--port says where, and --env what it is told';
}

function accepts(script: Script): Promise<boolean> {
  const address = script.direct(SERVER, 'websocket');
  return new Promise((resolve) => {
    const socket = address.transport === 'tcp' ? connect(address.port, address.host) : connect(address.path);
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

function noWebSocket({ head, isOpen, ended }: Client, { path }: Service): string | undefined {
  const asked = `an upgrade of ${path}`;
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(head) ?? [];
  if (status === '101' && isOpen) return undefined;
  if (status !== undefined) {
    const hint = /^40[13]$/.test(status)
      ? 'it wants to know who asks: put what it needs into --path'
      : '--path says where the WebSocket is';
    return `answered ${asked} with '${firstLine(head)}': ${hint}`;
  }
  if (head !== '') return `is no WebSocket server: it answered ${asked} with ${JSON.stringify(firstLine(head))}`;
  if (ended !== undefined) return `is no WebSocket server: it ended the connection (${ended}) after ${asked}`;
  return `is no WebSocket server: no answer to ${asked} in ${ANSWERS_WITHIN_MS / 1_000} s`;
}

async function isGreeted(client: Client, service: Service, command: string): Promise<void> {
  const { hello, expects } = service;
  if (hello !== undefined) client.send(OPCODE.text, { payload: hello });
  if (hello === undefined && !expects) return;
  const isMet = await untilSaid(() => fits(client, service) || client.ended !== undefined);
  if (isMet && client.ended === undefined) return;
  const said = messagesIn(client.frames).at(-1)?.slice(0, 200);
  const instead = client.ended ? `ended the connection (${client.ended})` : said === undefined ? 'said nothing' : `said ${said}`;
  throw new NotATarget(`${command} ${instead} where ${expects ? 'a message that fits --expect' : 'an answer to --hello'} was awaited`);
}

/** @returns whether it came. Too late is no finding here: that no answer comes is said as what the command is. */
async function untilSaid(seen: () => boolean): Promise<boolean> {
  const until = performance.now() + ANSWERS_WITHIN_MS;
  while (!seen() && performance.now() < until) await pause();
  return seen();
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
