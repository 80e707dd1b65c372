// Where the server is reached, from `--http 3000/mcp`, and the server as the system of a scenario.
import type { System } from '../../../../model/scenario.ts';
import { PackUsageError } from '../../../base/broken.ts';
import type { Target } from '../../../base/pack.ts';
import type { Lack } from '../../../base/places.ts';
import { portIn, tcpTarget } from '../../../base/tcp-target.ts';

/** What is said on it is in the history and is judged, and faults act on it. */
export const LINK = 'client->server';
/** For other clients, and for very many bytes: neither recorded nor judged. */
export const BYTES = 'bytes->server';

const USUAL_PATH = '/mcp';

export interface Endpoint {
  port: number;
  /** With its query. */
  path: string;
  /** What each request bears. */
  headers: Readonly<Record<string, string>>;
}

/** @throws PackUsageError for what is no port with a path. */
export function endpointOf({ settings = {}, headers = {} }: Target): Endpoint {
  const { http = '' } = settings;
  const [, port = '', path = ''] = /^(\d+)(\/.*)?$/.exec(http) ?? [];
  if (port === '') throw new PackUsageError(`--http ${http}: a port with a path, such as 3000/mcp`);
  return { port: portIn(port, `--http ${http}`), path: path === '' ? USUAL_PATH : path, headers };
}

/** @param watched the script itself waits until it listens, and says what is wrong when it does not */
export function endpointSystem(target: Target, { watched = false, lack = {} }: { watched?: boolean; lack?: Lack } = {}): System {
  const { port } = endpointOf(target);
  const links = { [LINK]: { framing: 'http' }, [BYTES]: { framing: 'raw', capture: 'none' } } as const;
  return tcpTarget(target, { port, links, watched, lack });
}
