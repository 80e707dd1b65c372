/// <reference lib="dom" />
// What happens in the page: copying, and the board of each case once it comes into sight.
import type { EventView } from '../../view/timeline-view.ts';
import type { Board } from './board.ts';
import type { Brush } from './paint.ts';

/** The functions of the other files, which are in the page under their names. */
interface Parts {
  boardFor: (article: HTMLElement, paint: (board: Board) => void) => Board;
  paint: (board: Board, parts: Parts) => void;
  paintFrames: (board: Board, brush: Brush) => void;
  paintEvents: (board: Board, brush: Brush) => void;
  filterEvents: (board: Board) => void;
  showRows: (board: Board) => void;
  chooseEvent: (board: Board, index: number) => void;
}

function start(parts: Parts): void {
  document.documentElement.classList.add('js');
  for (const button of document.querySelectorAll<HTMLElement>('[data-copy]')) button.addEventListener('click', () => void copy(button));
  const boards = new Map<HTMLElement, Board>();
  const boardOf = (article: HTMLElement): Board => {
    const known = boards.get(article);
    if (known) return known;
    const board = parts.boardFor(article, (each) => parts.paint(each, parts));
    boards.set(article, board);
    listen(board, parts);
    parts.filterEvents(board);
    return board;
  };
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) boardOf(target.closest('article') as HTMLElement);
  });
  for (const stage of document.querySelectorAll('[data-part="stage"]')) seen.observe(stage);
  for (const button of document.querySelectorAll<HTMLElement>('[data-jump]'))
    button.addEventListener('click', () => {
      const board = boardOf(button.closest('article') as HTMLElement);
      jumpTo(board, Number(button.dataset['jump']), parts);
    });
  window.addEventListener('resize', () => boards.forEach((board) => board.draw()));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => boards.forEach((board) => board.draw()));
}

async function copy(button: HTMLElement): Promise<void> {
  const source = document.querySelector(`#${button.dataset['copy']}`) as HTMLElement;
  const done = await navigator.clipboard?.writeText(source.textContent ?? '').then(
    () => true,
    () => false,
  );
  // Where the browser gives no clipboard to a file, the text is at least chosen.
  if (!done) {
    getSelection()?.selectAllChildren(source);
    document.execCommand('copy');
  }
  button.textContent = 'Copied';
  setTimeout(() => (button.textContent = 'Copy'), 2_000);
}

/** Whatever the filters leave out, the event that is asked for is shown. */
function jumpTo(board: Board, seq: number, { filterEvents, chooseEvent }: Parts): void {
  const isIt = (event: EventView): boolean => event.seq === seq;
  if (!board.shown.some(isIt)) {
    for (const name of ['lane', 'kind', 'text']) (board.find(name) as HTMLInputElement).value = '';
    filterEvents(board);
  }
  chooseEvent(board, board.shown.findIndex(isIt));
  board.stage.scrollIntoView({ block: 'center' });
  board.stage.focus();
}

function listen(board: Board, parts: Parts): void {
  const { filterEvents, chooseEvent, showRows } = parts;
  for (const name of ['lane', 'kind', 'text']) board.find(name).addEventListener('input', () => filterEvents(board));
  const on = (name: string, act: () => void): void => board.find(name).addEventListener('click', act);
  const turn = (pages: number): void => {
    const last = Math.max(0, Math.ceil(board.shown.length / 100) - 1);
    board.page = Math.min(last, Math.max(0, board.page + pages));
    showRows(board);
  };
  on('in', () => zoom(board, 0.5));
  on('out', () => zoom(board, 2));
  on('fit', () => fit(board));
  on('next', () => chooseEvent(board, nextProof(board)));
  on('page-back', () => turn(-1));
  on('page-on', () => turn(1));
  const acts: Record<string, () => void> = {
    '+': () => zoom(board, 0.5),
    '=': () => zoom(board, 0.5),
    '-': () => zoom(board, 2),
    '0': () => fit(board),
    n: () => chooseEvent(board, nextProof(board)),
    ArrowRight: () => chooseEvent(board, board.chosen + 1),
    ArrowLeft: () => chooseEvent(board, Math.max(0, board.chosen - 1)),
    Home: () => chooseEvent(board, 0),
    End: () => chooseEvent(board, board.shown.length - 1),
  };
  board.stage.addEventListener('keydown', (event) => {
    const act = acts[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  listenToPointer(board, parts);
}

/** A wheel scrolls the page; with Ctrl or Shift it zooms. */
function listenToPointer(board: Board, { chooseEvent }: Parts): void {
  const { stage } = board;
  const msAt = (x: number): number => {
    const { left, width } = stage.getBoundingClientRect();
    return board.fromMs + ((x - left - 120) / (width - 132)) * (board.toMs - board.fromMs);
  };
  stage.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.shiftKey) return;
      event.preventDefault();
      zoom(board, event.deltaY + event.deltaX > 0 ? 1.25 : 0.8, msAt(event.clientX));
    },
    { passive: false },
  );
  let from: { x: number; fromMs: number; toMs: number; moved: boolean } | undefined;
  stage.addEventListener('pointerdown', ({ clientX }) => (from = { x: clientX, fromMs: board.fromMs, toMs: board.toMs, moved: false }));
  window.addEventListener('pointermove', ({ clientX }) => {
    if (from === undefined || Math.abs(clientX - from.x) < 3) return;
    from.moved = true;
    const byMs = ((from.x - clientX) / (stage.clientWidth - 132)) * (from.toMs - from.fromMs);
    [board.fromMs, board.toMs] = [from.fromMs + byMs, from.toMs + byMs];
    board.draw();
  });
  window.addEventListener('pointerup', ({ clientX }) => {
    if (from !== undefined && !from.moved) chooseEvent(board, nearest(board, msAt(clientX)));
    from = undefined;
  });
}

function nearest({ shown }: Board, ms: number): number {
  let best = -1;
  shown.forEach((event, index) => {
    if (best < 0 || Math.abs(event.ms - ms) < Math.abs((shown[best] as EventView).ms - ms)) best = index;
  });
  return best;
}

/** After the chosen one, and then from the beginning. */
function nextProof({ shown, chosen }: Board): number {
  const after = shown.findIndex((event, index) => index > chosen && event.role !== undefined);
  return after >= 0 ? after : shown.findIndex((event) => event.role !== undefined);
}

function zoom(board: Board, factor: number, aroundMs = board.shown[board.chosen]?.ms ?? (board.fromMs + board.toMs) / 2): void {
  const span = Math.min(Math.max((board.toMs - board.fromMs) * factor, 0.05), 4 * Math.max(1, board.view.toMs - board.view.fromMs));
  const share = (aroundMs - board.fromMs) / (board.toMs - board.fromMs);
  board.fromMs = aroundMs - span * share;
  board.toMs = board.fromMs + span;
  board.draw();
}

function fit(board: Board): void {
  board.fromMs = board.view.fromMs;
  board.toMs = Math.max(board.view.toMs, board.view.fromMs + 1);
  board.draw();
}

export const START = [start, copy, jumpTo, listen, listenToPointer, nearest, nextProof, zoom, fit];
