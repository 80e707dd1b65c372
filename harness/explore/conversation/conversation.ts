// What a system says while nothing is broken, learnt from several recordings: the classes of frames on each link, how often and how
// large, in which phase, how often each link is dialled, and what is left at rest. What differs between recordings is not stable.
import type { FrameMatch } from '../../model/faults/fault.ts';
import { eventsOf, observationsOf, type History, type KindOf } from '../../model/judging/history.ts';
import type { HeldMore } from '../../model/scenario.ts';
import type { Direction } from '../../model/system/link.ts';
import { LIFTED, WORK_MARKS } from '../work/play-work.ts';
import { classOf, isTaken } from './frame-class.ts';

/** `handshake`: before the second frame of a direction of a connection has passed, or before the work has begun. */
type TalkPhase = 'handshake' | 'steady';

export interface TalkClass {
  name: string;
  link: string;
  direction: Direction;
  match: FrameMatch;
  phase: TalkPhase;
  /** It, or what its trigger takes for it, came before every node was ready: then nothing is lifted before the system has come up. */
  atBoot: boolean;
  /** The connection on which it came first, from 1. */
  connection: number;
  /** It, or what its trigger takes for it, came on several connections of its link. */
  isSpread: boolean;
  /** How often it came on that connection, at least: what is counted on has come in every recording. */
  count: number;
  /** Of the first one, its header included. */
  bytes: number;
  /** Not in every recording, or not equally often. */
  unstable: boolean;
}

export interface Conversation {
  /** In the order of their names. */
  classes: readonly TalkClass[];
  /** How often each link was dialled, at least; links that nobody dialled are not named. */
  dials: Readonly<Record<string, number>>;
  /** How often each link had been dialled before the first item of the work; links that differ between recordings are not named. */
  dialsBeforeWork: Readonly<Record<string, number>>;
  /** What who dials says first, by link, where it was recorded. */
  openings: Readonly<Record<string, { name: string; text: string }>>;
  /** What was left at rest after the work, at most, by node and kind. */
  allowed: HeldMore;
  /** What was held at rest after the work, at most, by node and kind. */
  usual: HeldMore;
}

interface Seen extends Omit<TalkClass, 'unstable'> {
  counts: number[];
}

