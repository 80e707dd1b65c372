// The schedule at work: which steps are armed, lifted and fired. Each family of faults has an injector that puts its steps
// in force. All injectors leave the same three events.
import type { ClockStep } from '../../model/faults/clock-fault.ts';
import type { Step } from '../../model/faults/fault.ts';
import type { FileStep } from '../../model/faults/file-fault.ts';
import type { NodeFault, NodeStep } from '../../model/faults/node-fault.ts';
import { TornwireError } from '../../model/values/tornwire-error.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import type { Network } from '../../network/network.ts';
import { handledBy, type HandledStep, type Injector, type InjectorSink } from './injector.ts';
import { reactionsIn } from './reactions.ts';
import type { Recorder } from '../record/recorder.ts';

export interface Injectors {
  node: Injector<NodeStep>;
  file: Injector<FileStep>;
  clock: Injector<ClockStep>;
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
  /** Steps that are armed and have not fired as often as they must. @param also those that count until they have fired once */
  due(also: readonly string[]): readonly string[];
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
  let injected = 0;
  const record = (step: Step, state: 'armed' | 'lifted'): void => void recorder.record({ ...about(step), state });
  const injectors = injectorsOn({
    fired: (step, hit) => void recorder.record({ ...about(step), state: 'fired', hit }),
    over(step) {
      if (armed.delete(step.id)) record(step, 'lifted');
    },
    broken,
  });

  const arm = async (step: Step): Promise<void> => {
    armed.set(step.id, step);
    record(step, 'armed');
    await handled(step, network, injectors).arm();
  };
  const lift = async (id: string): Promise<void> => {
    const step = armed.get(id);
    if (!step) return;
    armed.delete(id);
    await handled(step, network, injectors).lift();
    record(step, 'lifted');
  };
  const liftAll = async (): Promise<void> => {
    await reactions.end();
    const steps = [...armed.values()];
    armed.clear();
    await network.liftAll();
    for (const step of steps.toReversed()) if (step.on !== 'link') await handled(step, network, injectors).lift();
    for (const step of steps) record(step, 'lifted');
  };

  const reactions = reactionsIn(schedule, arm, broken);
  const firings = firingsIn(recorder, (step) => reactions.to(step));
  const armForMark = async (step: Step): Promise<void> => {
    reactions.goOn();
    await arm(step);
  };
  return {
    armAtStart: () => armAtStart(schedule, arm),
    async pass(mark) {
      recorder.record({ kind: 'mark', name: mark });
      for (const step of schedule) if (waitsFor(step, mark)) await armForMark(step);
    },
    lift: async (id) => lift(known(schedule, id)),
    liftAll,
    inject: (fault) => arm({ id: `injected ${++injected}`, on: 'node', fault, armAt: { mark: '' }, mustFire: 0 }),
    fired: (id) => firings.get(id) ?? 0,
    due: (also) => dueOf(armed.values(), firings, also),
    active: () => armed.size > 0,
  };
}

function dueOf(armed: Iterable<Step>, firings: ReadonlyMap<string, number>, also: readonly string[]): string[] {
  const wanted = ({ id, mustFire }: Step): number => Math.max(mustFire, also.includes(id) ? 1 : 0);
  return [...armed].filter((step) => (firings.get(step.id) ?? 0) < wanted(step)).map(({ id }) => id);
}

/** How often each step has fired; `onFired` is told of each time. */
function firingsIn(recorder: Recorder, onFired: (step: string) => void): ReadonlyMap<string, number> {
  const firings = new Map<string, number>();
  recorder.subscribe((event) => {
    if (event.kind !== 'fault' || event.state !== 'fired') return;
    firings.set(event.step, (firings.get(event.step) ?? 0) + 1);
    onFired(event.step);
  });
  return firings;
}

/** In order on each target, at once on different ones. */
async function armAtStart(schedule: readonly Step[], arm: (step: Step) => Promise<void>): Promise<void> {
  const targets = Map.groupBy(
    schedule.filter((step) => step.armAt === 'start'),
    targetOf,
  );
  await Promise.all(
    [...targets.values()].map(async (steps) => {
      for (const step of steps) await arm(step);
    }),
  );
}

function waitsFor({ armAt }: Step, mark: string): boolean {
  return armAt !== 'start' && 'mark' in armAt && armAt.mark === mark;
}

/** @throws UnknownStepError */
function known(schedule: readonly Step[], id: string): string {
  if (schedule.some((step) => step.id === id)) return id;
  throw new UnknownStepError(`no step '${id}'; there are ${schedule.map((step) => step.id).join(', ')}`);
}

function handled(step: Step, network: Network, injectors: Injectors): HandledStep {
  switch (step.on) {
    case 'link':
      return { arm: () => network.arm(step), lift: () => network.lift(step.id) };
    case 'node':
      return handledBy(injectors.node, step);
    case 'file':
      return handledBy(injectors.file, step);
    case 'clock':
      return handledBy(injectors.clock, step);
    default:
      return step satisfies never;
  }
}

function about(step: Step): { kind: 'fault'; step: string; fault: Step['fault']['kind']; target: string } {
  return { kind: 'fault', step: step.id, fault: step.fault.kind, target: targetOf(step) };
}

/** What a step breaks: a link or a node. */
function targetOf(step: Step): string {
  if (step.on === 'link') return step.link;
  return step.on === 'node' ? step.fault.node : step.node;
}
