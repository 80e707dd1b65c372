// What a node finds around itself at its next starts, until the step is lifted: variables, and programs on its PATH.
import { type NodeStep, type SurroundingFault, type Surroundings, surroundingsIn } from '../../model/faults/node-fault.ts';
import type { RunningSystem } from '../system/boot.ts';
import type { Injector, InjectorSink } from './injector.ts';

type SurroundingStep = NodeStep<SurroundingFault>;

export function surroundingsOf(system: RunningSystem, sink: InjectorSink): Injector<SurroundingStep> {
  const steps = new Map<string, SurroundingStep>();
  const about = (node: string): SurroundingStep[] => [...steps.values()].filter(({ fault }) => fault.node === node);

  system.startUnder({
    conditions: (node) => ({ environment: about(node).map(({ fault }) => surroundingsIn(fault)) }),
    began(node) {
      for (const step of about(node))
        sink.fired(step, { kind: 'node', node, evidence: `it started ${inWords(surroundingsIn(step.fault))}` });
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

function inWords({ set = {}, unset = [], without = [], first = {} }: Surroundings): string {
  return [
    ...Object.entries(set).map(([name, value]) => `with ${name}=${value}`),
    ...unset.map((name) => `without ${name}`),
    ...without.map((name) => `without ${name} on its PATH`),
    ...Object.keys(first).map((name) => `with another ${name} first on its PATH`),
  ].join(', ');
}
