// An oracle answers one question about a finished history. It is pure: it reads no clock and no file, and nothing in it is
// random.
import type { Step } from '../faults/fault.ts';
import type { History } from './history.ts';
import type { Topology } from '../system/topology.ts';
import type { Verdict } from './verdict.ts';

/** What the run promised, beside what it recorded. */
export interface Plan {
  topology: Topology;
  schedule: readonly Step[];
  /** Every timer of the system under test runs so many times faster. */
  clockSpeed: number;
}

export interface Oracle {
  name: string;
  /** In one sentence. */
  question: string;
  judge(history: History, plan: Plan): Verdict;
}
