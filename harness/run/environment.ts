// What a run is handed: implementations are chosen in cli/ and vitest/, never here.
import type { Networks } from '../network/network.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Case } from '../model/case.ts';
import type { Observation } from '../model/history.ts';
import type { Oracle } from '../model/oracle.ts';
import type { Decision } from '../model/repro.ts';
import type { Verdict } from '../model/verdict.ts';

export interface Environment {
  runtime: Runtime;
  networks: Networks;
  probes: Probes;
  oracles: readonly Oracle[];
  /** The case's own folder: history.ndjson and, on failure, evidence. */
  folder: string;
  /** Replaces secrets; `name` is the key that the text stands under. */
  redact: (text: string, name?: string) => string;
  /** Aborted by Ctrl+C: the run stops everything and ends as interrupted. */
  signal: AbortSignal;
  /** Tells of errors of this case's script and clients that nobody caught, in one line; gives how to stop. Absent under Vitest, which tells of them itself. */
  strays?: (listener: (line: string) => void) => () => void;
}

export interface ResourceSample {
  counts: Readonly<Record<string, number>>;
  holders: Readonly<Record<string, readonly string[]>>;
}

export interface Probes {
  /** What these processes hold now; a reason when this user may not look. */
  resources(pids: readonly number[]): Promise<ResourceSample | { unreadable: string }>;
  stacks(pids: readonly number[]): Promise<{ cpuMs: number; threads: readonly string[]; handles: readonly string[] }>;
  machine(): Extract<Observation, { probe: 'machine' }>;
}

export interface CaseResult {
  case: Case;
  title: string;
  verdict: Verdict;
  /** From the call to the verdict. */
  durationMs: number;
  /** Of that, the time the script and its faults took. */
  driveMs: number;
  folder: string;
  engines: readonly string[];
  /** What the faults did, in order. */
  decisions: readonly Decision[];
  /** Stable across runs of one bug; empty on a pass. */
  fingerprint: string;
}
