// Faults on whole nodes, in three families: what happens to a node at once, what it finds at its next start, and what stays
// on it until it is lifted. Each fault says in its own file to which family it belongs.
import { aboutNodeFault, type NodeFaultFamily, type NodeStep } from '../../model/faults/node-fault.ts';
import type { RunningSystem } from '../system/boot.ts';
import type { Injector, InjectorSink } from './injector.ts';
import { impositionsOn } from './impositions.ts';
import type { Recorder } from '../record/recorder.ts';
import { strikesOn } from './strikes.ts';
import { surroundingsOf } from './surroundings.ts';

export function nodeInjector(system: RunningSystem, recorder: Recorder, sink: InjectorSink): Injector<NodeStep> {
  // In this order they learn that a node has started.
  const families: Readonly<Record<NodeFaultFamily, Injector<NodeStep>>> = {
    surroundings: surroundingsOf(system, sink),
    strike: strikesOn(system, recorder, sink),
    imposition: impositionsOn(system, sink),
  };
  const familyOf = ({ fault }: NodeStep): Injector<NodeStep> => families[aboutNodeFault(fault).by];
  return {
    arm: (step) => familyOf(step).arm(step),
    lift: (step) => familyOf(step).lift(step),
  };
}
