// What is done to a node at once: a signal, a kill, a restart, a pause. A node that does not run cannot be hit, so the step
// waits until the node is ready. What a strike does is in its own file (model/faults/node/). Here are the hands that do it.
import { aboutStrike, type NodeStep, type StrikeFault, type StruckNode } from '../../model/faults/node-fault.ts';
import type { RunningSystem } from '../system/boot.ts';
import { aftermathsOf } from './aftermaths.ts';
import type { Injector, InjectorSink } from './injector.ts';
import type { Recorder } from '../record/recorder.ts';

type StrikeStep = NodeStep<StrikeFault>;

export function strikesOn(system: RunningSystem, recorder: Recorder, sink: InjectorSink): Injector<StrikeStep> {
  const awaiting = new Map<string, StrikeStep>();
  const aftermaths = aftermathsOf(sink);

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
      const { node } = step.fault;
      const wouldStart = aboutStrike(step.fault).startsEndedNode && !system.isStarting(node);
      if (wouldStart || system.node(node)) await strike(step);
      else awaiting.set(step.id, step);
    },
    async lift(step) {
      await aftermaths.end(step);
      awaiting.delete(step.id);
    },
  };

  async function strike(step: StrikeStep): Promise<void> {
    const { node } = step.fault;
    const aftermath = await aboutStrike(step.fault).strike(step.fault, struckNode(node, system, recorder));
    sink.fired(step, { kind: 'node', node });
    if (aftermath) aftermaths.begin(step, aftermath);
    else sink.over(step);
  }
}

function struckNode(node: string, system: RunningSystem, recorder: Recorder): StruckNode {
  return {
    expectExit: (signal) => system.expectExit(node, signal),
    end: (how) => system.end(node, how),
    start: () => system.start(node),
    async signal(signal) {
      await system.node(node)?.signal(signal);
    },
    async pause() {
      await system.node(node)?.pause();
      recorder.record({ kind: 'node', node, state: 'paused' });
    },
    async resume() {
      await system.node(node)?.resume();
      recorder.record({ kind: 'node', node, state: 'resumed' });
    },
  };
}
