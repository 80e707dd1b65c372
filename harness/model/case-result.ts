// The result of a run: the verdict, and everything that a report, a summary and a repro file say about it.
import type { Case } from './case.ts';
import type { Decision } from './repro.ts';
import type { Isolation } from './isolation.ts';
import type { Verdict } from './judging/verdict.ts';

/** Who dials whom, for whoever draws it. A link whose `from` is `driver` is the script's own. */
export interface Drawn {
  nodes: readonly string[];
  links: readonly { name: string; from: string; to: string }[];
}

export interface CaseResult {
  case: Case;
  title: string;
  verdict: Verdict;
  /** The oracle that had to fail; what came of it is in the verdict. */
  expected?: string;
  /** Of a case that was refused: nothing that could be installed would change that. */
  byDesign?: true;
  /** From the call to the verdict. */
  durationMs: number;
  /** The part of it that the script and its faults took. */
  driveMs: number;
  folder: string;
  engines: readonly string[];
  topology?: Drawn;
  /** TCP ports on which its nodes have listened at every address of the machine: no other case with one of them can run beside it. */
  wildcardPorts?: readonly number[];
  /** What the faults did, in order. */
  decisions: readonly Decision[];
  /** Stable across runs of one bug; empty on a pass. */
  fingerprint: string;
  /** How it was kept apart; absent in containers, and where it was not played by a command. */
  isolation?: Isolation;
}
