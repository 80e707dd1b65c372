// Connections of links that are open at rest, and dials while nothing happens. Both are counted, so they stand on any machine.
// Only what the fault server carries is seen: a link that is not proxied in a case has no connections in its history.
import { eventsOf, type History } from '../../model/judging/history.ts';
import type { Plan } from '../../model/judging/oracle.ts';
import { DRIVER, type Link } from '../../model/system/link.ts';
import { awaySpans, effectSpans, overlaps } from '../evidence/spans.ts';
import type { Suspicion } from '../evidence/suspicion.ts';

/** A flap that leaves so many times what was there before has multiplied them. */
const MULTIPLIED_MIN = 3;
/** A client that has lost its peer may need one or two more attempts after everything is well again. */
const DIALS_MAX = 4;

export function connectionsAtRest(history: History, plan: Plan): Suspicion[] {
  const rest = restIn(history);
  if (!rest) return [];
  const links = plan.topology.links.filter((link) => link.from !== DRIVER);
  return links.flatMap((link) => {
    const lives = livesOf(link.name, history);
    return lives.length === 0 ? [] : [...tooMany(link, lives, rest, history, plan), ...churn(link, lives, rest, history, plan)];
  });
}

interface Life {
  openedMs: number;
  /** Infinity while it is open. */
  closedMs: number;
  /** The node that listens has said something. */
  answered: boolean;
  seq: number;
}

interface Rest {
  fromMs: number;
  toMs: number;
}

/** From the lift of all faults until everything is stopped; undefined where the run did not come so far. */
function restIn(history: History): Rest | undefined {
  const phases = eventsOf(history, 'phase').filter(({ phase }) => phase === 'observe');
  const [began, ended] = [phases.find(({ state }) => state === 'began'), phases.find(({ state }) => state === 'ended')];
  return began && ended && { fromMs: began.atMs, toMs: ended.atMs };
}

function livesOf(link: string, history: History): Life[] {
  const lives = new Map<number, Life>();
  for (const event of history) {
    if ((event.kind !== 'connection' && event.kind !== 'frame') || event.link !== link) continue;
    const life = lives.get(event.connection);
    if (event.kind === 'frame') {
      if (life && event.direction === 'downstream') life.answered = true;
    } else if (event.state === 'opened')
      lives.set(event.connection, { openedMs: event.atMs, closedMs: Infinity, answered: false, seq: event.seq });
    else if (life) life.closedMs = event.atMs;
  }
  return [...lives.values()];
}

/** More are open than the link says it needs; where it says nothing, many times more than before a fault, and nobody asked for them. */
function tooMany(link: Link, lives: readonly Life[], { toMs }: Rest, history: History, plan: Plan): Suspicion[] {
  const open = openAt(lives, toMs);
  const found = (before: number, of: string): Suspicion[] => [
    {
      finding: {
        code: 'TW-LEAK-CONNECTIONS',
        message: `'${link.from}' holds ${open.length} connections of '${link.name}' at rest, ${of} ${before}`,
        subject: link.from,
        events: open.map(({ seq }) => seq),
      },
    },
  ];
  if (link.connectionsAtRest !== undefined) return open.length > link.connectionsAtRest ? found(link.connectionsAtRest, 'and needs') : [];
  const brokenMs = Math.min(...effectSpans(history).flatMap(({ target, fromMs }) => (target === link.name ? [fromMs] : [])));
  // A pool of HTTP connections has as many as there were requests at once.
  if (brokenMs === Infinity || link.framing === 'http') return [];
  const before = Math.max(
    ...[0, ...lives.map(({ openedMs }) => openedMs)].filter((atMs) => atMs < brokenMs).map((atMs) => openAt(lives, atMs).length),
  );
  const extra = open.length - before;
  const multiplied = before > 0 && open.length >= before * MULTIPLIED_MIN;
  return multiplied && extra > askedSince(brokenMs, history, plan) ? found(before, 'before the fault it held') : [];
}

function openAt(lives: readonly Life[], atMs: number): readonly Life[] {
  return lives.filter(({ openedMs, closedMs }) => openedMs <= atMs && closedMs > atMs);
}

/** Each thing that the script does may be the lawful cause of a connection. */
function askedSince(fromMs: number, history: History, { topology }: Plan): number {
  const ofDriver = new Set(topology.links.filter(({ from }) => from === DRIVER).map(({ name }) => name));
  return history.filter((event) => {
    if (event.atMs < fromMs) return false;
    if (event.kind === 'operation') return event.state === 'invoked';
    if (event.kind === 'node') return event.state === 'ready';
    return (event.kind === 'connection' || event.kind === 'frame') && ofDriver.has(event.link);
  }).length;
}

/** Dials that come to nothing, again and again, at rest. A WebSocket is there to stay, so there its answer to the upgrade is nothing yet. */
function churn(link: Link, lives: readonly Life[], { fromMs, toMs }: Rest, history: History, plan: Plan): Suspicion[] {
  const isIdle = (life: Life): boolean => link.framing === 'websocket' || !life.answered;
  const dials = lives.filter((life) => life.openedMs > fromMs && life.closedMs < toMs && isIdle(life));
  if (dials.length <= DIALS_MAX) return [];
  // Whoever waits for a node that is gone may knock as often as it likes.
  const away = awaySpans(history, plan).filter((span) => span.node === link.to);
  const broken = effectSpans(history).filter(({ target }) => target === link.name);
  if ([...away, ...broken].some((span) => overlaps(span, fromMs, toMs))) return [];
  const message = `'${link.from}' dials '${link.to}' again and again at rest (${dials.length} connections of '${link.name}' came and went)`;
  return [{ finding: { code: 'TW-LEAK-DIALS', message, subject: link.from, events: dials.map(({ seq }) => seq) } }];
}
