/// <reference lib="dom" />
// Draws the timeline: the axis, lanes, faults as bands, connections and promises as bars. What travels on it is in paint-traffic.ts.
// Only what is in sight is drawn.
import type { Board } from './board.ts';

export interface Brush {
  pen: CanvasRenderingContext2D;
  width: number;
  height: number;
  /** Of the lanes' end, and of the bars of connections below them. */
  lanesEnd: number;
  /** Of a variable of the style. */
  colour: (name: string) => string;
  x: (ms: number) => number;
  y: (lane: number) => number;
}

/** What paint-traffic.ts draws. */
interface Traffic {
  paintFrames: (board: Board, brush: Brush) => void;
  paintEvents: (board: Board, brush: Brush) => void;
}

function paint(board: Board, { paintFrames, paintEvents }: Traffic): void {
  const brush = brushFor(board);
  if (brush === undefined) return;
  paintAxis(board, brush);
  paintLanes(board, brush);
  paintBands(board, brush);
  paintFrames(board, brush);
  paintEvents(board, brush);
  paintConnections(board, brush);
  paintPromises(board, brush);
  paintChosen(board, brush);
}

function brushFor(board: Board): Brush | undefined {
  const { view, canvas, stage, fromMs, toMs } = board;
  const pen = canvas.getContext('2d');
  const width = stage.clientWidth;
  if (pen === null || width === 0) return undefined;
  const promises = Math.min(view.promises.length, 12);
  const rows = connectionRows(board);
  const lanesEnd = 40 + view.lanes.length * 44;
  const height = lanesEnd + (rows > 0 ? rows * 13 + 10 : 0) + promises * 13 + 12;
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
  }
  const style = getComputedStyle(document.documentElement);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = '11px system-ui, sans-serif';
  pen.lineWidth = 1;
  const left = 120;
  const colours = new Map<string, string>();
  return {
    pen,
    width,
    height,
    lanesEnd,
    colour(name) {
      const known = colours.get(name);
      if (known !== undefined) return known;
      const value = style.getPropertyValue(`--${name}`).trim();
      colours.set(name, value);
      return value;
    },
    x: (ms) => left + ((ms - fromMs) / (toMs - fromMs)) * (width - left - 12),
    y: (lane) => 40 + lane * 44 + 12,
  };
}

function paintAxis({ fromMs, toMs }: Board, { pen, width, height, colour, x }: Brush): void {
  const rough = (toMs - fromMs) / Math.max(2, width / 140);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  pen.fillStyle = colour('dim');
  pen.strokeStyle = colour('line');
  for (let ms = Math.ceil(fromMs / step) * step; ms <= toMs; ms += step) {
    const at = x(ms);
    pen.globalAlpha = 0.5;
    pen.beginPath();
    pen.moveTo(at, 18);
    pen.lineTo(at, height);
    pen.stroke();
    pen.globalAlpha = 1;
    const text = step >= 1_000 ? `${Math.round(ms / 1_000)} s` : `${(ms / 1_000).toFixed(step >= 100 ? 1 : 3)} s`;
    pen.fillText(text, Math.min(at + 3, width - pen.measureText(text).width - 2), 13);
  }
}

function paintLanes({ view, fromMs, toMs }: Board, { pen, width, colour, x, y }: Brush): void {
  view.lanes.forEach((name, lane) => {
    pen.fillStyle = colour('text');
    pen.fillText(name.length > 17 ? `${name.slice(0, 16)}…` : name, 6, y(lane) + 4);
    pen.strokeStyle = colour('line');
    pen.beginPath();
    pen.moveTo(120, y(lane));
    pen.lineTo(width - 12, y(lane));
    pen.stroke();
  });
  for (const { lane, state, fromMs: began, toMs: ended } of view.lives) {
    const [at, from, to] = [y(view.lanes.indexOf(lane)), Math.max(120, x(began)), Math.min(width - 12, x(ended))];
    if (ended < fromMs || began > toMs) continue;
    const isOver = state.startsWith('exited');
    pen.fillStyle = colour(isOver ? 'bad' : state === 'ready' || state === 'resumed' ? 'good' : 'dim');
    pen.globalAlpha = state === 'ready' || state === 'resumed' ? 0.35 : 0.7;
    if (isOver) pen.fillRect(from - 2, at - 9, 4, 18);
    else pen.fillRect(from, at - 3, Math.max(1, to - from), 6);
    pen.globalAlpha = 1;
    const { width: room } = pen.measureText(state);
    if (isOver || to - from > room + 8) pen.fillText(state, Math.min(from + 4, width - 12 - room), at - 6);
  }
}

function paintBands({ view }: Board, { pen, width, colour, x, y }: Brush): void {
  view.bands.forEach(({ step, target, fromMs, toMs, firedMs }, order) => {
    const link = view.links.find(({ name }) => name === target);
    const lane = view.lanes.indexOf(target);
    const [top, bottom] = link
      ? [Math.min(y(link.from), y(link.to)), Math.max(y(link.from), y(link.to))]
      : [y(Math.max(0, lane)) - 10, y(Math.max(0, lane)) + 10];
    const [from, to] = [Math.max(120, x(fromMs)), Math.min(width - 12, x(toMs))];
    if (to < from) return;
    pen.fillStyle = colour('fault');
    pen.strokeStyle = colour('fault');
    pen.globalAlpha = 0.1;
    pen.fillRect(from, top, to - from, Math.max(8, bottom - top));
    pen.globalAlpha = 1;
    pen.setLineDash([4, 3]);
    pen.strokeRect(from + 0.5, top + 0.5, to - from, Math.max(8, bottom - top));
    pen.setLineDash([]);
    pen.fillText(step, from + 14, top + 12 + 12 * (order % 3));
    for (const ms of firedMs) {
      const at = x(ms);
      if (at < 120 || at > width - 12) continue;
      pen.beginPath();
      pen.moveTo(at - 4, top - 7);
      pen.lineTo(at + 4, top - 7);
      pen.lineTo(at, top + 1);
      pen.fill();
    }
  });
}

