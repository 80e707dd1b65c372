// While one link is faulty, unrelated ones still answer: side probes, and WebSocket pings on links that promise
// a pong. A node whose event loop is blocked by one peer shows here first.
import { eventsOf, observationsOf, type History } from '../model/history.ts';
import type { Direction, Link } from '../model/link.ts';
import type { Plan } from '../model/oracle.ts';
import { armedSpans, awaySpans, overlaps } from './spans.ts';
import { lateness } from './starvation.ts';
import type { Suspicion } from './suspicion.ts';
import { lasting } from './words.ts';

export function lateAnswers(history: History, plan: Plan): Suspicion[] {
  const promising = plan.topology.links.filter((link) => link.pongWithinMs !== undefined);
  return [...lateSides(history), ...promising.flatMap((link) => latePongs(history, link, link.pongWithinMs as number))];
}

interface Late {
  /** Infinity when no answer came. */
  latencyMs: number;
  /** How long it had the right to an answer and got none. */
  waitedMs: number;
  askedMs: number;
  events: readonly number[];
}

function lateSides(history: History): Suspicion[] {
  const armed = armedSpans(history);
  const away = awaySpans(history);
  const late = observationsOf(history, 'side').filter((side) => {
    if (side.latencyMs !== null && side.latencyMs <= side.boundMs) return false;
    const askedMs = side.atMs - waitedFor(side);
    // A probe says only by its name whom it asks: one named after a node is not judged while that node is away.
    const isAway = away.some((span) => side.name.includes(span.node) && overlaps(span, askedMs, side.atMs));
    return !isAway && armed.some((span) => overlaps(span, askedMs, side.atMs));
  });
  return [...Map.groupBy(late, (side) => side.name)].map(([name, ofName]) => {
    const boundMs = ofName[0]?.boundMs ?? 0;
    const answers = ofName.map((side) => ({
      latencyMs: side.latencyMs ?? Infinity,
      waitedMs: waitedFor(side),
      askedMs: side.atMs - waitedFor(side),
      events: [side.seq],
    }));
    return suspect(history, name, `side probe '${name}'`, boundMs, answers);
  });
}

/** Older histories do not say how long no answer came: as long as it was owed, at least. */
function waitedFor({ latencyMs, waitedMs, boundMs }: { latencyMs: number | null; waitedMs?: number; boundMs: number }): number {
  return latencyMs ?? waitedMs ?? boundMs;
}

function latePongs(history: History, link: Link, boundMs: number): Suspicion[] {
  const late = pingsOn(history, link, boundMs).filter((ping) => ping.latencyMs > boundMs);
  return late.length === 0 ? [] : [suspect(history, link.name, `a ping on '${link.name}'`, boundMs, late)];
}

/** Every ping that had the right to an answer, with how long that took. */
function pingsOn(history: History, link: Link, boundMs: number): Late[] {
  const frames = eventsOf(history, 'frame').filter((frame) => frame.link === link.name && (frame.type === 'ping' || frame.type === 'pong'));
  const closedMs = new Map(
    eventsOf(history, 'connection')
      .filter((event) => event.link === link.name && event.state === 'closed')
      .map((event) => [event.connection, event.atMs]),
  );
  const excuses = [
    ...armedSpans(history).filter((span) => span.target === link.name),
    ...awaySpans(history).filter((span) => span.node === link.from || span.node === link.to),
  ];
  const watchEndMs = driveEndMs(history);

  // RFC 6455, 5.5.3: one pong may answer several pings, so any later pong answers this one. Read from the end,
  // the next pong of each connection and direction is always at hand.
  const nextPong = new Map<string, (typeof frames)[number]>();
  const pings = frames.toReversed().flatMap((frame) => {
    if (frame.type === 'ping') return { ping: frame, pong: nextPong.get(`${frame.connection} ${opposite(frame.direction)}`) };
    nextPong.set(`${frame.connection} ${frame.direction}`, frame);
    return [];
  });

  return pings.toReversed().flatMap(({ ping, pong }) => {
    const dueMs = ping.atMs + boundMs;
    const answeredMs = pong?.atMs ?? Infinity;
    const excused =
      (closedMs.get(ping.connection) ?? Infinity) <= dueMs ||
      watchEndMs < dueMs ||
      excuses.some((span) => overlaps(span, ping.atMs, Math.min(answeredMs, dueMs)));
    if (excused) return [];
    const excusedMs = excuses.map((span) => span.fromMs).filter((fromMs) => fromMs > dueMs);
    const waitedMs = Math.min(answeredMs, closedMs.get(ping.connection) ?? Infinity, watchEndMs, ...excusedMs) - ping.atMs;
    return [{ latencyMs: answeredMs - ping.atMs, waitedMs, askedMs: ping.atMs, events: pong ? [ping.seq, pong.seq] : [ping.seq] }];
  });
}

function opposite(direction: Direction): Direction {
  return direction === 'upstream' ? 'downstream' : 'upstream';
}

function driveEndMs(history: History): number {
  const ended = eventsOf(history, 'phase').find((event) => event.phase === 'drive' && event.state === 'ended');
  return ended?.atMs ?? history.at(-1)?.atMs ?? 0;
}

function suspect(history: History, subject: string, asked: string, boundMs: number, late: readonly Late[]): Suspicion {
  const { doubt, unexplained } = lateness(
    history,
    late.map(({ askedMs, waitedMs }) => ({ fromMs: askedMs, waitedMs, boundMs })),
  );
  const details = [inWords(late), ...(unexplained === undefined ? [] : [unexplained])];
  return {
    finding: {
      message: `${asked} was not answered within ${lasting(boundMs)} (${details.join('; ')})`,
      subject,
      events: late.flatMap((answer) => answer.events),
    },
    ...(doubt && { doubt }),
  };
}

function inWords(late: readonly Late[]): string {
  const never = late.filter(({ latencyMs }) => !Number.isFinite(latencyMs)).length;
  const unanswered = never === 0 ? '' : `, ${never} of them never answered`;
  return `${late.length} times late${unanswered}; the longest wait was ${lasting(Math.max(...late.map(({ waitedMs }) => waitedMs)))}`;
}
