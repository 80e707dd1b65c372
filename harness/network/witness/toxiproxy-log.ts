// What a line of Toxiproxy's log (2.12, LOG_LEVEL=trace) says. It writes one JSON object on each line, and most of them do
// not matter here.
import type { Direction } from '../../model/system/link.ts';

export type LogFact =
  /** Its control API was called; `url` is the path with its query. */
  | { what: 'called'; url: string }
  /** A connection to a proxy. `client` is the dialler's address, which is all that names it. */
  | { what: 'accepted'; proxy: string; client: string }
  /** The proxy could not dial its upstream for it. */
  | { what: 'refused'; proxy: string; client: string }
  /** One direction of the connection that was accepted last was set up through the toxics of that direction. */
  | { what: 'set-up'; proxy: string; direction: Direction }
  /** One direction of a connection has ended. */
  | { what: 'removed'; proxy: string; client: string; direction: Direction };

interface LogEntry {
  name?: string;
  message?: string;
  client?: string;
  direction?: Direction;
  link?: string;
  url?: string;
}

/** Undefined for a line of no interest, and for one that is no JSON: a crash of the program prints its stack there. */
export function factIn(line: string): LogFact | undefined {
  const { name: proxy, message, client, direction, link, url } = entryIn(line);
  if (url !== undefined) return { what: 'called', url };
  if (proxy === undefined || message === undefined) return undefined;
  if (message === 'Accepted client' && client !== undefined) return { what: 'accepted', proxy, client };
  if (message === 'Unable to open connection to upstream' && client !== undefined) return { what: 'refused', proxy, client };
  if (message === 'Setup connection' && direction !== undefined) return { what: 'set-up', proxy, direction };
  if (message.startsWith('RemoveConnection ') && link !== undefined) return { what: 'removed', proxy, ...removedIn(link) };
  return undefined;
}

function entryIn(line: string): LogEntry {
  try {
    return (JSON.parse(line) ?? {}) as LogEntry;
  } catch {
    return {};
  }
}

/** `link` is the dialler's address with the direction behind it, without anything between. */
function removedIn(link: string): { client: string; direction: Direction } {
  const direction: Direction = link.endsWith('upstream') ? 'upstream' : 'downstream';
  return { client: link.slice(0, -direction.length), direction };
}
