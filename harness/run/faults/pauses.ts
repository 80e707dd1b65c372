// Nodes that stand still, for a time or until the step is lifted.
import type { NodeFaultOf, NodeStep } from '../../model/faults/node-fault.ts';
import { startTimer, type Timer } from '../../model/time/timer.ts';
import type { RunningSystem } from '../system/boot.ts';
import type { InjectorSink } from './injector.ts';
import type { Recorder } from '../record/recorder.ts';

export interface Pauses {
  pause(step: NodeStep, fault: NodeFaultOf<'pause'>): Promise<void>;
  /** Does nothing when this step has paused nothing. */
  resume(step: NodeStep): Promise<void>;
}

export function pausesOn(system: RunningSystem, recorder: Recorder, sink: InjectorSink): Pauses {
  /** By step; without a timer a pause lasts until the lift. */
  const paused = new Map<string, Timer | undefined>();

  async function pause(step: NodeStep, { node, forMs }: NodeFaultOf<'pause'>): Promise<void> {
    await system.node(node)?.pause();
    recorder.record({ kind: 'node', node, state: 'paused' });
    sink.fired(step, { kind: 'node', node });
    paused.set(step.id, forMs === undefined ? undefined : startTimer(forMs, () => void timeIsUp(step)));
  }

  async function timeIsUp(step: NodeStep): Promise<void> {
    try {
      await resume(step);
      sink.over(step);
    } catch (error) {
      sink.broken(`'${step.id}' could not be lifted: ${(error as Error).message}`);
    }
  }

  async function resume(step: NodeStep): Promise<void> {
    if (!paused.has(step.id)) return;
    paused.get(step.id)?.cancel();
    paused.delete(step.id);
    const { node } = step.fault;
    await system.node(node)?.resume();
    recorder.record({ kind: 'node', node, state: 'resumed' });
  }

  return { pause, resume };
}
