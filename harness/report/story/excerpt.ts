// The part of a history that a story and a report are made of, in bounded memory: everything of a usual run; of a long one all that
// tells how it went (faults, nodes, promises, connections), what stands around each finding, and the beginning and the end. What was
// left out is counted.
import type { Event, EventBody } from '../../model/judging/history.ts';
import { boundedLine } from '../../model/values/bounded-text.ts';
import type { Json } from '../../model/values/json.ts';
import { readHistory, type HistoryNotes } from '../../results/history-reader.ts';

export interface Excerpt {
  /** In the order of the history, with gaps where events were left out. Long texts are cut and say so. */
  events: readonly Event[];
  /** How many events of each kind were left out. */
  leftOut: Readonly<Record<string, number>>;
  notes: HistoryNotes;
}

export interface ExcerptBounds {
  /** Of what tells how the run went. */
  structuralMax?: number;
  /** Of frames, log lines and observations: so many at the beginning, and as many at the end. */
  bulkMax?: number;
  /** Before and after each event that is wanted. */
  around?: number;
  /** Of one text, in characters. */
  textMax?: number;
}

const BULK: ReadonlySet<EventBody['kind']> = new Set(['frame', 'log', 'observation', 'frame-error', 'lost-dials']);
/** Of a JSON value of an observation, as text. */
const VALUE_MAX = 20_000;
const HOLDERS_MAX = 200;

/** @param wanted the sequence numbers of findings: they are there whatever is left out. */
export async function excerptOf(
  file: string,
  wanted: readonly number[],
  { structuralMax = 10_000, bulkMax = 4_000, around = 60, textMax = 4_000 }: ExcerptBounds = {},
): Promise<Excerpt> {
  const isWanted = new Set(wanted);
  const kept: Event[] = [];
  const late = ring(bulkMax);
  const leftOut: Record<string, number> = {};
  const drop = (event: Event | undefined): void => {
    if (event) leftOut[event.kind] = (leftOut[event.kind] ?? 0) + 1;
  };
  let structural = 0;
  let bulk = 0;
  let near = 0;
  const notes = await readHistory(file, (whole) => {
    const event = withoutLength(whole, textMax);
    const isProof = isWanted.has(event.seq) || event.kind === 'script' || event.kind === 'harness';
    if (isProof) {
      // What stood before it is still in the ring.
      kept.push(...late.takeLast(around));
      near = around;
    } else near -= 1;
    if (isProof || near > 0) kept.push(event);
    else if (BULK.has(event.kind)) {
      bulk += 1;
      if (bulk <= bulkMax) kept.push(event);
      else drop(late.push(event));
    } else if (structural < structuralMax) {
      structural += 1;
      kept.push(event);
    } else drop(late.push(event));
  });
  kept.push(...late.takeLast(bulkMax));
  return { events: kept.toSorted((a, b) => a.seq - b.seq), leftOut, notes };
}

/** Keeps the last `max`; `push` gives back what falls out. */
function ring(max: number): { push(event: Event): Event | undefined; takeLast(count: number): Event[] } {
  let items: Event[] = [];
  let first = 0;
  return {
    push(event) {
      items.push(event);
      if (items.length - first <= max) return undefined;
      const fallen = items[first];
      first += 1;
      if (first > max) [items, first] = [items.slice(first), 0];
      return fallen;
    },
    takeLast(count) {
      const from = Math.max(first, items.length - count);
      const taken = items.slice(from);
      items = items.slice(first, from);
      first = 0;
      return taken;
    },
  };
}

function withoutLength(event: Event, textMax: number): Event {
  switch (event.kind) {
    case 'frame':
      return event.payload === undefined ? event : { ...event, payload: cut(event.payload, textMax) };
    case 'log':
      return { ...event, line: cut(event.line, textMax) };
    case 'observation':
      return { ...event, observation: withoutBulk(event.observation) };
    default:
      return event;
  }
}

type Observation = Extract<Event, { kind: 'observation' }>['observation'];

function withoutBulk(seen: Observation): Observation {
  if (seen?.probe === 'view') {
    const text = JSON.stringify(seen.value) ?? '';
    return text.length <= VALUE_MAX ? seen : { ...seen, value: boundedLine(text, VALUE_MAX) as Json };
  }
  if (seen?.probe !== 'resources' || !seen.holders) return seen;
  const holders = Object.entries(seen.holders).map(([kind, held]) => [kind, Array.isArray(held) ? held.slice(0, HOLDERS_MAX) : []]);
  return { ...seen, holders: Object.fromEntries(holders) as Record<string, readonly string[]> };
}

/** The beginning is kept, because offsets count from there. */
function cut(text: string, textMax: number): string {
  return typeof text !== 'string' || text.length <= textMax
    ? text
    : `${text.slice(0, textMax)}… (${text.length} characters)`.toWellFormed();
}
