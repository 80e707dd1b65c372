// The outcome of a gate for machines (docs/reference/gate.md). It carries a version: fields are added, never changed.
import type { Policy } from '../model/policy.ts';
import type { Rate } from '../model/values/rate.ts';

export const GATE_VERSION = 1;

export interface GateOutcome {
  version: typeof GATE_VERSION;
  tornwire: string;
  commit: string | null;
  startedAt: string;
  durationMs: number;
  seed: number;
  /** The whole policy, also what was left to its defaults. */
  policy: Policy;
  /** `incomplete`: nothing is known to be wrong, and not everything that the policy asks for is known. */
  outcome: 'pass' | 'fail' | 'incomplete' | 'harness-error' | 'interrupted';
  clauses: readonly Clause[];
  scenarios: readonly ScenarioTally[];
  defects: readonly DefectTally[];
  skips: readonly Skip[];
  /** Cases that were planned and not begun. */
  notRun: number;
  falseAlarms: FalseAlarms | 'not measured';
  /** What a pass does not say, one sentence each. */
  residualRisk: readonly string[];
  /** Against the run that `--changed-since` names. */
  changes?: Changes;
}

export interface Clause {
  name: string;
  /** `unsettled`: it could not be found out here. */
  holds: 'yes' | 'no' | 'unsettled';
  detail: string;
}

export interface ScenarioTally {
  scenario: string;
  runtime: string;
  passed: number;
  failed: number;
  unknown: number;
  failing: Rate;
  /** The command that replays its first failure. */
  replay: string | null;
}

export interface DefectTally {
  defect: string;
  scenario: string;
  title: string;
  oracle: string;
  runtime: string;
  caught: number;
  runs: number;
  state: 'caught' | 'missed' | 'skipped' | 'not run' | 'patch does not apply';
  /** Why it is in that state; empty when caught. */
  detail: string;
  /** Of a skipped one: it cannot run there by its nature. */
  byDesign?: true;
}

export interface Skip {
  scenario: string;
  defect: string | null;
  runtime: string;
  reason: string;
  /** It cannot run there by its nature; otherwise something is missing that could be installed. */
  byDesign: boolean;
}

/** How often the judges failed clean runs, by a campaign of its own. */
export interface FalseAlarms extends Rate {
  measuredAt: string;
  commit: string | null;
  /** Under which conditions, in words. */
  how: string;
}

export interface Changes {
  since: string;
  /** Wrong now, and right or absent then. */
  new: readonly string[];
  fixed: readonly string[];
  /** Sometimes right and sometimes wrong within one of the two runs. */
  flaky: readonly string[];
  stillFailing: readonly string[];
  /** Cases that only one of the two runs has. */
  added: readonly string[];
  gone: readonly string[];
}
