/// <reference lib="dom" />
// What travels on the timeline: frames as arrows between lanes, other events as ticks and signs. Events are found by a search in their
// times, what falls on one pixel is drawn once, and what has one colour is drawn together: a redraw takes as long for 10,000 events as
// the picture has pixels.
import type { EventView } from '../../view/timeline-view.ts';
import type { Board, TimeIndex } from './board.ts';
import type { Brush } from './paint.ts';

function timeIndex(board: Board): TimeIndex {
  if (board.index?.of === board.shown) return board.index;
  const { view, shown } = board;
  const events = shown.toSorted((a, b) => a.ms - b.ms);
  const links = new Map(view.links.map(({ name }, at) => [name, at]));
  const lanes = new Map(view.lanes.map((name, at) => [name, at]));
  const link = Int16Array.from(events, (event) => links.get(event.lane) ?? -1);
  board.index = {
    of: shown,
    events,
    ms: Float64Array.from(events, ({ ms }) => ms),
    link,
    lane: Int16Array.from(events, (event, at) => view.links[link[at] as number]?.from ?? lanes.get(event.lane) ?? 0),
  };
  return board.index;
}

/** The first place whose time is not before `ms`. */
function firstAt(times: Float64Array, ms: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

function paintFrames(board: Board, { pen, width, colour, x, y }: Brush): void {
  const { events, ms, link } = timeIndex(board);
  const { links } = board.view;
  const columns = Math.ceil(width) + 1;
  const drawn = new Uint8Array(links.length * 2 * columns);
  pen.fillStyle = colour('link');
  pen.globalAlpha = 0.75;
  for (let index = firstAt(ms, board.fromMs); index < events.length && (ms[index] as number) <= board.toMs; index++) {
    const event = events[index] as EventView;
    const ends = links[link[index] as number];
    if (event.kind !== 'frame' || ends === undefined) continue;
    const at = Math.round(x(event.ms));
    const place = ((link[index] as number) * 2 + (event.up ? 1 : 0)) * columns + at;
    if (drawn[place] === 1) continue;
    drawn[place] = 1;
    const [from, to] = event.up ? [y(ends.from), y(ends.to)] : [y(ends.to), y(ends.from)];
    if (from === to) pen.fillRect(at, from + (event.up ? -8 : 2), 1, 6);
    else {
      // Both directions at one pixel share the shaft.
      const other = ((link[index] as number) * 2 + (event.up ? 0 : 1)) * columns + at;
      if (drawn[other] !== 1) pen.fillRect(at, Math.min(from, to), 1, Math.abs(to - from));
      // A tip of rectangles: a path of thousands of triangles takes three times as long as all else.
      const back = to > from ? -1 : 1;
      pen.fillRect(at - 1, to + back * 2, 3, back * 2);
      pen.fillRect(at - 2, to + back * 4, 5, back * 2);
    }
  }
  pen.globalAlpha = 1;
}

/** Log lines and readings are ticks, what is a part of the finding is a sign, and stands above all ticks. Connections are bars. */
function paintEvents(board: Board, { pen, width, colour, x, y }: Brush): void {
  const { events, ms, lane } = timeIndex(board);
  const columns = Math.ceil(width) + 1;
  const drawn = new Uint8Array(board.view.lanes.length * columns);
  const signs: number[] = [];
  pen.fillStyle = colour('dim');
  for (let index = firstAt(ms, board.fromMs); index < events.length && (ms[index] as number) <= board.toMs; index++) {
    const event = events[index] as EventView;
    if (event.role !== undefined) signs.push(index);
    else if (event.kind !== 'frame' && event.kind !== 'connection') {
      const at = Math.round(x(event.ms));
      const place = (lane[index] as number) * columns + at;
      if (drawn[place] === 1) continue;
      drawn[place] = 1;
      pen.fillRect(at, y(lane[index] as number) + 6, 1, event.kind === 'log' ? 8 : 5);
    }
  }
  for (const index of signs) {
    const { role, ms: atMs } = events[index] as EventView;
    const [at, top] = [Math.round(x(atMs)), y(lane[index] as number)];
    pen.fillStyle = colour(role === 'wrong' ? 'bad' : role === 'fault' ? 'fault' : 'dim');
    if (role === 'proof') {
      pen.beginPath();
      pen.arc(at, top + 10, 3, 0, 7);
      pen.fill();
    } else {
      pen.font = 'bold 15px system-ui, sans-serif';
      pen.fillText(role === 'wrong' ? '✖' : '⚡', at - 6, top + 18);
      pen.font = '11px system-ui, sans-serif';
    }
  }
}

export const TRAFFIC = [timeIndex, firstAt, paintFrames, paintEvents];
