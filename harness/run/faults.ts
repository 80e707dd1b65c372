// The schedule at work: which steps are armed, lifted and fired. Link steps go to the network, node steps to the
// system; both leave the same three events.
import type { LinkStep, NodeFault, Step } from '../model/fault.ts';
import type { Network } from '../network/network.ts';
import type { RunningSystem } from './boot.ts';
import type { Recorder } from './recorder.ts';

export interface Faults {
  /** Arms what is due from the start. */
  armAtStart(): Promise<void>;
  /** Arms or carries out, in order, what waits for this mark. */
  pass(mark: string): Promise<void>;
  lift(stepId: string): Promise<void>;
  liftAll(): Promise<void>;
  inject(fault: NodeFault, stepId?: string): Promise<void>;
  fired(stepId: string): number;
  /** Whether any link fault is in force now. */
  active(): boolean;
}

/** A script named a step that the schedule does not have. */
export class UnknownStepError extends Error {}

export function faultsOf(schedule: readonly Step[], network: Network, system: RunningSystem, recorder: Recorder): Faults {
  const armed = new Map<string, LinkStep>();
  const firings = new Map<string, number>();
  let injected = 0;
  recorder.subscribe((event) => {
    if (event.kind === 'fault' && event.state === 'fired') firings.set(event.step, (firings.get(event.step) ?? 0) + 1);
  });

  const arm = async (step: LinkStep): Promise<void> => {
    armed.set(step.id, step);
    recorder.record({ kind: 'fault', step: step.id, fault: step.fault.kind, target: step.link, state: 'armed' });
    await network.arm(step);
  };
  const lift = async (id: string): Promise<void> => {
    if (!schedule.some((step) => step.id === id))
      throw new UnknownStepError(`no step '${id}'; there are ${schedule.map((step) => step.id).join(', ')}`);
    const step = armed.get(id);
    if (!step) return;
    armed.delete(id);
    await network.lift(id);
    recorder.record({ kind: 'fault', step: id, fault: step.fault.kind, target: step.link, state: 'lifted' });
  };
  const inject = async (fault: NodeFault, stepId = `injected ${++injected}`): Promise<void> => {
    const about = { step: stepId, fault: fault.kind, target: fault.node } as const;
    recorder.record({ kind: 'fault', ...about, state: 'armed' });
    await carryOut(fault, system, recorder);
    recorder.record({ kind: 'fault', ...about, state: 'fired', hit: { node: fault.node } });
    recorder.record({ kind: 'fault', ...about, state: 'lifted' });
  };

  return {
    async armAtStart() {
      const due = schedule.filter((step): step is LinkStep => step.on === 'link' && step.armAt === 'start');
      // In order on each link, at once on different ones.
      const links = Map.groupBy(due, (step) => step.link);
      await Promise.all(
        [...links.values()].map(async (steps) => {
          for (const step of steps) await arm(step);
        }),
      );
    },
    async pass(mark) {
      recorder.record({ kind: 'mark', name: mark });
      for (const step of schedule) {
        if (step.armAt === 'start' || step.armAt.mark !== mark) continue;
        if (step.on === 'link') await arm(step);
        else await inject(step.fault, step.id);
      }
    },
    lift,
    async liftAll() {
      const steps = [...armed.values()];
      armed.clear();
      await network.liftAll();
      for (const step of steps)
        recorder.record({ kind: 'fault', step: step.id, fault: step.fault.kind, target: step.link, state: 'lifted' });
    },
    inject,
    fired: (id) => firings.get(id) ?? 0,
    active: () => armed.size > 0,
  };
}

async function carryOut(fault: NodeFault, system: RunningSystem, recorder: Recorder): Promise<void> {
  switch (fault.kind) {
    case 'kill':
      system.expectExit(fault.node);
      return system.end(fault.node, (fault.signal ?? 'SIGKILL') as NodeJS.Signals);
    case 'restart':
      await system.end(fault.node, 'SIGKILL');
      return system.start(fault.node);
    case 'pause': {
      const node = system.node(fault.node);
      await node?.pause();
      recorder.record({ kind: 'node', node: fault.node, state: 'paused' });
      if (fault.forMs !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, fault.forMs));
        await node?.resume();
        recorder.record({ kind: 'node', node: fault.node, state: 'resumed' });
      }
      return;
    }
    default:
      return fault satisfies never;
  }
}
