// What counts as a movement of the system: a frame that is no heartbeat, a log line, a changed view, a node that comes or
// goes by itself. The script's own requests and their answers do not count: a script that polls gets those from a stuck system too.
// A hang asks how long nothing moved, and so does the rest after the faults.
import { canonicalJson } from '../values/json.ts';
import type { Event } from './history.ts';
import { DRIVER, type Link } from '../system/link.ts';
import { isHeartbeat } from './heartbeat.ts';
import { ownTraffic } from './own-traffic.ts';

/**
 * Asked once about each event, in order: what moved, or undefined. It remembers views and what was sent unasked, for the
 * same again is no movement.
 * @param ofScript the script itself is what is waited for: the answers that it gets are steps of it.
 */
export function movement(links: readonly Link[], ofScript = false): (event: Event) => string | undefined {
  const isOwn = ownTraffic(links);
  const byName = new Map(links.map((link) => [link.name, link]));
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
        const link = byName.get(event.link);
        if (isHeartbeat(event, link)) return undefined;
        const text = `${event.type} ${event.bytes ?? ''} ${event.payload ?? ''}`;
        if (link?.from === DRIVER && !changed(`sent ${event.link} ${event.connection}`, text)) return undefined;
        return `${event.type} frame ${event.index} on ${event.link}`;
      }
      case 'log':
        return `a log line of ${event.node}`;
      case 'node':
        // The end that was asked for is the run's own doing.
        return event.state === 'ready' || (event.state === 'exited' && !event.asked) ? `${event.node} ${event.state}` : undefined;
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
      case 'lost-dials':
      case 'harness':
        return undefined;
      default:
        return event satisfies never;
    }
  };
}
