// What happened in a case, as a person wants to hear it: the sentence, what was expected beside what came, the first event that is
// wrong, the fault that did it and the operation that it hit, the ten events around it, and what the verdict rests on. The terminal
// (`tornwire show`) and the report tell the same story.
import type { Event, FaultHit } from '../../model/judging/history.ts';
import { canonicalJson } from '../../model/values/json.ts';
import type { CaseRow } from '../../results/summary.ts';
import { comparedIn, growingKinds, withoutFinding, type Compared } from './compared.ts';
import { eventInWords, hitInWords, laneOf } from './event-words.ts';
import type { Excerpt } from './excerpt.ts';
import { basisOf } from './basis.ts';
import { lanesOf, type Lanes } from './lanes.ts';

export interface Story {
  outcome: CaseRow['verdict'];
  /** The oracle that decided; of an unknown verdict the kind of its reason. */
  by: string;
  /** In one line, without the details below it. */
  sentence: string;
  /** Of an unknown verdict with a finding: why that proves nothing. */
  doubt?: string;
  /** The lines below the sentence: quoted output, single differences. */
  details: readonly string[];
  compared: Compared;
  /** File and line of the scenario, where the script itself failed. */
  place?: string;
  firstWrong?: Moment;
  fault?: FaultMoment;
  /** At most ten, in order: the fault and the first wrong event are among them. */
  around: readonly Moment[];
  /** Of the whole case, not of those ten events alone. */
  lanes: Lanes;
  /** Sequence numbers of the events that prove the first finding. */
  proof: readonly number[];
  replay: string;
  /** One sentence each. */
  restsOn: readonly string[];
  /** What of the history could not be read. */
  gaps: readonly string[];
}

export interface Moment {
  seq: number;
  atMs: number;
  /** A node, a link, a client of the script, `script` or `machine`. */
  lane: string;
  kind: Event['kind'];
  text: string;
  /** What it is in this story. */
  role: 'wrong' | 'fault' | 'proof' | 'beside';
}

interface FaultMoment extends Moment {
  step: string;
  fault: string;
  target: string;
  /** Where it acted. */
  where: string;
  /** The frame that it hit, or else the operation of the script that was on its way; absent where there was none. */
  hitOn?: string;
}

const AROUND = 10;
const BEFORE_WRONG = 6;

/** @param excerpt of its history; see `excerptOf`, with `proofOf(row)` as what is wanted. */
export function storyOf(row: CaseRow, excerpt: Excerpt): Story {
  const { events } = excerpt;
  const finding = headlineOf(row);
  const proof = eventsWith(events, finding?.events ?? []);
  const wrong = finding && firstWrongIn(finding, proof, events);
  const fired = wrong && faultBefore(wrong, proof, events);
  const [sentence = '', ...details] = (finding?.message ?? row.reason ?? row.title).split('\n');
  const place = proof.flatMap((event) => (event.kind === 'script' && event.place !== undefined ? [event.place] : []))[0];
  const roles = { wrong: wrong?.seq, fault: fired?.seq, proof: new Set(proof.map(({ seq }) => seq)) };
  return {
    outcome: row.verdict,
    by: row.verdict === 'unknown' ? (row.reasonKind ?? row.oracle ?? 'unknown') : (finding?.oracle ?? row.oracle ?? row.verdict),
    sentence,
    details,
    ...(row.verdict === 'unknown' && finding !== undefined && row.reason !== null && { doubt: row.reason.split('\n')[0] ?? '' }),
    compared: finding ? comparedIn(finding, proof) : withoutFinding(row),
    ...(place !== undefined && { place }),
    ...(wrong && { firstWrong: momentOf(wrong, roles) }),
    ...(fired && { fault: faultMoment(fired, events, roles) }),
    around: around(events, wrong, fired).map((event) => momentOf(event, roles)),
    lanes: lanesOf(row, events),
    proof: proof.map(({ seq }) => seq),
    replay: row.replay,
    restsOn: basisOf(row, events),
    gaps: gapsOf(excerpt),
  };
}

/** What must be in the excerpt, whatever is left out. */
export function proofOf(row: CaseRow): readonly number[] {
  return row.findings.flatMap(({ events }) => events);
}

/** The finding that a reader sees first: of the oracle that decided. */
function headlineOf(row: CaseRow): CaseRow['findings'][number] | undefined {
  return row.findings.find(({ oracle }) => oracle === row.oracle) ?? row.findings[0];
}

/** The first event that is not as it should be, by what the oracle looks at. */
function firstWrongIn(finding: CaseRow['findings'][number], proof: readonly Event[], events: readonly Event[]): Event | undefined {
  switch (finding.oracle) {
    case 'crash': {
      const [sentence = ''] = finding.message.split('\n');
      const said = proof.find((event) => event.kind === 'log' && event.line.trim() !== '' && sentence.endsWith(event.line.trim()));
      return said ?? proof.findLast((event) => event.kind === 'node');
    }
    case 'hang':
      return proof.find((event) => event.kind === 'obligation' && event.state !== 'opened') ?? proof.find(isSideProbe) ?? proof.at(-1);
    case 'divergence':
      return partingIn(proof, events) ?? proof[0];
    case 'leak':
      return firstGrowth(proof) ?? proof[0];
    case 'bounds':
      return proof.at(-1);
    default:
      return proof[0];
  }
}

function isSideProbe(event: Event): boolean {
  return event.kind === 'observation' && event.observation.probe === 'side';
}

