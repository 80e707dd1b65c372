/// <reference lib="dom" />
// The board of a case in the browser: what is shown, what is chosen, and the table of events beside the canvas. The functions of this
// folder are written into the page as they are, so none of them imports anything that is left at run time.
import type { ConnectionView, EventView, TimelineView } from '../../view/timeline-view.ts';

export interface Board {
  view: TimelineView;
  stage: HTMLElement;
  canvas: HTMLCanvasElement;
  /** In milliseconds of the run. */
  fromMs: number;
  toMs: number;
  shown: readonly EventView[];
  chosen: number;
  page: number;
  /** Of what is shown; made when it is drawn. */
  index?: TimeIndex;
  /** Of connections: whose, and the bars of one row. */
  rows?: { link: string; bars: ConnectionView[] }[];
  draw: () => void;
  find: (name: string) => HTMLElement;
}

/** The shown events by their times, and where each belongs. */
export interface TimeIndex {
  /** Of which list: a new filter makes a new list. */
  of: readonly EventView[];
  /** In the order of time. */
  events: readonly EventView[];
  /** The times of those, in milliseconds. */
  ms: Float64Array;
  /** Their link in `view.links`, or -1. */
  link: Int16Array;
  /** Where they stand when they are no arrow. */
  lane: Int16Array;
}

function boardFor(article: HTMLElement, paint: (board: Board) => void): Board {
  const view = JSON.parse(article.querySelector('script[type="application/json"]')?.textContent ?? '{}') as TimelineView;
  const find = (name: string): HTMLElement => article.querySelector(`[data-part="${name}"]`) as HTMLElement;
  const stage = find('stage');
  let isDrawing = false;
  const board: Board = {
    view,
    stage,
    canvas: stage.querySelector('canvas') as HTMLCanvasElement,
    fromMs: view.fromMs,
    toMs: Math.max(view.toMs, view.fromMs + 1),
    shown: view.events,
    chosen: -1,
    page: 0,
    find,
    draw() {
      if (isDrawing) return;
      isDrawing = true;
      requestAnimationFrame(() => {
        isDrawing = false;
        paint(board);
      });
    },
  };
  fillChoices(board);
  return board;
}

function fillChoices({ view, find }: Board): void {
  const fill = (name: string, values: readonly string[]): void =>
    find(name).append(
      ...values.map((value) => {
        const option = document.createElement('option');
        option.value = value;
        option.textContent = value;
        return option;
      }),
    );
  fill('lane', [...new Set(view.events.map(({ lane }) => lane))].toSorted());
  fill('kind', [...new Set(view.events.map(({ kind }) => kind as string))].toSorted());
}

function valueOf(board: Board, name: string): string {
  return (board.find(name) as HTMLInputElement).value;
}

function filterEvents(board: Board): void {
  const [lane, kind, text] = [valueOf(board, 'lane'), valueOf(board, 'kind'), valueOf(board, 'text').toLowerCase()];
  const chosen = board.shown[board.chosen];
  board.shown = board.view.events.filter(
    (event) =>
      (lane === '' || event.lane === lane) &&
      (kind === '' || event.kind === kind) &&
      (text === '' || event.text.toLowerCase().includes(text) || (event.said ?? '').toLowerCase().includes(text)),
  );
  board.chosen = chosen === undefined ? -1 : board.shown.indexOf(chosen);
  board.page = Math.max(0, Math.floor(board.chosen / 100));
  showRows(board);
  board.draw();
}

function showRows(board: Board): void {
  const { shown, page, find } = board;
  const rows = shown.slice(page * 100, page * 100 + 100).map((event, at) => rowOf(board, event, page * 100 + at));
  find('rows').replaceChildren(...rows);
  const last = Math.max(1, Math.ceil(shown.length / 100));
  find('count').textContent = `${shown.length} of ${board.view.events.length} events, page ${page + 1} of ${last}`;
}

