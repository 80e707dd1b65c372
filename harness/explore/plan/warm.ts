// Which fault points can be played in a round, in programs that have run before (work/play-warm.ts), and how: their faults are armed when
// the round begins, so connections and frames are counted from there.
import { isDeepStrictEqual } from 'node:util';
import type { LinkStep, Step } from '../../model/faults/fault.ts';
import { DRIVER } from '../../model/system/link.ts';
import { linkNamed, transportOf, type Topology } from '../../model/system/topology.ts';
import type { Conversation, TalkClass } from '../conversation/conversation.ts';
import { roundBegins } from '../work/rounds.ts';
import type { FaultPoint } from './fault-point.ts';

/** What had happened in every recording before faults are armed in a round. */
export interface AtBoot {
  /** How often each link had been dialled; links that differ between recordings are not named. */
  dials: Readonly<Record<string, number>>;
  /** Frames that triggers would take which are armed before the nodes are started. */
  frames: readonly Taken[];
  /** Frames that they would take on several connections of a link. */
  spread: readonly Taken[];
}

type Taken = Pick<TalkClass, 'link' | 'direction' | 'match'>;

/** A script dials nothing before its round begins; what nodes keep open among themselves is there before the work. */
export function atBootOf({ classes, dialsBeforeWork }: Pick<Conversation, 'classes' | 'dialsBeforeWork'>, { links }: Topology): AtBoot {
  const ofScript = links.filter(({ from }) => from === DRIVER).map(({ name }) => [name, 0] as const);
  const taken = ({ link, direction, match }: TalkClass): Taken => ({ link, direction, match });
  return {
    dials: { ...dialsBeforeWork, ...Object.fromEntries(ofScript) },
    frames: classes.filter(({ atBoot }) => atBoot).map(taken),
    spread: classes.filter(({ isSpread }) => isSpread).map(taken),
  };
}

/**
 * The schedule of the point in this round; undefined when it needs a start of its own. What is said before the nodes are ready does,
 * and so does what changes the box of a node: its disk, its descriptors, its clock, its environment. A node that is restarted runs again when
 * the round is over, and the reset finds it as any other: it costs one start in place of those of all nodes.
 */
export function inRound(
  { schedule, rounds, trickles, stops }: FaultPoint,
  atBoot: AtBoot,
  topology: Topology,
  round: number,
): Step[] | undefined {
  if (schedule.length === 0 || rounds !== undefined || trickles !== undefined || stops !== undefined) return undefined;
  const steps = schedule.map((step) => stepInRound(step, atBoot, topology, round));
  return steps.includes(undefined) ? undefined : (steps as Step[]);
}

/** What the step of this id is called in that round. */
export function idInRound(id: string, round: number): string {
  return `${id} (round ${round})`;
}

/** It need not fire, or one that did not would leave the other rounds without a verdict. */
function stepInRound(step: Step, atBoot: AtBoot, topology: Topology, round: number): Step | undefined {
  const id = idInRound(step.id, round);
  if (step.on === 'node') {
    const { armAt, fault } = step;
    const leavesItRunning = fault.kind === 'restart' || (fault.kind === 'pause' && fault.forMs !== undefined);
    if (!leavesItRunning || armAt === 'start' || !('fired' in armAt)) return undefined;
    return { ...step, id, armAt: { fired: idInRound(armAt.fired, round) }, mustFire: 0 };
  }
  if (step.on !== 'link' || step.armAt !== 'start') return undefined;
  if (transportOf(topology, linkNamed(topology, step.link)) === 'stdio') return undefined;
  const trigger = triggerInRound(step, atBoot);
  return trigger && { ...step, id, trigger, armAt: { mark: roundBegins(round) }, mustFire: 0 };
}

/**
 * A connection that is opened in the work is opened in each round. One that was there before is one that the system keeps: what is the
 * first of it that passes is the first frame of its class that passes at all; of several such connections that is so where its class
 * passes on one of them alone.
 */
function triggerInRound({ link, direction, trigger }: LinkStep, { dials, frames, spread }: AtBoot): LinkStep['trigger'] | undefined {
  const { connection, nthAfterArming: _, ...where } = trigger;
  const before = dials[link];
  if (connection === undefined || before === undefined) return undefined;
  if (connection > before) return { ...where, nthAfterArming: connection - before };
  const isOne = (each: Taken): boolean =>
    each.link === link && each.direction === direction && isDeepStrictEqual(each.match, trigger.frame?.matches);
  return frames.some(isOne) || (before > 1 && spread.some(isOne)) ? undefined : where;
}
