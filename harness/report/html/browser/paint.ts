/// <reference lib="dom" />
// Draws the timeline. Only what is in sight is drawn, and of arrows that fall on one another only the first.
import type { EventView } from '../../view/timeline-view.ts';
import type { Board } from './board.ts';

interface Brush {
  pen: CanvasRenderingContext2D;
  width: number;
  height: number;
  colour: (name: string) => string;
  x: (ms: number) => number;
  y: (lane: number) => number;
}

function paint(board: Board): void {
  const brush = brushFor(board);
  if (brush === undefined) return;
  paintAxis(board, brush);
  paintLanes(board, brush);
  paintBands(board, brush);
  paintFrames(board, brush);
  paintEvents(board, brush);
  paintPromises(board, brush);
  paintChosen(board, brush);
}

function brushFor({ view, canvas, stage, fromMs, toMs }: Board): Brush | undefined {
  const pen = canvas.getContext('2d');
  const width = stage.clientWidth;
  if (pen === null || width === 0) return undefined;
  const promises = Math.min(view.promises.length, 12);
  const height = 40 + view.lanes.length * 44 + promises * 13 + 12;
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
  return {
    pen,
    width,
    height,
    colour: (name) => style.getPropertyValue(`--${name}`).trim(),
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
    pen.fillText(step >= 1_000 ? `${Math.round(ms / 1_000)} s` : `${(ms / 1_000).toFixed(step >= 100 ? 1 : 3)} s`, at + 3, 13);
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
    if (isOver || to - from > 60) pen.fillText(state, from + 4, at - 6);
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
    pen.fillText(step, from + 4, top + 12 + 12 * (order % 3));
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

function paintFrames({ view, shown, fromMs, toMs }: Board, { pen, colour, x, y }: Brush): void {
  const links = new Map(view.links.map((link) => [link.name, link]));
  const drawn = new Set<string>();
  pen.strokeStyle = colour('link');
  pen.fillStyle = colour('link');
  pen.globalAlpha = 0.75;
  for (const event of shown) {
    if (event.kind !== 'frame' || event.ms < fromMs || event.ms > toMs) continue;
    const link = links.get(event.lane);
    const at = Math.round(x(event.ms));
    const key = `${event.lane} ${event.up === true} ${at}`;
    if (link === undefined || drawn.has(key)) continue;
    drawn.add(key);
    const [from, to] = event.up ? [y(link.from), y(link.to)] : [y(link.to), y(link.from)];
    const tip = to > from ? -6 : 6;
    pen.beginPath();
    pen.moveTo(at + 0.5, from);
    pen.lineTo(at + 0.5, to);
    pen.stroke();
    pen.beginPath();
    pen.moveTo(at + 0.5, to);
    pen.lineTo(at - 2.5, to + tip);
    pen.lineTo(at + 3.5, to + tip);
    pen.fill();
  }
  pen.globalAlpha = 1;
}

function laneIndexOf({ view }: Board, { lane }: EventView): number {
  const link = view.links.find(({ name }) => name === lane);
  return link ? link.from : Math.max(0, view.lanes.indexOf(lane));
}

/** Log lines and readings are ticks, what is a part of the finding is a sign. */
function paintEvents(board: Board, { pen, colour, x, y }: Brush): void {
  const { shown, fromMs, toMs } = board;
  const drawn = new Set<string>();
  for (const event of shown) {
    if (event.ms < fromMs || event.ms > toMs || (event.kind === 'frame' && event.role === undefined)) continue;
    const lane = laneIndexOf(board, event);
    const at = Math.round(x(event.ms));
    const key = `${lane} ${at} ${event.role ?? ''}`;
    if (drawn.has(key)) continue;
    drawn.add(key);
    pen.fillStyle = colour(event.role === 'wrong' ? 'bad' : event.role === 'fault' ? 'fault' : 'dim');
    if (event.role === 'wrong' || event.role === 'fault') {
      pen.font = 'bold 15px system-ui, sans-serif';
      pen.fillText(event.role === 'wrong' ? '✖' : '⚡', at - 6, y(lane) + 18);
      pen.font = '11px system-ui, sans-serif';
    } else if (event.role === 'proof') {
      pen.beginPath();
      pen.arc(at, y(lane) + 10, 3, 0, 7);
      pen.fill();
    } else pen.fillRect(at, y(lane) + 6, 1, event.kind === 'log' ? 8 : 5);
  }
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
    if (state === 'kept') return;
    const isBehind = to + 4 <= width - 380;
    pen.fillStyle = colour(isBehind ? 'text' : 'bg');
    pen.fillText(`${state}: ${what}`.slice(0, 90), isBehind ? to + 4 : from + 4, top + row * 13 + 10);
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

export const PAINT = [
  paint,
  brushFor,
  paintAxis,
  paintLanes,
  paintBands,
  paintFrames,
  laneIndexOf,
  paintEvents,
  paintPromises,
  paintChosen,
];
