// What the parts of a run need while the script is driven: the plan, and everything that was started for the run.
import type { Case } from '../../model/case.ts';
import type { Plan } from '../../model/judging/oracle.ts';
import type { Ground } from '../../runtime/runtime.ts';
import type { RunningSystem } from '../system/boot.ts';
import type { Environment } from './environment.ts';
import type { Routing } from '../../network/network.ts';
import type { Faults } from '../faults/faults.ts';
import type { Obligations } from '../record/obligations.ts';
import type { CountedTime } from '../waits/counted-time.ts';
import type { Recorder } from '../record/recorder.ts';

export interface Stage {
  plan: Plan;
  given: Case;
  ground: Ground;
  system: RunningSystem;
  faults: Faults;
  obligations: Obligations;
  /** Of the script: what has a bound of its own does not count. */
  time: CountedTime;
  recorder: Recorder;
  /** Answers that the system owes and that the script has not waited for. Each resolves within its bound. */
  owed: Set<Promise<unknown>>;
  /** Which fault server each link passes. */
  routing: Routing;
  environment: Environment;
  /** Aborted by an interrupt, or when the injector broke: nothing that follows could be trusted. */
  signal: AbortSignal;
}
