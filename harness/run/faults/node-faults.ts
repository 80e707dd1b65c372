// Faults on whole nodes, in three families: what happens to a node at once, what it finds at its next start, and what stays
// on it until it is lifted.
import type { NodeStep } from '../../model/faults/node-fault.ts';
import type { RunningSystem } from '../system/boot.ts';
import { handledBy, type HandledStep, type Injector, type InjectorSink } from './injector.ts';
import { impositionsOn } from './impositions.ts';
import { pausesOn } from './pauses.ts';
import type { Recorder } from '../record/recorder.ts';
import { strikesOn } from './strikes.ts';
import { surroundingsOf } from './surroundings.ts';

export function nodeInjector(system: RunningSystem, recorder: Recorder, sink: InjectorSink): Injector<NodeStep> {
  // In this order they learn that a node has started.
  const surroundings = surroundingsOf(system, sink);
  const strikes = strikesOn(system, pausesOn(system, recorder, sink), sink);
  const impositions = impositionsOn(system, sink);
  return {
    arm: (step) => handled(step).arm(),
    lift: (step) => handled(step).lift(),
  };

  function handled(step: NodeStep): HandledStep {
    const { fault } = step;
    switch (fault.kind) {
      case 'signal':
      case 'kill':
      case 'pause':
      case 'restart':
        return handledBy(strikes, { ...step, fault });
      case 'environment':
        return handledBy(surroundings, { ...step, fault });
      case 'unread':
      case 'limit':
      case 'network-cut':
      case 'calls':
        return handledBy(impositions, { ...step, fault });
      default:
        return fault satisfies never;
    }
  }
}
