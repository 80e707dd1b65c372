// The server that is checked, as the system of a scenario, and what its user has said about it.
import type { System } from '../../../model/scenario.ts';
import type { Json } from '../../../model/values/json.ts';
import { PackUsageError } from '../../base/broken.ts';
import type { Target } from '../../base/pack.ts';
import { portIn, tcpTarget } from '../../base/tcp-target.ts';

/** Its frames are in the history and are judged. */
export const LINK = 'client->server';
/** For bytes that are no frames, and for very many: neither recorded nor judged. */
export const BYTES = 'bytes->server';

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
  const port = portIn(portText, `--port ${portText}`);
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
  const links = { [LINK]: { framing: 'websocket' }, [BYTES]: { framing: 'raw', capture: 'none' } } as const;
  return tcpTarget(target, { port, links, watched, lack: anyCode ? { exits: 'any code' } : {} });
}
