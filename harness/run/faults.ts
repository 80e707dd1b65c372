// The schedule at work: which steps are armed, lifted and fired. Each family of faults has an injector that puts its
// steps in force; all of them leave the same three events.
import type { LinkStep, Step } from '../model/fault.ts';
import type { ClockStep } from '../model/clock-fault.ts';
import type { FileStep } from '../model/file-fault.ts';
import type { EventBody } from '../model/history.ts';
import type { NodeFault, NodeStep } from '../model/node-fault.ts';
import { TornwireError } from '../model/tornwire-error.ts';
import { EXIT } from '../model/verdict.ts';
import type { Network } from '../network/network.ts';
import type { Recorder } from './recorder.ts';

/** One family. `arm` resolves when the step is in force or waits for its moment, `lift` when nothing of it is left. */
export interface Injector<S extends Step> {
  arm(step: S): Promise<void>;
  lift(step: S): Promise<void>;
}

export interface Injectors {
  node: Injector<NodeStep>;
  file?: Injector<FileStep>;
  clock?: Injector<ClockStep>;
}

/** What an injector tells. */
export interface InjectorSink {
  fired(step: Step, hit: Extract<EventBody, { state: 'fired' }>['hit']): void;
  /** The step is over by itself: there is nothing left to lift. */
  over(step: Step): void;
  /** It could not do what it must, outside of a call to it: nothing that follows could be trusted. */
  broken(detail: string): void;
}

export interface Faults {
  /** Arms what is due from the start. */
  armAtStart(): Promise<void>;
  /** Arms or carries out, in order, what waits for this mark. */
  pass(mark: string): Promise<void>;
  lift(stepId: string): Promise<void>;
  liftAll(): Promise<void>;
  inject(fault: NodeFault): Promise<void>;
  fired(stepId: string): number;
  /** Whether any fault is in force now. */
  active(): boolean;
}

/** A script named a step that the schedule does not have. */
export class UnknownStepError extends TornwireError {
  readonly exitCode = EXIT.harness;
}

export function faultsOf(
  schedule: readonly Step[],
  network: Network,
  recorder: Recorder,
  broken: (detail: string) => void,
  injectorsOn: (sink: InjectorSink) => Injectors,
): Faults {
  const armed = new Map<string, Step>();
  const firings = new Map<string, number>();
  const reactions = new Map<string, Promise<void>>();
  let injected = 0;
  let over = false;

  const record = (step: Step, state: 'armed' | 'lifted'): void =>
    void recorder.record({ kind: 'fault', step: step.id, fault: step.fault.kind, target: targetOf(step), state });
  const injectors = injectorsOn({
    fired: (step, hit) =>
      void recorder.record({ kind: 'fault', step: step.id, fault: step.fault.kind, target: targetOf(step), state: 'fired', hit }),
    over(step) {
      if (armed.delete(step.id)) record(step, 'lifted');
    },
    broken,
  });

  const arm = async (step: Step): Promise<void> => {
    armed.set(step.id, step);
    record(step, 'armed');
    switch (step.on) {
      case 'link':
        return network.arm(step);
      case 'node':
        return injectors.node.arm(step);
      case 'file':
        return present(injectors.file).arm(step);
      case 'clock':
        return present(injectors.clock).arm(step);
      default:
        return step satisfies never;
    }
  };
  const release = async (step: Exclude<Step, LinkStep>): Promise<void> => {
    if (step.on === 'node') await injectors.node.lift(step);
    else if (step.on === 'file') await present(injectors.file).lift(step);
    else await present(injectors.clock).lift(step);
  };
  const lift = async (id: string): Promise<void> => {
    if (!schedule.some((step) => step.id === id))
      throw new UnknownStepError(`no step '${id}'; there are ${schedule.map((step) => step.id).join(', ')}`);
    const step = armed.get(id);
    if (!step) return;
    armed.delete(id);
    if (step.on === 'link') await network.lift(id);
    else await release(step);
    record(step, 'lifted');
  };

  recorder.subscribe((event) => {
    if (event.kind !== 'fault' || event.state !== 'fired') return;
    firings.set(event.step, (firings.get(event.step) ?? 0) + 1);
    for (const step of schedule) {
      if (over || step.on !== 'node' || reactions.has(step.id) || !reactsTo(step, event.step)) continue;
      // Not from inside the recorder: the event that it reacts to is told to the others first.
      const reaction = Promise.resolve().then(() => arm(step));
      reactions.set(
        step.id,
        reaction.catch((error: Error) => broken(`'${step.id}' could not react to '${event.step}': ${error.message}`)),
      );
    }
  });

  return {
    async armAtStart() {
      // In order on each target, at once on different ones.
      const targets = Map.groupBy(
        schedule.filter((step) => step.armAt === 'start'),
        targetOf,
      );
      await Promise.all(
        [...targets.values()].map(async (steps) => {
          for (const step of steps) await arm(step);
        }),
      );
    },
    async pass(mark) {
      recorder.record({ kind: 'mark', name: mark });
      for (const step of schedule) if (step.armAt !== 'start' && 'mark' in step.armAt && step.armAt.mark === mark) await arm(step);
    },
    lift,
    async liftAll() {
      over = true;
      await Promise.all(reactions.values());
      const steps = [...armed.values()];
      armed.clear();
      await network.liftAll();
      for (const step of steps.toReversed()) if (step.on !== 'link') await release(step);
      for (const step of steps) record(step, 'lifted');
    },
    inject: (fault) => arm({ id: `injected ${++injected}`, on: 'node', fault, armAt: { mark: '' }, mustFire: 0 }),
    fired: (id) => firings.get(id) ?? 0,
    active: () => armed.size > 0,
  };
}

/** What a step breaks: a link or a node. */
function targetOf(step: Step): string {
  if (step.on === 'link') return step.link;
  return step.on === 'node' ? step.fault.node : step.node;
}

function reactsTo({ armAt }: NodeStep, step: string): boolean {
  return armAt !== 'start' && 'fired' in armAt && armAt.fired === step;
}

function present<T>(injector: T | undefined): T {
  if (!injector) throw new Error('this run was made without an injector for such a step');
  return injector;
}