/** The first reading after the last one in which the two views that differ were equal. */
function partingIn(proof: readonly Event[], events: readonly Event[]): Event | undefined {
  const [left, right] = proof.flatMap(viewIn);
  if (!left || !right || left.subject === right.subject) return undefined;
  const values = new Map<string, string>();
  let parting: Event | undefined;
  for (const event of events) {
    const [view] = viewIn(event);
    if (!view || view.truth !== left.truth || (view.subject !== left.subject && view.subject !== right.subject)) continue;
    values.set(view.subject, canonicalJson(view.value));
    const isApart = values.size === 2 && values.get(left.subject) !== values.get(right.subject);
    if (!isApart) parting = undefined;
    else parting ??= event;
  }
  return parting;
}

function viewIn(event: Event): Extract<Extract<Event, { kind: 'observation' }>['observation'], { probe: 'view' }>[] {
  return event.kind === 'observation' && event.observation.probe === 'view' ? [event.observation] : [];
}

function firstGrowth(proof: readonly Event[]): Event | undefined {
  const samples = proof.flatMap((event) =>
    event.kind === 'observation' && event.observation.probe === 'resources' ? [{ event, seen: event.observation }] : [],
  );
  const [worst] = growingKinds(samples.map(({ seen }) => seen));
  return worst && samples.find((_, index) => (worst.counts[index] ?? 0) > (worst.counts[0] ?? 0))?.event;
}

type Fired = Extract<Event, { kind: 'fault'; state: 'fired' }>;

/** Of a fault that is part of the proof, that one. Otherwise the last one that fired before. */
function faultBefore(wrong: Event, proof: readonly Event[], events: readonly Event[]): Fired | undefined {
  const isFired = (event: Event): event is Fired => event.kind === 'fault' && event.state === 'fired';
  return proof.find(isFired) ?? events.findLast((event): event is Fired => isFired(event) && event.seq <= wrong.seq);
}

function faultMoment(fired: Fired, events: readonly Event[], roles: Roles): FaultMoment {
  const hitOn = frameHit(fired, events) ?? operationAt(fired, events);
  return {
    ...momentOf(fired, roles),
    step: fired.step,
    fault: fired.fault,
    target: fired.target,
    where: hitInWords(fired.hit),
    ...(hitOn !== undefined && { hitOn }),
  };
}

function frameHit({ target, hit, seq }: Fired, events: readonly Event[]): string | undefined {
  const frame = frameOf(target, hit, seq, events);
  return frame && `${target}: ${eventInWords(frame)}`;
}

/** The frame in which a link fault acted. A frame is told of at its end, so it may stand before or after the hit. */
function frameOf(link: string, hit: FaultHit, seq: number, events: readonly Event[]): Extract<Event, { kind: 'frame' }> | undefined {
  if (hit.kind !== 'link' || hit.frameIndex === undefined) return undefined;
  const same = events.filter(
    (event) =>
      event.kind === 'frame' &&
      event.link === link &&
      event.connection === hit.connection &&
      event.direction === hit.direction &&
      event.index === hit.frameIndex,
  ) as Extract<Event, { kind: 'frame' }>[];
  return same.toSorted((a, b) => Math.abs(a.seq - seq) - Math.abs(b.seq - seq))[0];
}

/** What the script had asked for and had no answer to. */
function operationAt({ seq }: Fired, events: readonly Event[]): string | undefined {
  const open = new Map<number, string>();
  for (const event of events) {
    if (event.seq > seq) break;
    if (event.kind !== 'operation') continue;
    if (event.state === 'invoked') open.set(event.id, `${event.client}: ${event.name}`);
    else open.delete(event.id);
  }
  return [...open.values()].at(-1);
}

/** Readings of the machine, promises about starts and further readings of views say nothing that a reader wants to see in ten lines. */
function around(events: readonly Event[], wrong: Event | undefined, fired: Fired | undefined): readonly Event[] {
  const told = events.filter((event) => event === wrong || event === fired || isTelling(event));
  const middle = wrong ? told.indexOf(wrong) : told.length - 1;
  const from = Math.max(0, Math.min(middle - BEFORE_WRONG, told.length - AROUND));
  const window = told.slice(from, from + AROUND);
  return fired === undefined || window.includes(fired) ? window : [fired, ...window.slice(1)];
}

function isTelling(event: Event): boolean {
  if (event.kind === 'observation') return event.observation.probe === 'side';
  return event.kind !== 'phase' && event.kind !== 'lost-dials';
}

interface Roles {
  wrong: number | undefined;
  fault: number | undefined;
  proof: ReadonlySet<number>;
}

function momentOf(event: Event, { wrong, fault, proof }: Roles): Moment {
  const { seq, atMs, kind } = event;
  const role = seq === wrong ? 'wrong' : seq === fault ? 'fault' : proof.has(seq) ? 'proof' : 'beside';
  return { seq, atMs, lane: laneOf(event), kind, text: eventInWords(event), role };
}

function eventsWith(events: readonly Event[], seqs: readonly number[]): readonly Event[] {
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  return seqs.flatMap((seq) => bySeq.get(seq) ?? []).toSorted((a, b) => a.seq - b.seq);
}

function gapsOf({ leftOut, notes }: Excerpt): string[] {
  const left = Object.entries(leftOut).map(([kind, count]) => `${count} ${kind}`);
  return [
    ...(notes.problem === undefined ? [] : [`the history could not be read: ${notes.problem}`]),
    ...(notes.torn ? ['the history ends in the middle of a line: the run was cut off'] : []),
    ...(notes.unreadable > 0 ? [`${notes.unreadable} lines of the history are no events that this version can read`] : []),
    ...(left.length > 0 ? [`a part of the history is summarised: left out are ${left.join(', ')}`] : []),
  ];
}
