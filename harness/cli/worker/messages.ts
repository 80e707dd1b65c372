// What crosses the border between the process that counts cases and the processes that run the user's code. Plain data only.
import type { Case, RuntimeName } from '../../model/case.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import type { MachineFinding } from '../../model/judging/machine-finding.ts';
import type { Json } from '../../model/values/json.ts';
import type { CaseResult } from '../../model/case-result.ts';

/** The descriptor of a worker that closes with the process that counts. */
export const LIFELINE = 4;

/** A scenario by where it is found. */
type Whereabouts = Pick<DescribedScenario, 'name' | 'file'>;

/** What a worker is asked to do. `doors`: from a box to what is outside, a socket file for each address. */
export type Ask =
  | { do: 'describe'; file: string }
  /** What the project says of this machine: `file` exports a function that gives it. */
  | { do: 'doctor'; file: string }
  | { do: 'availability'; scenario: Whereabouts; runtime: RuntimeName }
  /** A list of work of a workload; `length` is its own when absent. */
  | { do: 'work'; scenario: Whereabouts; seed: number; length?: number }
  | { do: 'play'; scenario: Whereabouts; case: Case; folder: string; doors?: ReadonlyMap<string, string> };

export type Answer =
  | { to: 'describe'; scenarios: readonly DescribedScenario[] }
  | { to: 'doctor'; findings: readonly MachineFinding[] }
  /** `reason`: what is missing here, with its cure. */
  | { to: 'availability'; reason?: string }
  | { to: 'work'; work: readonly Json[] }
  /** `leaves`: timers of the case still run. */
  | { to: 'play'; result: CaseResult; leaves: boolean }
  /** The user's code, or what it needs, did not do what was asked, in one line. */
  | { to: 'failed'; why: string }
  /** The results cannot be kept: no further case makes sense. */
  | { to: 'stop'; why: string };

/** Whose doing it is when an error goes uncaught or the process is ended while this is done, and after it. */
export function ownerOf(ask: Ask): string {
  return ask.do === 'play' ? ask.folder : 'file' in ask ? ask.file : ask.scenario.file;
}

export type Order = { id: number; ask: Ask } | { order: 'interrupt' | 'close' };

export type Report =
  | { id: number; answer: Answer }
  /** Twice a second: the event loop turns. */
  | { beat: true }
  /** An error that nobody caught: of a case that has ended, by its folder, or of a file. */
  | { stray: string; owner: string }
  /** The user's code is ending the process; whose that is may be a case that has ended. */
  | { lastWords: string; owner?: string };

/** An object that is none of ours comes from the user's code, which shares the channel. */
export function isReport(value: unknown): value is Report {
  if (typeof value !== 'object' || value === null) return false;
  return ('id' in value && 'answer' in value) || 'beat' in value || ('stray' in value && 'owner' in value) || 'lastWords' in value;
}
