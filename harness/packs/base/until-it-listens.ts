// Does the command listen where its user says? If not, one line says what it does instead.
import { connect } from 'node:net';
import type { Script } from '../../model/scenario.ts';
import { LAST_WORDS, NotATarget } from './broken.ts';
import { listeningIn, type Listening } from './listeners.ts';
import { SERVER } from './places.ts';
import { HOST, LISTENER } from './tcp-target.ts';

/** A package runner may be fetching its package first. */
const LISTENS_WITHIN_MS = 15_000;
/** A server that listens elsewhere may be about to listen here too. */
const ELSEWHERE_FOR_MS = 3_000;
const LOOK_MS = 50;

/**
 * @param command in words
 * @param option how its user says a port: `--port 8080`
 * @throws NotATarget when it ends before, or listens nowhere or elsewhere.
 */
export async function untilItListens(script: Script, port: number, command: string, option: (port: number) => string): Promise<void> {
  const from = performance.now();
  let elsewhereFrom: number | undefined;
  while (!(await accepts(script))) {
    const node = script.node(SERVER);
    if (!node.running) throw new NotATarget(`${command} ended before it listened at port ${port}${LAST_WORDS}`);
    const now = performance.now();
    const others = listeningIn(await node.pids());
    if (others.length > 0) elsewhereFrom ??= now;
    if (elsewhereFrom !== undefined && now - elsewhereFrom > ELSEWHERE_FOR_MS)
      throw new NotATarget(
        `${command} listens at ${others.map(where).join(' and ')}, not at ${HOST}:${port}. ${cureFor(others, port, option)}`,
      );
    if (now - from > LISTENS_WITHIN_MS)
      throw new NotATarget(`${command} did not listen at port ${port} within ${LISTENS_WITHIN_MS / 1_000} s, nor at any other`);
    await pause();
  }
}

/** Looks until it is so, or until the time is over. @returns whether it came. Too late is no finding here. */
export async function seenWithin(withinMs: number, seen: () => boolean): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (!seen() && performance.now() < until) await pause();
  return seen();
}

const where = ({ host, port }: Listening): string => `${host}:${port}`;

function cureFor(others: readonly Listening[], port: number, option: (port: number) => string): string {
  return others.some((each) => each.port === port)
    ? `Let it listen at ${HOST} or 0.0.0.0`
    : `Say where it listens (${option(others[0]?.port ?? port)}), or give it the variable by which it takes another port (--env PORT=${port})`;
}

function accepts(script: Script): Promise<boolean> {
  const address = script.direct(SERVER, LISTENER);
  return new Promise((resolve) => {
    const socket = address.transport === 'tcp' ? connect(address.port, address.host) : connect(address.path);
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