/** A row for each link, and more where connections of a link stand at the same time. Found once, as it does not change. */
function connectionRows(board: Board): number {
  if (board.rows !== undefined) return board.rows.length;
  const rows: NonNullable<Board['rows']> = [];
  for (const [link, ofLink] of Map.groupBy(board.view.connections, (each) => each.link)) {
    const own: NonNullable<Board['rows']> = [];
    for (const each of ofLink) {
      const free = own.find(({ bars }) => (bars.at(-1)?.toMs ?? 0) <= each.fromMs) ?? (own.length >= 4 ? own.at(-1) : undefined);
      if (free) free.bars.push(each);
      else own.push({ link: own.length === 0 ? link : '', bars: [each] });
    }
    rows.push(...own);
  }
  board.rows = rows;
  return rows.length;
}

/** From opened to closed. A thick end is a reset, a refused dial or a connection that nobody ended; an open bar outlived the history. */
function paintConnections({ rows = [], fromMs, toMs }: Board, { pen, width, lanesEnd, colour, x }: Brush): void {
  rows.forEach(({ link, bars }, row) => {
    const top = lanesEnd + row * 13 + 3;
    pen.fillStyle = colour('dim');
    if (link !== '') pen.fillText(link.length > 18 ? `${link.slice(0, 17)}…` : link, 6, top + 9);
    let drawnTo = -1;
    let saidTo = 0;
    for (const { connection, fromMs: began, toMs: ended, how, isHard } of bars) {
      if (ended < fromMs || began > toMs) continue;
      const [from, to] = [Math.max(120, x(began)), Math.min(width - 12, x(ended))];
      if (to <= drawnTo) continue;
      drawnTo = to;
      pen.fillStyle = colour('link');
      pen.globalAlpha = 0.35;
      pen.fillRect(from, top + 2, Math.max(1, to - from), 7);
      pen.globalAlpha = 1;
      if (how !== undefined && ended <= toMs) {
        pen.fillStyle = colour(isHard ? 'bad' : 'link');
        if (isHard) pen.fillRect(to - 2, top, 4, 11);
        else pen.fillRect(to - 1, top + 1, 1, 9);
      }
      const text = `${connection}${how === undefined ? '' : `: ${how}`}`;
      const room = to - Math.max(from, saidTo);
      if (pen.measureText(text).width + 8 > room) continue;
      pen.fillStyle = colour('text');
      pen.fillText(text, Math.max(from, saidTo) + 4, top + 10);
      saidTo = to;
    }
  });
}

function paintPromises({ view, fromMs, toMs }: Board, { pen, width, height, colour, x }: Brush): void {
  const order = { broken: 0, late: 1, open: 2, kept: 3 };
  const rows = view.promises
    .filter((promise) => promise.toMs >= fromMs && promise.fromMs <= toMs)
    .toSorted((a, b) => order[a.state] - order[b.state] || b.toMs - b.fromMs - (a.toMs - a.fromMs))
    .slice(0, 12);
  const top = height - 13 * rows.length - 8;
  if (rows.length > 0) {
    pen.fillStyle = colour('dim');
    pen.fillText('promises', 6, top + 10);
  }
  rows.forEach(({ what, fromMs: began, toMs: ended, state }, row) => {
    const [from, to] = [Math.max(120, x(began)), Math.min(width - 12, x(ended))];
    pen.fillStyle = colour(state === 'kept' ? 'good' : state === 'open' ? 'dim' : 'bad');
    pen.strokeStyle = pen.fillStyle;
    if (state === 'kept') pen.strokeRect(from + 0.5, top + row * 13 + 1.5, Math.max(1, to - from), 9);
    else pen.fillRect(from, top + row * 13 + 1, Math.max(2, to - from), 11);
    const text = `${state}: ${what}`.slice(0, 90);
    const { width: room } = pen.measureText(text);
    const at = to + 4 + room <= width - 12 ? to + 4 : to - from > room + 8 ? from + 4 : Math.max(120, from - 4 - room);
    pen.fillStyle = colour(at > from && at < to && state !== 'kept' ? 'bg' : state === 'kept' ? 'dim' : 'text');
    pen.fillText(text, at, top + row * 13 + 10);
  });
}

function paintChosen(board: Board, { pen, height, colour, x }: Brush): void {
  const event = board.shown[board.chosen];
  if (event === undefined) return;
  pen.strokeStyle = colour('text');
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(x(event.ms), 16);
  pen.lineTo(x(event.ms), height);
  pen.stroke();
}

export const PAINT = [paint, brushFor, paintAxis, paintLanes, paintBands, connectionRows, paintConnections, paintPromises, paintChosen];
