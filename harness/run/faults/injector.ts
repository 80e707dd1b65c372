// An injector puts the steps of one family in force and takes them back. This file says what it may report meanwhile.
import type { Step } from '../../model/faults/fault.ts';
import type { FaultHit } from '../../model/judging/history.ts';

/** One family. `arm` resolves when the step is in force or waits for its moment, `lift` when nothing of it is left. */
export interface Injector<S extends Step> {
  arm(step: S): Promise<void>;
  lift(step: S): Promise<void>;
}

/** What an injector tells. */
export interface InjectorSink {
  fired(step: Step, hit: FaultHit): void;
  /** The step is over by itself: there is nothing left to lift. */
  over(step: Step): void;
  /** It could not do what it must, outside of a call to it: nothing that follows could be trusted. */
  broken(detail: string): void;
}

/** One step in the hands of the injector for its family. */
export interface HandledStep {
  arm(): Promise<void>;
  lift(): Promise<void>;
}

export function handledBy<S extends Step>(injector: Injector<S>, step: S): HandledStep {
  return { arm: () => injector.arm(step), lift: () => injector.lift(step) };
}
