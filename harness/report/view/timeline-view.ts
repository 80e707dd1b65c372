// What the timeline of a report draws: lanes of the script and of the nodes, links between them, each event at its time, faults as
// bands, connections and promises as bars, and the lives of nodes. Plain data, bounded.
import type { Event } from '../../model/judging/history.ts';
import { plain } from '../plain.ts';
import { eventInWords, laneOf } from '../story/event-words.ts';
import type { Excerpt } from '../story/excerpt.ts';
import type { Lanes } from '../story/lanes.ts';
import type { Story } from '../story/story.ts';

export interface TimelineView {
  fromMs: number;
  toMs: number;
  /** Names, from above: see `Lanes`. */
  lanes: readonly string[];
  links: readonly LinkView[];
  events: readonly EventView[];
  bands: readonly BandView[];
  promises: readonly PromiseView[];
  lives: readonly LifeView[];
  /** In the order in which they were opened. */
  connections: readonly ConnectionView[];
  /** What is not among the events, in words; empty when all are. */
  leftOut: string;
}

interface LinkView {
  name: string;
  /** Indices of lanes. */
  from: number;
  to: number;
}

export interface EventView {
  seq: number;
  ms: number;
  kind: Event['kind'];
  lane: string;
  text: string;
  role?: 'wrong' | 'fault' | 'proof';
  /** Of a frame. */
  up?: boolean;
  /** Of a frame: what it says, as far as the report keeps it. */
  said?: string;
  /** Bytes of what it says before the place that a fault has hit. */
  markAt?: number;
  /** What the fault did there. */
  mark?: string;
  /** Of what is said: each character is a byte, and the first of them is this one of its stream. */
  rawFrom?: number;
}

interface BandView {
  step: string;
  fault: string;
  target: string;
  fromMs: number;
  toMs: number;
  firedMs: readonly number[];
}

interface PromiseView {
  what: string;
  fromMs: number;
  toMs: number;
  state: 'kept' | 'late' | 'broken' | 'open';
}

interface LifeView {
  lane: string;
  state: string;
  fromMs: number;
  toMs: number;
}

export interface ConnectionView {
  link: string;
  /** Its number on its link. */
  connection: number;
  fromMs: number;
  toMs: number;
  /** How each end ended, in words; absent where it lasted to the end of the history. */
  how?: string;
  /** It ended by a reset, by a refused dial, or without a word. */
  isHard?: true;
}

const EVENTS_MAX = 10_000;
/** Of all that frames say together, in characters. */
const SAID_MAX = 400_000;
const PROMISES_MAX = 200;
const CONNECTIONS_MAX = 2_000;
const FIRINGS_MAX = 500;
const HEADED = new Set(['text', 'binary', 'ping', 'pong', 'close', 'continuation']);

export function timelineOf({ events, leftOut }: Excerpt, story: Story): TimelineView {
  const told = events.filter((event) => !(event.kind === 'observation' && event.observation.probe === 'machine'));
  const toMs = events.at(-1)?.atMs ?? 0;
  const left = [
    ...Object.entries(leftOut).map(([kind, count]) => `${count} ${kind}`),
    ...(told.length > EVENTS_MAX ? [`${told.length - EVENTS_MAX} at the end`] : []),
  ];
  return {
    fromMs: told[0]?.atMs ?? 0,
    toMs,
    lanes: story.lanes.names,
    links: linkViews(story.lanes),
    events: eventViews(told.slice(0, EVENTS_MAX), story),
    bands: bandsOf(told, toMs),
    promises: promisesOf(told, toMs).slice(0, PROMISES_MAX),
    lives: livesOf(told, toMs),
    connections: connectionsOf(told, toMs).slice(0, CONNECTIONS_MAX),
    leftOut: left.join(', '),
  };
}

function linkViews({ names, links }: Lanes): LinkView[] {
  return links.map(({ name, from, to }) => ({ name, from: names.indexOf(from), to: names.indexOf(to) }));
}

function eventViews(events: readonly Event[], story: Story): EventView[] {
  const proof = new Set(story.proof);
  const hits = hitsOf(events);
  let left = SAID_MAX;
  return events.map((event) => {
    const role =
      event.seq === story.firstWrong?.seq ? 'wrong' : event.seq === story.fault?.seq ? 'fault' : proof.has(event.seq) ? 'proof' : undefined;
    const view: EventView = {
      seq: event.seq,
      ms: event.atMs,
      kind: event.kind,
      lane: laneOf(event),
      text: plain(eventInWords(event)),
      ...(role && { role }),
    };
    if (event.kind === 'fault' && event.state === 'fired') return { ...view, ...aroundHit(event) };
    if (event.kind !== 'frame') return view;
    const hit = hits.get(frameKey(event));
    const said = event.payload ?? '';
    const isKept = said.length <= left || role !== undefined;
    left -= isKept ? said.length : 0;
    return { ...view, up: event.direction === 'upstream', ...(isKept && said !== '' && { said }), ...(hit && markOf(event, hit)) };
  });
}

