// What counts as progress of the system: a frame that is no heartbeat, a log line, a changed view, a node that comes or
// goes. The script's own requests and their answers do not count: a script that polls gets those from a stuck system too.
// Heartbeats of a system are known by the payload that it sent, which is not our text.
import { canonicalJson } from '../../model/values/json.ts';
import type { Event, History } from '../../model/judging/history.ts';
import { DRIVER, type Link } from '../../model/system/link.ts';
import { ownTraffic } from '../../model/judging/own-traffic.ts';

export interface Progress {
  seq: number;
  atMs: number;
  what: string;
}

interface Watch {
  links: readonly Link[];
  fromMs: number;
  toMs: number;
  /** The script itself is what is waited for: the answers that it gets are steps of it. */
  ofScript: boolean;
}

/** The last sign of movement after `fromMs` and not after `toMs`. */
export function lastProgress(history: History, { links, fromMs, toMs, ofScript }: Watch): Progress | undefined {
  const isNew = novelty(links, ofScript);
  let last: Progress | undefined;
  for (const event of history) {
    if (event.atMs > toMs) break;
    const what = isNew(event);
    if (what !== undefined && event.atMs > fromMs) last = { seq: event.seq, atMs: event.atMs, what };
  }
  return last;
}

/** Says what moved, or undefined; remembers views and what was sent unasked, for the same again is no movement. */
function novelty(links: readonly Link[], ofScript: boolean): (event: Event) => string | undefined {
  const isOwn = ownTraffic(links);
  const fromDriver = new Set(links.filter((link) => link.from === DRIVER).map((link) => link.name));
  const latest = new Map<string, string>();
  const changed = (key: string, value: string): boolean => {
    const before = latest.get(key);
    latest.set(key, value);
    return before !== value;
  };
  return (event) => {
    if (isOwn(event) && !(ofScript && event.kind === 'operation')) return undefined;
    switch (event.kind) {
      case 'frame': {
        if (isHeartbeat(event.type, event.payload)) return undefined;
        const text = `${event.type} ${event.bytes ?? ''} ${event.payload ?? ''}`;
        if (fromDriver.has(event.link) && !changed(`sent ${event.link} ${event.connection}`, text)) return undefined;
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
      case 'round':
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
