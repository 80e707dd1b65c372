// While one link is faulty, unrelated links must still answer: side probes, and WebSocket pings on links that promise a
// pong. If one peer blocks the event loop of a node, this part sees it first.
import { eventsOf, observationsOf, type History } from '../../model/judging/history.ts';
import type { Direction, Link } from '../../model/system/link.ts';
import type { Plan } from '../../model/judging/oracle.ts';
import { armedSpans, awaySpans, effectSpans, overlaps } from '../evidence/spans.ts';
import { lateness } from '../evidence/starvation.ts';
import type { Suspicion } from '../evidence/suspicion.ts';
import { lasting } from '../../model/text/words.ts';

export function lateAnswers(history: History, plan: Plan): Suspicion[] {
  const promising = plan.topology.links.filter((link) => link.pongWithinMs !== undefined);
  return [...lateSides(history, plan), ...promising.flatMap((link) => latePongs(history, plan, link, link.pongWithinMs as number))];
}

interface Late {
  /** Infinity when no answer came. */
  latencyMs: number;
  /** How long it had the right to an answer and got none. */
  waitedMs: number;
  askedMs: number;
  events: readonly number[];
}

function lateSides(history: History, plan: Plan): Suspicion[] {
  const armed = armedSpans(history);
  const away = awaySpans(history, plan);
  const late = observationsOf(history, 'side').filter((side) => {
    if (side.latencyMs !== null && side.latencyMs <= side.boundMs) return false;
    const askedMs = side.atMs - waitedFor(side);
    const isAway = away.some((span) => side.node === span.node && overlaps(span, askedMs, side.atMs));
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

function latePongs(history: History, plan: Plan, link: Link, boundMs: number): Suspicion[] {
  const late = pingsOn(history, plan, link, boundMs).filter((ping) => ping.latencyMs > boundMs);
  return late.length === 0 ? [] : [suspect(history, link.name, `a ping on '${link.name}'`, boundMs, late)];
}

/** Every ping that had the right to an answer, with how long that took. */
function pingsOn(history: History, plan: Plan, link: Link, boundMs: number): Late[] {
  const frames = eventsOf(history, 'frame').filter((frame) => frame.link === link.name && (frame.type === 'ping' || frame.type === 'pong'));
  const closedMs = new Map(
    eventsOf(history, 'connection')
      .filter((event) => event.link === link.name && event.state === 'closed')
      .map((event) => [event.connection, event.atMs]),
  );
  const effects = Map.groupBy(
    effectSpans(history).filter((span) => span.target === link.name),
    (span) => span.connection,
  );
  const away = awaySpans(history, plan).filter((span) => span.node === link.from || span.node === link.to);
  const watchEndMs = driveEndMs(history);

  const { pings, answers } = matched(frames);
  return pings.flatMap((ping) => {
    const pong = answers.get(ping);
    const dueMs = ping.atMs + boundMs;
    const answeredMs = pong?.atMs ?? Infinity;
    const excuses = [...(effects.get(ping.connection) ?? []), ...away];
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

type Frame = ReturnType<typeof eventsOf<'frame'>>[number];

/**
 * RFC 6455, 5.5.3: a pong carries the data of the ping that it answers, and may leave out the pings before that one. A
 * pong with other data is nobody's answer.
 */
function matched(frames: readonly Frame[]): { pings: readonly Frame[]; answers: ReadonlyMap<Frame, Frame> } {
  const waiting = new Map<string, Frame[]>();
  const answers = new Map<Frame, Frame>();
  for (const frame of frames) {
    const asker = frame.type === 'ping' ? frame.direction : opposite(frame.direction);
    const asked = waiting.get(`${frame.connection} ${asker}`) ?? [];
    waiting.set(`${frame.connection} ${asker}`, asked);
    if (frame.type === 'ping') asked.push(frame);
    else for (const ping of asked.splice(0, asked.findLastIndex((each) => carriesSame(each, frame)) + 1)) answers.set(ping, frame);
  }
  return { pings: frames.filter((frame) => frame.type === 'ping'), answers };
}

/** What was not captured is taken for the same. */
function carriesSame(ping: Frame, pong: Frame): boolean {
  return ping.payload === undefined || pong.payload === undefined || ping.payload === pong.payload;
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
      code: 'TW-HANG-NEIGHBOUR',
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
