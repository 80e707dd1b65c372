// What counts as the system still moving: a frame that is no heartbeat, a log line, a changed view, an answer.
import { canonicalJson } from '../model/json.ts';
import type { Event, History } from '../model/history.ts';
import { DRIVER, type Link } from '../model/link.ts';

export interface Progress {
  seq: number;
  atMs: number;
  what: string;
}

/** The last sign of movement after `fromMs` and not after `toMs`. */
export function lastProgress(history: History, links: readonly Link[], fromMs: number, toMs: number): Progress | undefined {
  const isNew = novelty(links);
  let last: Progress | undefined;
  for (const event of history) {
    if (event.atMs > toMs) break;
    const what = isNew(event);
    if (what !== undefined && event.atMs > fromMs) last = { seq: event.seq, atMs: event.atMs, what };
  }
  return last;
}

/** Says what moved, or undefined; remembers views and replies, for the same value again is no movement. */
function novelty(links: readonly Link[]): (event: Event) => string | undefined {
  const fromDriver = new Set(links.filter((link) => link.from === DRIVER).map((link) => link.name));
  const latest = new Map<string, string>();
  const changed = (key: string, value: string): boolean => {
    const before = latest.get(key);
    latest.set(key, value);
    return before !== value;
  };
  return (event) => {
    switch (event.kind) {
      case 'frame': {
        if (isHeartbeat(event.type, event.payload)) return undefined;
        // A script that polls makes traffic of its own: what it sends is no movement of the system, and
        // neither is the same reply again.
        if (fromDriver.has(event.link)) {
          if (event.direction === 'upstream') return undefined;
          const reply = `${event.type} ${event.bytes ?? ''} ${event.payload ?? ''}`;
          if (!changed(`reply ${event.link} ${event.connection}`, reply)) return undefined;
        }
        return `${event.type} frame ${event.index} on ${event.link}`;
      }
      case 'log':
        return `a log line of ${event.node}`;
      case 'node':
        return event.state === 'ready' || event.state === 'exited' ? `${event.node} ${event.state}` : undefined;
      case 'operation':
        return event.state === 'ok' || event.state === 'failed' ? `the answer to ${event.name}` : undefined;
      case 'observation': {
        const seen = event.observation;
        if (seen.probe !== 'view') return undefined;
        return changed(`view ${seen.truth} ${seen.subject}`, canonicalJson(seen.value))
          ? `a change of '${seen.truth}' at ${seen.subject}`
          : undefined;
      }
      case 'phase':
      case 'mark':
      case 'obligation':
      case 'connection':
      case 'frame-error':
      case 'fault':
      case 'script':
      case 'leftover':
      case 'harness':
        return undefined;
      default:
        return event satisfies never;
    }
  };
}

function isHeartbeat(type: string, payload: string | undefined): boolean {
  if (type === 'ping' || type === 'pong') return true;
  return payload !== undefined && payload.length < 200 && /"type"\s*:\s*"(?:ping|pong|heartbeat)"/.test(payload);
}
