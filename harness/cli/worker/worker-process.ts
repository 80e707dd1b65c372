// One worker, seen from the process that counts. It is asked by messages, watched by its heartbeat, and ended when it no
// longer answers. Its end is an answer like any other.
import type { ChildProcess } from 'node:child_process';
import { endOf, forkWorker, killGroup, pidOfWorker } from './fork-worker.ts';
import { watchHeart } from './heartbeat.ts';
import { isReport, ownerOf, type Answer, type Ask, type Order, type Report } from './messages.ts';

export interface WorkerProcess {
  /** Resolves also when the worker dies of it. `patienceMs` passes only while its event loop turns. */
  ask(ask: Ask, patienceMs: number): Promise<Answer | Died>;
  readonly dead: boolean;
  interrupt(): void;
  /** Lets it finish what it has to; resolves when it has gone. */
  close(): Promise<void>;
}

export interface Died {
  to: 'died';
  /** How, in one line. */
  how: string;
  /** It was ended by code of something that was done here before. */
  byAnother: boolean;
}

const BEAT_MS = 500;
const INTERRUPT_WITHIN_MS = 20_000;
const CLOSE_WITHIN_MS = 10_000;

export function startWorker(root: string, boxed: boolean, onStray: (line: string, owner: string) => void): WorkerProcess {
  const child = forkWorker(root, boxed);
  const waiting = waitingAsks();
  let end: { how: string; owner?: string } | undefined;
  let dead = false;
  let played = false;
  const kill = (how: string): void => {
    end ??= { how };
    killGroup(child);
  };
  const heart = watchHeart(() => pidOfWorker(child, boxed), kill);

  child.on('message', (report: Report) => {
    if (!isReport(report)) return;
    heart.heard();
    if ('beat' in report) waiting.beat(kill);
    else if ('stray' in report) onStray(report.stray, report.owner);
    else if ('answer' in report) waiting.settle(report.id, report.answer);
    else {
      const { lastWords, owner } = report;
      end ??= { how: lastWords, ...(owner !== undefined && { owner }) };
      if (owner !== undefined && !waiting.has(owner)) onStray(lastWords, owner);
    }
  });
  const gone = endOf(child).then((words) => {
    dead = true;
    heart[Symbol.dispose]();
    killGroup(child);
    waiting.died(end ?? { how: words });
  });

  return {
    get dead() {
      return dead;
    },
    ask(ask, patienceMs) {
      if (dead) return Promise.resolve({ to: 'died', how: 'it had ended', byAnother: true });
      played ||= ask.do === 'play';
      const { id, answer } = waiting.add(ask, patienceMs);
      tell(child, { id, ask });
      return answer;
    },
    interrupt() {
      tell(child, { order: 'interrupt' });
      waiting.hurry(INTERRUPT_WITHIN_MS);
    },
    async close() {
      if (played) tell(child, { order: 'close' });
      else kill('it was not needed any more');
      const timer = setTimeout(() => kill('it did not end when it was told to'), CLOSE_WITHIN_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}

function tell(child: ChildProcess, order: Order): void {
  if (child.connected) child.send(order, () => undefined);
}

interface Waiting {
  ask: Ask;
  patienceMs: number;
  leftMs: number;
  resolve: (answer: Answer | Died) => void;
}

/** What a worker has been asked and has not answered. */
function waitingAsks() {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  const settle = (id: number, answer: Answer | Died): void => {
    waiting.get(id)?.resolve(answer);
    waiting.delete(id);
    // Whoever answers one question is at work on the others.
    for (const entry of waiting.values()) entry.leftMs = entry.patienceMs;
  };
  return {
    settle,
    add(ask: Ask, patienceMs: number): { id: number; answer: Promise<Answer | Died> } {
      const id = ++lastId;
      return { id, answer: new Promise((resolve) => waiting.set(id, { ask, patienceMs, leftMs: patienceMs, resolve })) };
    },
    has: (owner: string): boolean => [...waiting.values()].some(({ ask }) => ownerOf(ask) === owner),
    /** A case that does not end keeps its process busy; a question is given up alone. */
    beat(kill: (how: string) => void): void {
      for (const [id, entry] of waiting) {
        entry.leftMs -= BEAT_MS;
        if (entry.leftMs >= 0) continue;
        const why = `it did not come to its end within ${Math.round(entry.patienceMs / 1_000)} s`;
        if (entry.ask.do === 'play') kill(why);
        else settle(id, { to: 'failed', why });
      }
    },
    hurry(withinMs: number): void {
      for (const entry of waiting.values()) entry.leftMs = Math.min(entry.leftMs, withinMs);
    },
    died({ how, owner }: { how: string; owner?: string }): void {
      for (const [id, { ask }] of waiting) settle(id, { to: 'died', how, byAnother: owner !== undefined && owner !== ownerOf(ask) });
    },
  };
}
