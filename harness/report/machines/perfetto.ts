// A history in the Trace Event Format of Chrome, as Perfetto and chrome://tracing open it. A node is a process, a link another one with a
// track for each direction; what lasts (a connection, a promise, a fault, an operation, the life of a node) is a slice, the rest a moment.
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
import type { Event, History } from '../../model/judging/history.ts';
import { eventInWords, laneOf } from '../story/event-words.ts';
import { oneLine } from '../plain.ts';

interface TraceEvent {
  name: string;
  /** M names a process or track, b and e are the ends of a slice that may overlap others, i is a moment, C is a counter. */
  ph: 'M' | 'b' | 'e' | 'i' | 'C';
  pid: number;
  tid: number;
  /** In microseconds. */
  ts: number;
  cat?: string;
  id?: string;
  s?: 't';
  args?: Record<string, unknown>;
}

export interface Trace {
  displayTimeUnit: 'ms';
  traceEvents: TraceEvent[];
  otherData: Record<string, string>;
}

/** The names of a slice: those with the same id are one. */
interface Slice {
  id: string;
  name: string;
  end: 'b' | 'e' | undefined;
}

export function perfettoTrace(history: History, about: Readonly<Record<string, string>>): Trace {
  const traceEvents: TraceEvent[] = [];
  const pids = new Map<string, number>();
  const tids = new Map<string, number>();
  const open = new Map<string, TraceEvent>();
  const named = (what: 'process_name' | 'thread_name', pid: number, tid: number, name: string): void =>
    void traceEvents.push({ name: what, ph: 'M', pid, tid, ts: 0, args: { name: oneLine(name) } });
  const trackOf = (lane: string, track: string): { pid: number; tid: number } => {
    const pid = pids.get(lane) ?? pids.size + 1;
    if (!pids.has(lane)) named('process_name', pid, 0, lane);
    pids.set(lane, pid);
    const key = `${lane}\u0000${track}`;
    const tid = tids.get(key) ?? tids.size + 1;
    if (!tids.has(key)) named('thread_name', pid, tid, track);
    tids.set(key, tid);
    return { pid, tid };
  };
  for (const event of history) {
    const place = { ...trackOf(laneOf(event), trackName(event)), ts: Math.round(event.atMs * 1_000), cat: event.kind };
    const slice = sliceOf(event);
    const args = argsOf(event);
    const isOpen = slice !== undefined && open.has(slice.id);
    if (slice?.end === 'b' && !isOpen) {
      const begun: TraceEvent = { ...place, name: slice.name, ph: 'b', id: slice.id, args };
      open.set(slice.id, begun);
      traceEvents.push(begun);
    } else if (slice?.end === 'e' && isOpen) {
      const { pid, tid, cat, name } = open.get(slice.id) as TraceEvent;
      open.delete(slice.id);
      traceEvents.push({ pid, tid, name, ph: 'e', id: slice.id, ts: place.ts, args, ...(cat !== undefined && { cat }) });
    }
    // What neither begins nor ends a slice: also a node that is ready after it started, and an answer that comes after it was given up.
    else traceEvents.push({ ...place, name: oneLine(eventInWords(event)), ph: 'i', s: 't', args });
    for (const [name, value] of countersOf(event)) traceEvents.push({ ...place, name, ph: 'C', args: { value } });
  }
  // What never ended lasts to the end of the history.
  const ts = Math.round((history.at(-1)?.atMs ?? 0) * 1_000);
  for (const { pid, tid, cat, name, id } of open.values())
    traceEvents.push({
      pid,
      tid,
      name,
      ph: 'e',
      ts,
      ...(id !== undefined && { id }),
      ...(cat !== undefined && { cat }),
      args: { ended: 'no' },
    });
  return { displayTimeUnit: 'ms', traceEvents, otherData: { ...about } };
}

function trackName(event: Event): string {
  if (event.kind === 'frame' || event.kind === 'frame-error') return event.direction;
  if (event.kind === 'obligation') return 'promises';
  if (event.kind === 'log') return event.stream;
  return `${event.kind}s`;
}

function sliceOf(event: Event): Slice | undefined {
  switch (event.kind) {
    case 'phase':
      return { id: `phase ${event.phase}`, name: event.phase, end: event.state === 'began' ? 'b' : 'e' };
    case 'round':
      return { id: `round ${event.series} ${event.round}`, name: `round ${event.round}`, end: event.state === 'began' ? 'b' : 'e' };
    case 'connection': {
      const id = `connection ${event.link} ${event.connection}`;
      return { id, name: `connection ${event.connection}`, end: event.state === 'opened' ? 'b' : 'e' };
    }
    case 'obligation':
      return { id: `promise ${event.id}`, name: oneLine(event.what), end: event.state === 'opened' ? 'b' : 'e' };
    case 'operation':
      return { id: `operation ${event.id}`, name: oneLine(event.name), end: event.state === 'invoked' ? 'b' : 'e' };
    case 'fault': {
      const end = event.state === 'armed' ? 'b' : event.state === 'lifted' ? 'e' : undefined;
      return { id: `fault ${event.step}`, name: oneLine(event.step), end };
    }
    case 'node': {
      const end = event.state === 'starting' || event.state === 'ready' ? 'b' : event.state === 'exited' ? 'e' : undefined;
      return { id: `node ${event.node}`, name: oneLine(event.node), end };
    }
    default:
      return undefined;
  }
}

/** What the viewer shows of an event that was chosen. */
function argsOf({ atMs: _at, wallMs: _wall, kind: _kind, ...rest }: Event): Record<string, unknown> {
  return rest;
}

function countersOf(event: Event): [string, number][] {
  if (event.kind !== 'observation') return [];
  const seen = event.observation;
  if (seen.probe === 'resources') return Object.entries(seen.counts);
  if (seen.probe === 'memory') return [['resident bytes', seen.residentBytes]];
  return seen.probe === 'machine' && seen.cpuPressureAvg10 !== null ? [['processor pressure, percent', seen.cpuPressureAvg10]] : [];
}
