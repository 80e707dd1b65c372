// A scenario without its code, as plain data that can cross a process border. The process that counts cases knows scenarios
// only in this form. Their functions stay in the process that plays them.
import type { AcceptedFlaw } from './judging/known-flaw.ts';
import type { CheckWording } from './check.ts';
import type { Parameters } from './scenario.ts';
import type { Step } from './faults/fault.ts';
import type { Topology } from './system/topology.ts';

export interface DescribedScenario {
  name: string;
  /** Absolute. */
  file: string;
  title: string;
  expectation: string;
  tags: readonly string[];
  parameters: Parameters;
  schedule: readonly Step[];
  /** Absent when its file gives no scenario. */
  topology?: Topology;
  /** Where the system's code and its defect patches are; absolute paths. */
  source?: { folder: string; defects: string };
  /** The scenario itself has to be asked whether it can run here. */
  asksAvailability: boolean;
  /** See `Scenario`. */
  accept?: readonly AcceptedFlaw[];
  alone?: true;
  expect?: string;
  /** The longest that one case of it can take by its own bounds. */
  boundMs: number;
  /** Of a check of a pack. */
  check?: CheckWording;
  /** Of a workload: the names of its operations and observers. */
  operations?: readonly string[];
  /** Of a workload that declares a reset. */
  resets?: true;
  /** Its topology and schedule do not fit together, in one line. */
  mistake?: string;
  /** Its file gives no scenario, in one line: nothing but name and file is known then. */
  broken?: string;
}

export function brokenScenario(name: string, file: string, broken: string): DescribedScenario {
  return { name, file, title: name, expectation: '', tags: [], parameters: {}, schedule: [], asksAvailability: false, boundMs: 0, broken };
}