function rowOf(board: Board, event: EventView, index: number): HTMLTableRowElement {
  const row = document.createElement('tr');
  row.className = `role-${event.role ?? 'beside'}${index === board.chosen ? ' now' : ''}`;
  for (const text of [`${(event.ms / 1_000).toFixed(3)} s`, event.lane, event.kind, event.text, event.role ?? '']) {
    const cell = document.createElement('td');
    cell.textContent = text;
    row.append(cell);
  }
  const choose = document.createElement('button');
  choose.type = 'button';
  choose.textContent = String(event.seq);
  choose.setAttribute('aria-label', `Show event ${event.seq}`);
  choose.addEventListener('click', () => chooseEvent(board, index));
  const cell = document.createElement('td');
  cell.append(choose);
  row.prepend(cell);
  return row;
}

/** Chooses it, and brings it into the part of the time that is seen. */
function chooseEvent(board: Board, index: number): void {
  const event = board.shown[index];
  if (event === undefined) return;
  board.chosen = index;
  board.page = Math.floor(index / 100);
  const span = board.toMs - board.fromMs;
  if (event.ms < board.fromMs || event.ms > board.toMs) [board.fromMs, board.toMs] = [event.ms - span / 2, event.ms + span / 2];
  showRows(board);
  showEvent(board, event);
  board.draw();
}

function showEvent({ find }: Board, event: EventView): void {
  const role = event.role === undefined ? '' : ` (${event.role})`;
  find('told').textContent = `event ${event.seq} at ${(event.ms / 1_000).toFixed(3)} s, ${event.lane}${role}: ${event.text}`;
  const [decoded, hex] = [find('decoded'), find('hex')];
  find('bytes').hidden = event.said === undefined;
  if (event.said === undefined) return;
  const isRaw = event.rawFrom !== undefined;
  const bytes = isRaw ? Uint8Array.from(event.said, (byte) => byte.charCodeAt(0)) : new TextEncoder().encode(event.said);
  const mark = event.markAt === undefined ? undefined : Math.min(event.markAt, Math.max(0, bytes.length - 1));
  find('mark').textContent =
    event.mark === undefined
      ? ''
      : `'${event.mark}' acted behind byte ${event.markAt} of ${isRaw ? 'the bytes around the hit' : 'what it says'}. A secret that was replaced moves what stands behind it.`;
  decoded.replaceChildren(...markedText(bytes, mark));
  hex.replaceChildren(...markedHex(bytes, mark, event.rawFrom ?? 0));
}

function markedText(bytes: Uint8Array, mark: number | undefined): (Node | string)[] {
  const text = (from: number, to: number): string =>
    new TextDecoder()
      .decode(bytes.slice(from, to))
      .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\uFFFD');
  if (mark === undefined) return [text(0, bytes.length)];
  let end = mark + 1;
  while (end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end += 1;
  let from = mark;
  while (from > 0 && ((bytes[from] as number) & 0xc0) === 0x80) from -= 1;
  return [text(0, from), markedNode(text(from, end)), text(end, bytes.length)];
}

/** @param first the number of the first byte. */
function markedHex(bytes: Uint8Array, mark: number | undefined, first: number): (Node | string)[] {
  const parts: (Node | string)[] = [];
  for (let line = 0; line < bytes.length; line += 16) {
    const row = Array.from(bytes.subarray(line, line + 16));
    parts.push(`${(first + line).toString(16).padStart(6, '0')}  `);
    row.forEach((byte, at) => {
      const text = byte.toString(16).padStart(2, '0');
      parts.push(line + at === mark ? markedNode(text) : text, at === 7 ? '  ' : ' ');
    });
    const printable = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    parts.push(`${' '.repeat((16 - row.length) * 3 + (row.length < 8 ? 1 : 0))} ${printable}\n`);
  }
  return parts;
}

function markedNode(text: string): HTMLElement {
  const mark = document.createElement('mark');
  mark.textContent = text;
  return mark;
}

export const BOARD = [
  boardFor,
  fillChoices,
  valueOf,
  filterEvents,
  showRows,
  rowOf,
  chooseEvent,
  showEvent,
  markedText,
  markedHex,
  markedNode,
];
