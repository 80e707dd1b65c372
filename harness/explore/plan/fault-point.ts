// One logical fault point: which frame of which class, where in it, and what happens there. It is a schedule with a name.
import type { Step } from '../../model/faults/fault.ts';

export interface FaultPoint {
  /** In words, and the same each time it is enumerated: `room->peer downstream text type=hello, first, in the middle: cut rst`. */
  key: string;
  link: string;
  /** The class of the frame, or `connect`. */
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
}
