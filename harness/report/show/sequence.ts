// The ten events around the first wrong one, as a diagram of lines: time, a column for each node, and what happened. A frame is an arrow
// between the two nodes that its link names. Colours only repeat what the marks say: `!` is wrong, `*` is the fault, `+` is proof.
import { styleText } from 'node:util';
import { oneLine } from '../plain.ts';
import type { Lanes } from '../story/lanes.ts';
import type { Moment } from '../story/story.ts';
import { wrapped } from './wrapped.ts';

const TIME_WIDTH = 11;
const LANE_MAX = 14;
const LANE_MIN = 6;
const LANES_MAX = 5;
/** Of the text beside the lanes. */
const LINES_MAX = 2;
const TEXT_MIN = 34;

const MARKS: Record<Moment['role'], string> = { wrong: '!', fault: '*', proof: '+', beside: ' ' };

/** @param width of the whole, in columns */
export function sequence(moments: readonly Moment[], links: Lanes['links'], width: number): string[] {
  if (moments.length === 0) return [];
  const ends: EndsOf = new Map(
    links.filter(({ from, to }) => from !== to).map(({ name, from, to }) => [name, [oneLine(from), oneLine(to)]]),
  );
  const lanes = columnsOf(moments, ends);
  const laneWidth = Math.max(LANE_MIN, Math.min(LANE_MAX, Math.floor((width - TIME_WIDTH - TEXT_MIN) / Math.max(1, lanes.length))));
  const place = (lane: string): number => lanes.indexOf(lane) * laneWidth + Math.floor(laneWidth / 2);
  const drawn = lanes.length * laneWidth;
  const textWidth = width - TIME_WIDTH - drawn - 1;
  const bare = lanes.reduce((line, lane) => put(line, place(lane), '│'), ' '.repeat(drawn));
  const head = lanes.map((lane) => centred(cut(lane, laneWidth - 1), laneWidth)).join('');
  return [
    `${' '.repeat(TIME_WIDTH)}${head}`.trimEnd(),
    ...moments.flatMap((moment) => {
      const [first = '', ...more] = wrapped(textOf(moment, lanes, ends), textWidth, LINES_MAX);
      const time = `${MARKS[moment.role]}${(moment.atMs / 1_000).toFixed(3).padStart(8)}  `;
      const line = `${time}${arrow(bare, moment, place, lanes, ends)} ${first}`.trimEnd();
      return [coloured(line, moment.role), ...more.map((text) => `${' '.repeat(TIME_WIDTH)}${bare} ${text}`)];
    }),
  ];
}

/** The two ends of each link, by its name. */
type EndsOf = ReadonlyMap<string, [string, string]>;

/** Nodes and clients, in the order in which they come; more than fit are told of in the text alone. */
function columnsOf(moments: readonly Moment[], endsOf: EndsOf): string[] {
  const ends = moments.flatMap(({ lane }) => endsOf.get(lane) ?? [oneLine(lane)]);
  return [...new Set(ends)].slice(0, LANES_MAX);
}

function arrow(
  bare: string,
  { lane, text, kind, role }: Moment,
  place: (lane: string) => number,
  lanes: readonly string[],
  endsOf: EndsOf,
): string {
  const ends = endsOf.get(lane);
  if (!ends) return lanes.includes(oneLine(lane)) ? put(bare, place(oneLine(lane)), role === 'wrong' ? 'X' : '●') : bare;
  if (!lanes.includes(ends[0]) || !lanes.includes(ends[1])) return bare;
  const [from, to] = ends.map(place) as [number, number];
  const [left, right] = from < to ? [from, to] : [to, from];
  const body = kind === 'frame' ? '─' : kind === 'fault' ? '≈' : '·';
  const inner = body.repeat(Math.max(0, right - left - 2));
  const direction = / (up|down)stream\b/.exec(text)?.[1];
  if (direction === undefined) return put(bare, left + 1, `${inner}${body}`);
  const isRight = from < to === (direction === 'up');
  return put(bare, left + 1, isRight ? `${inner}▶` : `◀${inner}`);
}

/** What has no column of its own is named in the text. */
function textOf({ lane, text }: Moment, lanes: readonly string[], endsOf: EndsOf): string {
  const isDrawn = (endsOf.get(lane) ?? [oneLine(lane)]).every((end) => lanes.includes(end));
  const said = withoutBinary(oneLine(text.replace(/^(\S+) frame (\d+) (?:up|down)stream, connection \d+/, '$1 $2')));
  return isDrawn ? said : `${oneLine(lane)}: ${said}`;
}

/** Bytes that are no text say nothing here. */
function withoutBinary(text: string): string {
  return text.replace(/: (?:[^\uFFFD]{0,8}\uFFFD){3}.*$/, '');
}

function put(line: string, at: number, text: string): string {
  return `${line.slice(0, at)}${text}${line.slice(at + text.length)}`;
}

function centred(text: string, width: number): string {
  const left = Math.max(0, Math.floor(width / 2) - Math.floor(text.length / 2));
  return `${' '.repeat(left)}${text}`.padEnd(width).slice(0, width);
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`.toWellFormed();
}

function coloured(line: string, role: Moment['role']): string {
  return role === 'wrong' ? styleText('red', line) : role === 'fault' ? styleText('yellow', line) : line;
}