export function conversationIn(recordings: readonly History[]): Conversation {
  const seen = new Map<string, Seen>();
  for (const [index, history] of recordings.entries()) {
    for (const each of classesIn(history)) {
      const known = seen.get(each.name) ?? { ...each, counts: recordings.map(() => 0) };
      known.counts[index] = each.count;
      known.isSpread ||= each.isSpread;
      seen.set(each.name, known);
    }
  }
  const classes = [...seen.values()]
    .map(({ counts, ...each }) => ({
      ...each,
      count: Math.max(1, Math.min(...counts)),
      unstable: new Set(counts).size > 1,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    classes,
    dials: dialsIn(recordings),
    dialsBeforeWork: dialsBeforeWorkIn(recordings),
    openings: openingsIn(recordings),
    allowed: allowedIn(recordings),
    usual: usualIn(recordings),
  };
}

/** Of the work alone: what comes after the lift meets no fault any more. */
function classesIn(history: History): Omit<Seen, 'counts'>[] {
  const endMs = eventsOf(history, 'mark').find(({ name }) => name === LIFTED)?.atMs ?? Infinity;
  const driveMs = driveMsIn(history);
  const classes = new Map<string, Omit<Seen, 'counts'>>();
  for (const frame of eventsOf(history, 'frame')) {
    if (frame.atMs > endMs) continue;
    const each = classOf(frame);
    const known = classes.get(each.name);
    if (known) {
      if (known.connection === frame.connection) known.count += 1;
      continue;
    }
    const phase = frame.atMs < driveMs || frame.index <= 2 ? 'handshake' : 'steady';
    classes.set(each.name, {
      ...each,
      phase,
      atBoot: frame.atMs < driveMs,
      connection: frame.connection,
      count: 1,
      bytes: frame.bytes ?? 0,
      isSpread: false,
    });
  }
  const frames = eventsOf(history, 'frame');
  return [...classes.values()].map((each) => ({
    ...each,
    atBoot: each.atBoot || frames.some((frame) => frame.atMs < driveMs && isOf(each, frame)),
    isSpread: frames.some((frame) => frame.connection !== each.connection && isOf(each, frame)),
  }));
}

/** Whether a trigger for frames of this class would take that frame. */
function isOf({ link, direction, match }: Pick<TalkClass, 'link' | 'direction' | 'match'>, frame: KindOf<'frame'>): boolean {
  return link === frame.link && direction === frame.direction && isTaken(match, frame);
}

function dialsIn(recordings: readonly History[]): Record<string, number> {
  const each = recordings.map((history) =>
    Map.groupBy(
      eventsOf(history, 'connection').filter(({ state }) => state === 'opened'),
      ({ link }) => link,
    ),
  );
  const links = [...new Set(each.flatMap((dials) => [...dials.keys()]))].toSorted();
  return Object.fromEntries(links.map((link) => [link, Math.min(...each.map((dials) => dials.get(link)?.length ?? 0))]));
}

function dialsBeforeWorkIn(recordings: readonly History[]): Record<string, number> {
  const each = recordings.map((history) => {
    const dials = eventsOf(history, 'connection').filter(({ state }) => state === 'opened');
    const workMs = eventsOf(history, 'mark').find(({ name }) => name === WORK_MARKS[0])?.atMs ?? driveMsIn(history);
    const before = dials.filter(({ atMs }) => atMs < workMs);
    return new Map([...new Set(dials.map(({ link }) => link))].map((link) => [link, before.filter((dial) => dial.link === link).length]));
  });
  const links = [...new Set(each.flatMap((dials) => [...dials.keys()]))].toSorted();
  const equal = links.filter((link) => new Set(each.map((dials) => dials.get(link))).size === 1);
  return Object.fromEntries(equal.map((link) => [link, each[0]?.get(link) ?? 0]));
}

/** When every node was ready. */
function driveMsIn(history: History): number {
  return eventsOf(history, 'phase').find(({ phase, state }) => phase === 'drive' && state === 'began')?.atMs ?? 0;
}

/** Of the first recording, for each says the same in its own words. */
function openingsIn([first = []]: readonly History[]): Conversation['openings'] {
  const openings: Record<string, { name: string; text: string }> = {};
  for (const frame of eventsOf(first, 'frame')) {
    const { link, direction, index, payload } = frame;
    if (direction === 'upstream' && index === 1 && payload !== undefined) openings[link] ??= { name: classOf(frame).name, text: payload };
  }
  return openings;
}

function allowedIn(recordings: readonly History[]): HeldMore {
  const allowed: Record<string, Record<string, number>> = {};
  for (const history of recordings) {
    const held = observationsOf(history, 'held');
    for (const after of held.filter(({ at }) => at === 'after')) {
      const before = held.find(({ at, node }) => at === 'before' && node === after.node);
      if (!before) continue;
      for (const [kind, count] of Object.entries(after.counts)) {
        const more = count - (before.counts[kind] ?? 0);
        const kinds = (allowed[after.node] ??= {});
        if (more > (kinds[kind] ?? 0)) kinds[kind] = more;
      }
    }
  }
  return allowed;
}

function usualIn(recordings: readonly History[]): HeldMore {
  const usual: Record<string, Record<string, number>> = {};
  for (const { at, node, counts } of recordings.flatMap((history) => observationsOf(history, 'held'))) {
    if (at !== 'after') continue;
    const kinds = (usual[node] ??= {});
    for (const [kind, count] of Object.entries(counts)) kinds[kind] = Math.max(count, kinds[kind] ?? 0);
  }
  return usual;
}
