// One logical fault point: what happens, and where: at which frame of which class and where in it, to which node in which phase of the
// work, or at which listener. It is a schedule and what the work is told, with a name.
import type { Step } from '../../model/faults/fault.ts';
import type { Trickle } from '../work/trickle.ts';

export interface FaultPoint {
  /** In words, and the same each time it is enumerated: `room->peer downstream text type=hello, first, in the middle: cut rst`. */
  key: string;
  /** The link, or `node relay` for what happens to a node by itself. */
  link: string;
  /** The class of the frame, `connect`, or the phase of the work. */
  class: string;
  /** `cut rst`, `restart peer (SIGTERM)`, ...: what happens, without where in the frame. */
  fault: string;
  /** More telling points come earlier: handshakes, rare classes, first ones. */
  weight: number;
  /** Behind all others: it is about a program that stands for a user, and says little about the system. */
  isLast?: true;
  schedule: readonly Step[];
  /** How long the faults stay in force after the work. */
  dwellMs: number;
  /** Other work than that of the recordings: the seed that makes it. */
  workSeed?: number;
  /** The list of work is carried out so often: once, when absent. */
  rounds?: number;
  /** Once all faults have struck, these are told to stop, one after the other, and that is the end of the case. */
  stops?: readonly string[];
  /** Clients that never come to the end of their opening, beside the work. */
  trickles?: readonly Trickle[];
}
