// The server that is checked, as the system of a scenario, and what its user has said about it.
import type { System } from '../../../model/scenario.ts';
import type { Json } from '../../../model/values/json.ts';
import { PackUsageError } from '../../base/broken.ts';
import type { Target } from '../../base/pack.ts';

export const SERVER = 'server';
const LISTENER = 'websocket';
/** Its frames are in the history and are judged. */
export const LINK = 'client->server';
/** For bytes that are no frames, and for very many: neither recorded nor judged. */
export const BYTES = 'bytes->server';
/** Where servers listen who listen at one loopback address, or at all. */
export const HOST = '127.0.0.1';

/** What the program says before the command becomes it. */
const STARTED = 'tornwire: the command is started';
const READY_WITHIN_MS = 20_000;
/** A container engine or a service manager waits at least so long (docker stop: 10 s). */
const STOP_WITHIN_MS = 8_000;

export interface Service {
  port: number;
  path: string;
  hello: string | undefined;
  /** A message is awaited that must fit; without a hello, right after the connection is open. */
  expects: boolean;
  /** Whether a message of the server is the one that is awaited. */
  fits(text: string): boolean;
}

/** @throws PackUsageError without a port, or with one that is none. */
export function serviceOf({ settings = {} }: Target): Service {
  const { port: portText, path = '/', hello, expect } = settings;
  if (portText === undefined) throw new PackUsageError('which port does the server listen at? --port 8080');
  const port = Number(portText);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new PackUsageError(`--port ${portText}: a port is a number from 1 to 65535`);
  if (!path.startsWith('/')) throw new PackUsageError(`--path ${path}: a path begins with /`);
  return { port, path, hello, expects: expect !== undefined, fits: fitting(expect) };
}

/** A JSON object fits where all that is in it is in the message; any other text where the message holds it. */
function fitting(expected: string | undefined): Service['fits'] {
  if (expected === undefined) return () => true;
  const wanted = jsonIn(expected);
  return (text) => text.includes(expected) || (isObject(wanted) && holds(jsonIn(text), wanted));
}

export function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function holds(value: Json | undefined, wanted: Json): boolean {
  if (!isObject(wanted)) return JSON.stringify(value) === JSON.stringify(wanted);
  return isObject(value) && Object.entries(wanted).every(([name, member]) => holds(value[name], member));
}

export function isObject(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param watched the script itself waits until it listens, and says what is wrong when it does not */
export function serviceSystem(target: Target, { watched = false, anyCode = false } = {}): System {
  const { port } = serviceOf(target);
  const become = watched ? `echo '${STARTED}' && exec "$@"` : 'exec "$@"';
  return {
    name: 'your server',
    topology: {
      nodes: [
        {
          name: SERVER,
          role: SERVER,
          command: ['/bin/sh', '-c', `cd "$0" && ${become}`, target.cwd, ...target.command],
          env: { HOME: '{home}', ...target.env },
          listens: { [LISTENER]: { transport: 'tcp', port, host: HOST } },
          ready: watched ? { when: 'log', contains: STARTED } : { when: 'listening', listener: LISTENER },
          readyWithinMs: READY_WITHIN_MS,
          stopWithinMs: STOP_WITHIN_MS,
          ...(anyCode && { exits: 'any code' as const }),
          // Before it is the program, it is a shell of 1 MB.
          ...(watched && { growthMaxMB: 4_096 }),
          mayLeave: ['{home}/.npm/**', '{home}/.cache/**', '{home}/.config/**', '{home}/.local/**'],
        },
      ],
      links: [
        { name: LINK, from: 'driver', to: SERVER, listener: LISTENER, framing: 'websocket' },
        { name: BYTES, from: 'driver', to: SERVER, listener: LISTENER, framing: 'raw', capture: 'none' },
      ],
    },
    clients: () => ({}),
  };
}
