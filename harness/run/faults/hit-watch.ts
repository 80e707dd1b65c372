// Asks again and again whether what is imposed on nodes has acted. Each proof is a firing of its step.
import type { NodeStep } from '../../model/faults/node-fault.ts';
import type { Imposed, RunningNode } from '../../runtime/runtime.ts';
import type { InjectorSink } from './injector.ts';

interface HitWatch {
  begin(step: NodeStep, node: RunningNode, imposed: Imposed): void;
  /** Lifts all that this step has imposed; what had acted by then is told first. */
  end(stepId: string): Promise<void>;
}

/** One step in force on one process of a node. */
interface InForce {
  step: NodeStep;
  imposed: Imposed;
  firings: number;
}

const LOOK_EVERY_MS = 15;
/** A history that holds each of a million refused writes helps nobody. */
const FIRINGS_MAX = 100;

export function hitWatch(sink: InjectorSink): HitWatch {
  const inForce = new Set<InForce>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<unknown> = Promise.resolve();

  return {
    begin(step, node, imposed) {
      const each: InForce = { step, imposed, firings: 0 };
      inForce.add(each);
      void node.exited.then(() => look(each)).then(() => inForce.delete(each));
      timer ??= setInterval(lookAtAll, LOOK_EVERY_MS).unref();
    },
    async end(stepId) {
      await Promise.all([...inForce].filter((each) => each.step.id === stepId).map(end));
    },
  };

  function lookAtAll(): void {
    if (inForce.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    for (const each of inForce) void look(each);
  }

  /** One after the other: a proof that two looks had seen would count twice. */
  function look(each: InForce): Promise<unknown> {
    looking = looking.then(async () => {
      const hits = await each.imposed.hits().catch((error: Error) => {
        sink.broken(`'${each.step.id}' could not be watched: ${error.message}`);
        return [];
      });
      for (const evidence of hits) {
        if (each.firings >= FIRINGS_MAX) return;
        each.firings += 1;
        sink.fired(each.step, { kind: 'node', node: each.step.fault.node, evidence });
      }
    });
    return looking;
  }

  async function end(each: InForce): Promise<void> {
    inForce.delete(each);
    await look(each);
    await each.imposed.lift();
    await look(each);
  }
}
