// Node steps that wait for another step. Each is armed once, as soon as the other step has fired for the first time.
import type { Step } from '../../model/faults/fault.ts';
import type { NodeStep } from '../../model/faults/node-fault.ts';

interface Reactions {
  /** This step has fired. */
  to(firedStep: string): void;
  /** No further one begins, until `goOn`; resolves when those that have begun are done. */
  end(): Promise<void>;
  /** Steps are armed again, in another round. */
  goOn(): void;
}

export function reactionsIn(schedule: readonly Step[], arm: (step: Step) => Promise<void>, broken: (detail: string) => void): Reactions {
  const begun = new Map<string, Promise<void>>();
  let over = false;
  return {
    to(firedStep) {
      for (const step of schedule) {
        if (over || step.on !== 'node' || begun.has(step.id) || !reactsTo(step, firedStep)) continue;
        // Not from inside the recorder: the event that it reacts to is told to the others first.
        const reaction = Promise.resolve().then(() => arm(step));
        begun.set(
          step.id,
          reaction.catch((error: Error) => broken(`'${step.id}' could not react to '${firedStep}': ${error.message}`)),
        );
      }
    },
    async end() {
      over = true;
      await Promise.all(begun.values());
    },
    goOn: () => void (over = false),
  };
}

function reactsTo({ armAt }: NodeStep, step: string): boolean {
  return armAt !== 'start' && 'fired' in armAt && armAt.fired === step;
}
