// One event of a history as a person reads it: whose it is, and what happened, in one line. Captured text stays hostile: whoever
// shows it treats it so.
import type { Event, FaultHit, Observation } from '../../model/judging/history.ts';
import { boundedLine } from '../../model/values/bounded-text.ts';
import { canonicalJson } from '../../model/values/json.ts';
import { lasting, listed } from '../../model/text/words.ts';

const TEXT_MAX = 160;

/** The node, link or client that the event is about; `script` and `machine` for what is neither. */
export function laneOf(event: Event): string {
  switch (event.kind) {
    case 'frame':
    case 'frame-error':
    case 'connection':
      return event.link;
    case 'fault':
      return event.target;
    case 'node':
    case 'log':
      return event.node;
    case 'leftover':
      return event.node ?? 'machine';
    case 'observation':
      return laneOfObservation(event.observation);
    case 'operation':
      return event.client;
    case 'harness':
    case 'lost-dials':
      return 'machine';
    case 'obligation':
      return event.about && 'node' in event.about ? event.about.node : 'script';
    default:
      return 'script';
  }
}

function laneOfObservation(seen: Observation): string {
  if (seen.probe === 'machine' || seen.probe === 'rest') return 'machine';
  return ('node' in seen ? seen.node : undefined) ?? (seen.probe === 'view' ? seen.subject : 'script');
}

/** One line, without the lane. */
export function eventInWords(event: Event): string {
  switch (event.kind) {
    case 'phase':
      return `${event.phase} ${event.state}`;
    case 'mark':
      return `mark '${event.name}'`;
    case 'round':
      return `round ${event.round} of '${event.series}' ${event.state}`;
    case 'operation':
      return `${event.name} ${event.state}${event.value === undefined ? '' : `: ${short(canonicalJson(event.value))}`}`;
    case 'obligation':
      return promiseInWords(event);
    case 'connection':
      return `connection ${event.connection} ${event.state}${event.ended ? ` (client ${event.ended.client}, upstream ${event.ended.upstream})` : ''}`;
    case 'frame':
      return `${event.type} frame ${event.index} ${event.direction}, connection ${event.connection}${event.payload === undefined ? '' : `: ${short(event.payload)}`}`;
    case 'frame-error':
      return `byte ${event.offset} ${event.direction}, connection ${event.connection}: ${event.reason}${event.line === undefined ? '' : `: ${short(event.line)}`}`;
    case 'fault':
      return `'${event.step}' ${event.state}${event.state === 'fired' ? `: ${hitInWords(event.hit)}` : ''}`;
    case 'node':
      return nodeInWords(event);
    case 'log':
      return `${event.stream}: ${short(event.line)}`;
    case 'observation':
      return observationInWords(event.observation);
    case 'script':
      return `the script failed: ${short(event.error)}${event.place === undefined ? '' : ` (${event.place})`}`;
    case 'leftover':
      return `a ${event.what} is left: ${short(event.detail)}`;
    case 'lost-dials':
      return `${event.dials} dials had no way to go`;
    case 'harness':
      return `${event.problem}: ${short(event.detail)}`;
    default:
      // Of a newer version.
      return (event as { kind: string }).kind;
  }
}

export function hitInWords(hit: FaultHit): string {
  if (hit.kind === 'node') return hit.evidence === undefined ? `on node '${hit.node}'` : `on node '${hit.node}': ${short(hit.evidence)}`;
  if (hit.kind !== 'link') return short(canonicalJson(JSON.parse(JSON.stringify({ ...hit, kind: undefined }))));
  const inFrame =
    hit.frameIndex === undefined
      ? ''
      : `, in frame ${hit.frameIndex}${hit.offsetInFrame === undefined ? '' : ` behind ${hit.offsetInFrame} bytes of it`}`;
  const slices = hit.boundaries === undefined ? '' : `; ${hit.boundaries} boundaries, ${hit.vouched ?? 0} vouched for`;
  const ended = hit.ended ? `; ended client ${hit.ended.client}, upstream ${hit.ended.upstream}` : '';
  return `connection ${hit.connection} ${hit.direction}, byte ${hit.byteOffset}${inFrame}${slices}${ended}`;
}

function promiseInWords({ what, state, boundMs, lastSeen }: Extract<Event, { kind: 'obligation' }>): string {
  if (state === 'opened') return `waits for '${short(what)}', at most ${lasting(boundMs)}`;
  if (state === 'met') return `it came: '${short(what)}'`;
  return `it did not come within ${lasting(boundMs)}: '${short(what)}'${lastSeen === undefined ? '' : `; last seen: ${short(lastSeen)}`}`;
}

function nodeInWords(event: Extract<Event, { kind: 'node' }>): string {
  if (event.state !== 'exited') return `${event.state}${event.pid === undefined ? '' : ` (pid ${event.pid})`}`;
  const how = event.signal === null ? `with code ${event.code}` : `by ${event.signal}`;
  return `ended ${how}${event.asked ? ', as asked' : ', without being asked'}`;
}

function observationInWords(seen: Observation): string {
  switch (seen.probe) {
    case 'view':
      return `'${seen.truth}' at ${seen.subject}: ${seen.unreadable ? 'unreadable: ' : ''}${short(canonicalJson(seen.value))}`;
    case 'resources':
      return `holds after round ${seen.cycle} of '${seen.series}': ${listed(Object.entries(seen.counts).map(([kind, count]) => `${kind} ${count}`))}`;
    case 'memory':
      return `memory after round ${seen.cycle} of '${seen.series}': ${mebibytes(seen.liveBytes ?? seen.residentBytes)}`;
    case 'occupied':
      return `occupies at most ${mebibytes(seen.peakBytes)} (${seen.at})`;
    case 'side':
      return `side probe '${seen.name}' ${seen.latencyMs === null ? `had no answer for ${lasting(seen.waitedMs ?? seen.boundMs)}` : `was answered after ${lasting(seen.latencyMs)}`} (bound ${lasting(seen.boundMs)})`;
    case 'rest':
      return `quiet for ${lasting(seen.quietMs)} of ${lasting(seen.wantedMs)}${seen.moved === undefined ? '' : `; moved last: ${short(seen.moved)}`}`;
    case 'machine':
      return `loop delay p99 ${seen.loopDelayP99Ms} ms${seen.cpuPressureAvg10 === null ? '' : `, processor pressure ${seen.cpuPressureAvg10} %`}`;
    case 'stacks':
      return `dump ${seen.sample}: ${seen.threads.length} threads${seen.asleep ? ', all asleep' : ''}, ${seen.handles.length} handles, ${Math.round(seen.cpuMs)} ms of processor`;
    default:
      return (seen as { probe: string }).probe;
  }
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

function short(text: string): string {
  return boundedLine(text.replaceAll(/\s+/g, ' '), TEXT_MAX);
}
