// What stays on a node until it is lifted, also over a restart. A node that is started again meets it before its first
// instruction.
import { aboutImposition, type Imposition, type NodeStep } from '../../model/faults/node-fault.ts';
import type { RunningNode, StartConditions } from '../../runtime/runtime.ts';
import type { RunningSystem } from '../system/boot.ts';
import type { Injector, InjectorSink } from './injector.ts';
import { hitWatch } from './hit-watch.ts';

type ImposedStep = NodeStep<Imposition>;

export function impositionsOn(system: RunningSystem, sink: InjectorSink): Injector<ImposedStep> {
  const steps = new Map<string, ImposedStep>();
  const watch = hitWatch(sink);
  const about = (node: string): ImposedStep[] => [...steps.values()].filter(({ fault }) => fault.node === node);

  system.startUnder({
    conditions(node): StartConditions {
      const fromStart = about(node).filter(({ fault }) => aboutImposition(fault).from === 'first instruction');
      if (fromStart.length === 0) return {};
      return {
        async held(running) {
          for (const step of fromStart) await impose(step, running, true);
        },
      };
    },
    async began(node) {
      const running = system.node(node);
      for (const step of about(node)) if (running && aboutImposition(step.fault).from === 'ready') await impose(step, running, false);
    },
  });

  return {
    async arm(step) {
      steps.set(step.id, step);
      const node = system.node(step.fault.node);
      if (node) await impose(step, node, false);
    },
    async lift(step) {
      steps.delete(step.id);
      await watch.end(step.id);
    },
  };

  async function impose(step: ImposedStep, node: RunningNode, atStart: boolean): Promise<void> {
    const { fault } = step;
    const mayEndBy = aboutImposition(fault).mayEndBy(fault);
    if (mayEndBy !== undefined) system.expectExit(node.name, mayEndBy);
    watch.begin(step, node, await node.impose(fault, atStart));
  }
}
