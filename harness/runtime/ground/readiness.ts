// When a node counts as up: a line in its log, an accepted connection, or a 2xx answer, within the node's own bound. If the
// node ends first or its start is called off, the waiting ends.
import { connect } from 'node:net';
import { bounded } from '../../model/time/bounded.ts';
import { type Address, addressText } from '../../model/system/link.ts';
import type { Node, Readiness } from '../../model/system/topology.ts';
import type { LogLines } from '../logs/log-lines.ts';
import { poll } from '../linux/poll.ts';
import { listenersBeside } from '../linux/port-holder.ts';
import { exitText, type NodeExit, NotReadyError, type Program, RuntimeError } from '../runtime.ts';

// Not by import: an ES module that imports node:http loads the parts of undici that it hands on, 30 ms of processor time at each start.
const { request } = process.getBuiltinModule('node:http');

interface Waiting {
  log: LogLines;
  exited: Promise<NodeExit>;
  signal: AbortSignal;
}

export interface AwaitedNode extends Waiting {
  node: Pick<Node, 'name' | 'ready' | 'readyWithinMs'>;
  /** Where the harness reaches this listener. */
  readonly address: (listener: string) => Address;
}

export interface AwaitedApi extends Waiting {
  program: Pick<Program, 'name' | 'readyWithinMs'>;
  api: { host: string; port: number };
}

/** One answer of a server that is just starting may never come: the next question is asked after this. */
const ANSWER_WITHIN_MS = 1_000;

/** @throws NotReadyError with what was awaited and the last log lines; the abort reason when called off. */
export async function untilReady(awaited: AwaitedNode): Promise<void> {
  const { node, address } = awaited;
  let ended: NodeExit | undefined;
  void awaited.exited.then((exit) => (ended = exit));
  const outcome = await untilSeen(awaited, node.readyWithinMs, (over) => seen(awaited, over));
  if (outcome === 'ready') return;
  const why = `${outcome}${ended === undefined ? elsewhereText(node.ready, address) : ''}`;
  throw new NotReadyError(node.name, `${readinessText(node.ready, address)}, but ${why}`, awaited.log.tail(), ended);
}

/** A program that has its address in its code listens there, whatever the topology says. */
function elsewhereText(ready: Readiness, address: AwaitedNode['address']): string {
  if (ready.when !== 'listening' && ready.when !== 'http') return '';
  const at = address(ready.listener);
  if (at.transport !== 'tcp') return '';
  const [host] = listenersBeside(at.host, at.port);
  if (host === undefined) return '';
  const cure = `give it {listen.${ready.listener}.host} in a variable or an argument, or say host: '${host}' of the listener`;
  return `; at ${host}:${at.port} somebody listens: if that is this program, ${cure}`;
}

/** A helper program is up when its API accepts. @throws RuntimeError with its last lines. */
export async function untilApi(awaited: AwaitedApi): Promise<void> {
  const { program, api, log } = awaited;
  const address: Address = { transport: 'tcp', ...api };
  const outcome = await untilSeen(awaited, program.readyWithinMs, (over) => asking(() => accepts(address), program.readyWithinMs, over));
  if (outcome === 'ready') return;
  const lines = log.tail().map((line) => `\n  | ${line}`);
  throw new RuntimeError(`program '${program.name}' did not open its API at ${addressText(address)}: ${outcome}${lines.join('')}`);
}

/** @returns 'ready', or why not. @throws the abort reason when called off. */
async function untilSeen({ exited, signal }: Waiting, withinMs: number, look: (over: AbortSignal) => Promise<unknown>): Promise<string> {
  signal.throwIfAborted();
  const over = new AbortController();
  try {
    const first = Promise.race([look(over.signal).then(() => 'ready'), exited.then((exit) => `it ended with ${exitText(exit)}`)]);
    const waited = await bounded(first, { withinMs, signal });
    const outcome = waited.state === 'done' ? waited.value : `nothing came within ${withinMs} ms`;
    if (outcome !== 'ready') signal.throwIfAborted();
    return outcome;
  } finally {
    over.abort();
  }
}

function seen({ node: { ready, readyWithinMs }, address, log }: AwaitedNode, over: AbortSignal): Promise<unknown> {
  switch (ready.when) {
    case 'log':
      return log.awaited;
    case 'listening':
      return asking(() => accepts(address(ready.listener)), readyWithinMs, over);
    case 'http':
      return asking(() => answers(address(ready.listener), ready.path), readyWithinMs, over);
    case 'spawned':
      return Promise.resolve();
    default:
      return ready satisfies never;
  }
}

/** Gives up without a word: that the bound has passed is said by the one who waits. */
async function asking(ask: () => Promise<boolean>, withinMs: number, over: AbortSignal): Promise<unknown> {
  const yes = await poll(async () => (await ask()) || undefined, { withinMs, signal: over });
  return yes ?? new Promise(() => {});
}

function readinessText(ready: Readiness, address: AwaitedNode['address']): string {
  switch (ready.when) {
    case 'log':
      return `a log line with '${ready.contains}'`;
    case 'listening':
      return `a connection to listener '${ready.listener}' at ${addressText(address(ready.listener))}`;
    case 'http':
      return `a 2xx answer to GET ${ready.path} from listener '${ready.listener}' at ${addressText(address(ready.listener))}`;
    case 'spawned':
      return 'whoever dials it';
    default:
      return ready satisfies never;
  }
}

/** Whether a connection is accepted; it is closed at once. */
function accepts(address: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = address.transport === 'tcp' ? connect(address.port, address.host) : connect(address.path);
    const answer = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.setTimeout(ANSWER_WITHIN_MS, () => answer(false));
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

function answers(address: Address, path: string): Promise<boolean> {
  const place = address.transport === 'tcp' ? { host: address.host, port: address.port } : { socketPath: address.path };
  return new Promise((resolve) => {
    const question = request({ ...place, path, agent: false, timeout: ANSWER_WITHIN_MS }, (response) => {
      resolve(response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300);
      question.destroy();
    });
    question.once('timeout', () => question.destroy());
    question.once('close', () => resolve(false));
    question.once('error', () => resolve(false));
    question.end();
  });
}
