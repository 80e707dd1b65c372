// What a node finds around itself at its next starts, until the step is lifted: variables, and programs on its PATH.
import type { NodeFaultOf, NodeStep } from '../../model/faults/node-fault.ts';
import type { RunningSystem } from '../system/boot.ts';
import type { Injector, InjectorSink } from './injector.ts';

type EnvironmentStep = NodeStep & { fault: NodeFaultOf<'environment'> };

export function surroundingsOf(system: RunningSystem, sink: InjectorSink): Injector<EnvironmentStep> {
  const steps = new Map<string, EnvironmentStep>();
  const about = (node: string): EnvironmentStep[] => [...steps.values()].filter(({ fault }) => fault.node === node);

  system.startUnder({
    conditions: (node) => ({ environment: about(node).map(({ fault }) => fault) }),
    began(node) {
      for (const step of about(node)) sink.fired(step, { kind: 'node', node, evidence: `it started ${inWords(step.fault)}` });
    },
  });

  return {
    async arm(step) {
      steps.set(step.id, step);
    },
    async lift(step) {
      steps.delete(step.id);
    },
  };
}

function inWords({ set = {}, unset = [], without = [], first = {} }: NodeFaultOf<'environment'>): string {
  return [
    ...Object.entries(set).map(([name, value]) => `with ${name}=${value}`),
    ...unset.map((name) => `without ${name}`),
    ...without.map((name) => `without ${name} on its PATH`),
    ...Object.keys(first).map((name) => `with another ${name} first on its PATH`),
  ].join(', ');
}
