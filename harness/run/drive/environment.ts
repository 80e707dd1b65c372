// What a run is handed: implementations are chosen in cli/ and vitest/, never here.
import type { Redactor } from '../../model/secrets/redact.ts';
import type { Networks } from '../../network/network.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { MachineReading } from '../../model/judging/history.ts';
import type { MemorySample } from '../../model/judging/memory-sample.ts';
import type { Oracle } from '../../model/judging/oracle.ts';

export interface Environment {
  runtime: Runtime;
  networks: Networks;
  probes: Probes;
  oracles: readonly Oracle[];
  /** The case's own folder: history.ndjson and, on failure, evidence. */
  folder: string;
  /** Knows the secrets of the runner. */
  redact: Redactor;
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
  resources(pids: readonly number[], reading?: object): Promise<ResourceSample | { unreadable: string }>;
  stacks(
    pids: readonly number[],
  ): Promise<{ cpuMs: number; movedBytes?: number; threads: readonly string[]; asleep: boolean; handles: readonly string[] }>;
  /**
   * What these processes occupy now; undefined when none is there. `live`: also what is alive in them, for which Node programs
   * are made to collect their garbage.
   */
  memory(pids: readonly number[], live: boolean): Promise<MemorySample | undefined>;
  /** Of the time since it was asked before; this run's processes are those whose waits for a processor count. */
  machine(runId: string): MachineReading;
}
