// What strikes leave in force (a node that stands still), for a time or until the step is lifted.
import type { Aftermath, NodeStep } from '../../model/faults/node-fault.ts';
import { startTimer, type Timer } from '../../model/time/timer.ts';
import type { InjectorSink } from './injector.ts';

export interface Aftermaths {
  begin(step: NodeStep, aftermath: Aftermath): void;
  /** Does nothing when this step has left nothing. */
  end(step: NodeStep): Promise<void>;
}

export function aftermathsOf(sink: InjectorSink): Aftermaths {
  /** By step; without a timer it lasts until the lift. */
  const inForce = new Map<string, { aftermath: Aftermath; timer: Timer | undefined }>();

  function begin(step: NodeStep, aftermath: Aftermath): void {
    const { forMs } = aftermath;
    inForce.set(step.id, { aftermath, timer: forMs === undefined ? undefined : startTimer(forMs, () => void timeIsUp(step)) });
  }

  async function timeIsUp(step: NodeStep): Promise<void> {
    try {
      await end(step);
      sink.over(step);
    } catch (error) {
      sink.broken(`'${step.id}' could not be lifted: ${(error as Error).message}`);
    }
  }

  async function end(step: NodeStep): Promise<void> {
    const entry = inForce.get(step.id);
    if (!entry) return;
    inForce.delete(step.id);
    entry.timer?.cancel();
    await entry.aftermath.undo();
  }

  return { begin, end };
}
