// What is done to a node at once: a signal, its end, a restart, a pause. A node that does not run cannot be hit: the step
// waits until it is ready.
import type { NodeFaultOf, NodeStep } from '../../model/faults/node-fault.ts';
import type { RunningSystem } from '../system/boot.ts';
import type { Injector, InjectorSink } from './injector.ts';
import type { Pauses } from './pauses.ts';

type StrikeStep = NodeStep & { fault: NodeFaultOf<'signal' | 'kill' | 'restart' | 'pause'> };

export function strikesOn(system: RunningSystem, pauses: Pauses, sink: InjectorSink): Injector<StrikeStep> {
  const awaiting = new Map<string, StrikeStep>();

  system.startUnder({
    conditions: () => ({}),
    async began(node) {
      for (const step of awaiting.values()) {
        if (step.fault.node !== node) continue;
        awaiting.delete(step.id);
        await strike(step);
      }
    },
  });

  return {
    async arm(step) {
      if (step.fault.kind === 'restart' || system.node(step.fault.node)) await strike(step);
      else awaiting.set(step.id, step);
    },
    async lift(step) {
      await pauses.resume(step);
      awaiting.delete(step.id);
    },
  };

  async function strike(step: StrikeStep): Promise<void> {
    const { fault } = step;
    switch (fault.kind) {
      case 'pause':
        return pauses.pause(step, fault);
      case 'kill':
        system.expectExit(fault.node);
        await system.end(fault.node, fault.signal ?? 'SIGKILL');
        break;
      case 'signal':
        system.expectExit(fault.node, fault.signal);
        await system.node(fault.node)?.signal(fault.signal);
        break;
      case 'restart':
        await system.end(fault.node, 'SIGKILL');
        await system.start(fault.node);
        break;
      default:
        return fault satisfies never;
    }
    sink.fired(step, { kind: 'node', node: fault.node });
    sink.over(step);
  }
}