/** On a link without framing the firing shows the bytes itself. */
function aroundHit({ fault, hit }: Extract<Event, { kind: 'fault'; state: 'fired' }>): Partial<EventView> {
  if (hit?.kind !== 'link' || typeof hit.around?.bytes !== 'string' || hit.around.bytes === '') return {};
  const { bytes, at } = hit.around;
  return { said: bytes, markAt: at, mark: fault, rawFrom: Math.max(0, hit.byteOffset - at) };
}

type Frame = Extract<Event, { kind: 'frame' }>;
type LinkHit = Extract<Extract<Event, { kind: 'fault'; state: 'fired' }>['hit'], { kind: 'link' }>;

function hitsOf(events: readonly Event[]): ReadonlyMap<string, { hit: LinkHit; fault: string }> {
  return new Map(
    events.flatMap((event) => {
      if (event.kind !== 'fault' || event.state !== 'fired' || event.hit?.kind !== 'link' || event.hit.frameIndex === undefined) return [];
      const { connection, direction, frameIndex } = event.hit;
      return [
        [frameKey({ link: event.target, connection, direction, index: frameIndex }), { hit: event.hit, fault: event.fault }],
      ] as const;
    }),
  );
}

function frameKey({ link, connection, direction, index }: Pick<Frame, 'link' | 'connection' | 'direction' | 'index'>): string {
  return `${link} ${connection} ${direction} ${index}`;
}

/** The place counts from the frame's first byte, and what a WebSocket frame says begins behind its header. */
function markOf(
  { type, bytes = 0, payload = '' }: Frame,
  { hit, fault }: { hit: LinkHit; fault: string },
): Pick<EventView, 'markAt' | 'mark'> {
  const header = HEADED.has(type) ? Math.max(0, bytes - Buffer.byteLength(payload)) : 0;
  return { markAt: Math.max(0, (hit.offsetInFrame ?? 0) - header), mark: fault };
}

function bandsOf(events: readonly Event[], endMs: number): BandView[] {
  const faults = events.filter((event) => event.kind === 'fault');
  return [...Map.groupBy(faults, ({ step }) => step)].map(([step, ofStep]) => {
    const fired = ofStep.filter(({ state }) => state === 'fired').map(({ atMs }) => atMs);
    return {
      step,
      fault: ofStep[0]?.fault ?? '',
      target: ofStep[0]?.target ?? '',
      fromMs: ofStep[0]?.atMs ?? 0,
      toMs: ofStep.findLast(({ state }) => state === 'lifted')?.atMs ?? endMs,
      firedMs: fired.slice(0, FIRINGS_MAX),
    };
  });
}

function promisesOf(events: readonly Event[], endMs: number): PromiseView[] {
  const byId = Map.groupBy(
    events.filter((event) => event.kind === 'obligation'),
    ({ id }) => id,
  );
  return [...byId.values()].map((ofOne) => {
    const states = ofOne.map(({ state }) => state);
    const isMet = states.includes('met');
    const state = states.includes('unmet') ? (isMet ? 'late' : 'broken') : isMet ? 'kept' : 'open';
    return {
      what: ofOne[0]?.what ?? '',
      fromMs: ofOne[0]?.atMs ?? 0,
      toMs: ofOne.length > 1 ? (ofOne.at(-1)?.atMs ?? endMs) : endMs,
      state,
    };
  });
}

function livesOf(events: readonly Event[], endMs: number): LifeView[] {
  const byNode = Map.groupBy(
    events.filter((event) => event.kind === 'node'),
    ({ node }) => node,
  );
  return [...byNode].flatMap(([lane, ofNode]) =>
    ofNode.map((event, index) => {
      const how =
        event.state === 'exited' ? `exited ${event.signal === null ? `with code ${event.code}` : `by ${event.signal}`}` : event.state;
      return { lane, state: how, fromMs: event.atMs, toMs: event.state === 'exited' ? event.atMs : (ofNode[index + 1]?.atMs ?? endMs) };
    }),
  );
}

/** Ends of TCP that everybody meant: a FIN that was passed on, the end of a file, a close of the proxy's own. */
const SOFT = new Set(['fin', 'eof', 'closed']);

function connectionsOf(events: readonly Event[], endMs: number): ConnectionView[] {
  const open = new Map<string, ConnectionView>();
  const all: ConnectionView[] = [];
  for (const event of events) {
    if (event.kind !== 'connection') continue;
    const { link, connection, atMs, ended } = event;
    const key = `${link} ${connection}`;
    const view = open.get(key) ?? { link, connection, fromMs: atMs, toMs: endMs };
    if (!open.has(key)) all.push(view);
    open.set(key, view);
    if (event.state !== 'closed') continue;
    view.toMs = atMs;
    view.how = ended ? (ended.client === ended.upstream ? ended.client : `client ${ended.client}, upstream ${ended.upstream}`) : 'closed';
    if (ended && (!SOFT.has(ended.client) || !SOFT.has(ended.upstream))) view.isHard = true;
  }
  return all;
}
