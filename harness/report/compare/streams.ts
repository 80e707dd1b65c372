// A history as streams that can be held against those of another run. In one stream order means something: the frames of one direction
// of a connection, the states of a node, of a promise, of a fault. Between streams it is chance.
import { withoutChance as withoutNumbers } from '../../model/judging/fingerprint.ts';
import { eventsOf, type Event, type EventBase, type History, type KindOf } from '../../model/judging/history.ts';

export interface Item {
  /** What is the same in every run: ids, times, ports and numbers are replaced by their kind. */
  key: string;
  /** As it was, for people. */
  text: string;
  /** Milliseconds since the script began. */
  atMs: number;
  seq: number;
}

export interface Stream {
  name: string;
  /** What came again and again, such as a request that polls, stands here once. */
  items: readonly Item[];
  /** How many items that were. */
  length: number;
}

const HEARTBEATS: readonly string[] = ['ping', 'pong'];
/** So many items in a row may be one turn of what is repeated. */
const TURN_MAX = 6;

/** What is drawn anew in every run: the keys of a WebSocket handshake (RFC 6455, 4.1), dates, and long words as base64 makes them. */
const DRAWN: readonly (readonly [RegExp, string])[] = [
  [/^(sec-websocket-(?:key|accept)|date|set-cookie|etag):.*$/gim, '$1: <drawn>'],
  [/\b(?=[\w+/-]*\d)(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[\w+/-]{16,}={0,2}/g, '<id>'],
];

function withoutChance(text: string): string {
  return withoutNumbers(DRAWN.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text));
}

export function streamsOf(history: History): Map<string, Stream> {
  const { startMs, stopMs } = bordersOf(history);
  const streams = new Map<string, Item[]>();
  const add = (name: string, event: EventBase, key: string, text = key): void => {
    const items = streams.get(name) ?? [];
    streams.set(name, items);
    items.push({ key, text, atMs: event.atMs - startMs, seq: event.seq });
  };
  // While everything is being stopped, who is heard last is chance.
  for (const event of history) if (event.kind !== 'frame' || event.atMs < stopMs) addEvent(event, add);
  for (const [name, items] of connectionsIn(eventsOf(history, 'frame'), startMs, stopMs)) streams.set(name, items);
  return new Map([...streams].map(([name, items]) => [name, { name, items: withoutTurns(items), length: items.length }]));
}

/** Between them the script runs, and the system comes to rest. */
function bordersOf(history: History): { startMs: number; stopMs: number } {
  const beginOf = (wanted: string): number | undefined =>
    eventsOf(history, 'phase').find(({ phase, state }) => phase === wanted && state === 'began')?.atMs;
  return { startMs: beginOf('drive') ?? 0, stopMs: beginOf('stop') ?? Number.POSITIVE_INFINITY };
}

/** What each node said, whatever the order: a line that only one of two runs has is worth telling. */
export function logsOf(history: History): { node: string; item: Item }[] {
  const { startMs, stopMs } = bordersOf(history);
  const told = eventsOf(history, 'log').filter(({ atMs }) => atMs < stopMs);
  return told.map(({ node, line, atMs, seq }) => ({
    node,
    item: { key: withoutChance(line), text: line, atMs: atMs - startMs, seq },
  }));
}

function addEvent(event: Event, add: (name: string, event: EventBase, key: string, text?: string) => void): void {
  switch (event.kind) {
    case 'node':
      return add(`node ${event.node}`, event, nodeText(event));
    case 'fault':
      return add(`fault '${event.step}'`, event, faultText(event));
    case 'obligation':
      return add(`promise '${withoutChance(event.what)}'`, event, event.state, `${event.what}: ${event.state}`);
    case 'operation':
      return add(`operation ${event.client}: ${withoutChance(event.name)}`, event, event.state);
    case 'script':
      return add('the script', event, withoutChance(event.error), event.error);
    case 'leftover':
      return add('left over', event, withoutChance(leftoverText(event)), leftoverText(event));
    default:
      return undefined;
  }
}

function nodeText(event: KindOf<'node'>): string {
  if (event.state !== 'exited') return event.state;
  const how = event.signal === null ? `code ${event.code}` : `signal ${event.signal}`;
  return `exited with ${how}${event.asked ? ', as it was asked' : ' without being asked'}`;
}

function faultText(event: KindOf<'fault'>): string {
  if (event.state !== 'fired') return event.state;
  const { hit } = event;
  if (hit.kind !== 'link') return 'fired';
  const frame = hit.frameIndex === undefined ? '' : `, frame ${hit.frameIndex}`;
  return `fired at connection ${hit.connection} ${hit.direction}${frame}`;
}

function leftoverText({ seq: _seq, atMs: _at, wallMs: _wall, kind: _kind, ...what }: EventBase & KindOf<'leftover'>): string {
  return JSON.stringify(what);
}

/** The frames of each connection in each direction. Connections in a row that say the same, as those of a poll do, are one. */
function connectionsIn(frames: readonly (EventBase & KindOf<'frame'>)[], startMs: number, stopMs: number): Map<string, Item[]> {
  const told = frames.filter((frame) => frame.atMs < stopMs && !HEARTBEATS.includes(frame.type));
  const streams = new Map<string, Item[]>();
  for (const [link, all] of Map.groupBy(told, (frame) => frame.link)) {
    let place = 0;
    let before = '';
    for (const [, ofOne] of [...Map.groupBy(all, (frame) => frame.connection)].toSorted(([a], [b]) => a - b)) {
      const up = withoutTurns(ofOne.filter((frame) => frame.direction === 'upstream').map((frame) => itemOf(frame, startMs)));
      const down = withoutTurns(ofOne.filter((frame) => frame.direction === 'downstream').map((frame) => itemOf(frame, startMs)));
      const says = JSON.stringify([up, down].map((items) => items.map(({ key }) => key)));
      if (says === before) continue;
      before = says;
      place += 1;
      streams.set(`${link}, connection ${place}, upstream`, up);
      streams.set(`${link}, connection ${place}, downstream`, down);
    }
  }
  return streams;
}

function itemOf(frame: EventBase & KindOf<'frame'>, startMs: number): Item {
  const text = `${frame.type}${frame.payload === undefined ? ` of ${frame.bytes ?? 0} bytes` : ` ${frame.payload}`}`;
  return { key: withoutChance(text), text, atMs: frame.atMs - startMs, seq: frame.seq };
}

/** Each turn of what is repeated stands once: `a b a b a b c` becomes `a b c`. */
function withoutTurns(items: readonly Item[]): Item[] {
  const kept: Item[] = [];
  for (const item of items) {
    kept.push(item);
    for (let turn = 1; turn <= TURN_MAX && 2 * turn <= kept.length; turn++) {
      if (!Array.from({ length: turn }, (_, i) => kept.at(-1 - i)?.key === kept.at(-1 - i - turn)?.key).every(Boolean)) continue;
      kept.splice(-turn);
      break;
    }
  }
  return kept;
}
