// Faults on whole nodes: what is done to one at once, what it finds at its next start, and what stays on it until it
// is lifted. A node that is started again meets everything that is still in force, before its first instruction.
import type { Imposition, NodeFault, NodeFaultOf, NodeStep } from '../model/node-fault.ts';
import { startTimer, type Timer } from '../model/timer.ts';
import type { Imposed, RunningNode, StartConditions } from '../runtime/runtime.ts';
import type { RunningSystem } from './boot.ts';
import type { Injector, InjectorSink } from './faults.ts';
import type { Recorder } from './recorder.ts';

type EnvironmentStep = NodeStep & { fault: NodeFaultOf<'environment'> };
type LastingStep = NodeStep & { fault: Imposition };

/** One step in force on one process of a node. */
interface InForce {
  step: LastingStep;
  imposed: Imposed;
  firings: number;
}

const LOOK_EVERY_MS = 15;
/** A history that holds each of a million refused writes helps nobody. */
const FIRINGS_MAX = 100;

export function nodeInjector(system: RunningSystem, recorder: Recorder, sink: InjectorSink): Injector<NodeStep> {
  const awaiting = new Map<string, NodeStep>();
  const surroundings = new Map<string, EnvironmentStep>();
  const lasting = new Map<string, LastingStep>();
  const inForce = new Set<InForce>();
  const frozen = new Map<string, Timer | undefined>();
  let watch: NodeJS.Timeout | undefined;
  let looking: Promise<unknown> = Promise.resolve();

  system.startUnder({ conditions, began });

  return {
    async arm(step) {
      const { fault } = step;
      switch (fault.kind) {
        case 'signal':
        case 'kill':
        case 'pause':
          // What does not run cannot be hit: it is as soon as it is ready.
          if (system.node(fault.node)) await strike(step);
          else awaiting.set(step.id, step);
          return;
        case 'restart':
          return atOnce(step, async () => {
            await system.end(fault.node, 'SIGKILL');
            await system.start(fault.node);
          });
        case 'environment':
          surroundings.set(step.id, { ...step, fault });
          return;
        case 'unread':
        case 'limit':
        case 'network-cut':
        case 'calls': {
          const stays: LastingStep = { ...step, fault };
          lasting.set(step.id, stays);
          const node = system.node(fault.node);
          if (node) await impose(stays, node, false);
          return;
        }
        default:
          return fault satisfies never;
      }
    },
    async lift(step) {
      if (frozen.has(step.id)) await thaw(step);
      awaiting.delete(step.id);
      surroundings.delete(step.id);
      lasting.delete(step.id);
      await Promise.all([...inForce].filter((each) => each.step.id === step.id).map(end));
    },
  };

  /** On a node that runs. */
  async function strike(step: NodeStep): Promise<void> {
    const { fault } = step;
    if (fault.kind === 'pause') return freeze(step, fault);
    if (fault.kind === 'kill') {
      system.expectExit(fault.node);
      return atOnce(step, () => system.end(fault.node, fault.signal ?? 'SIGKILL'));
    }
    if (fault.kind !== 'signal') return;
    system.expectExit(fault.node, fault.signal);
    return atOnce(step, async () => system.node(fault.node)?.signal(fault.signal));
  }

  async function atOnce(step: NodeStep, act: () => Promise<void>): Promise<void> {
    await act();
    sink.fired(step, { node: step.fault.node });
    sink.over(step);
  }

  async function freeze(step: NodeStep, { node, forMs }: NodeFaultOf<'pause'>): Promise<void> {
    await system.node(node)?.pause();
    recorder.record({ kind: 'node', node, state: 'paused' });
    sink.fired(step, { node });
    const timer = forMs === undefined ? undefined : startTimer(forMs, () => void wake(step));
    frozen.set(step.id, timer);
  }

  async function wake(step: NodeStep): Promise<void> {
    try {
      await thaw(step);
      sink.over(step);
    } catch (error) {
      sink.broken(`'${step.id}' could not be lifted: ${(error as Error).message}`);
    }
  }

  async function thaw(step: NodeStep): Promise<void> {
    frozen.get(step.id)?.cancel();
    frozen.delete(step.id);
    const { node } = step.fault;
    await system.node(node)?.resume();
    recorder.record({ kind: 'node', node, state: 'resumed' });
  }

  function conditions(node: string): StartConditions {
    const about = <S extends NodeStep>(steps: ReadonlyMap<string, S>): S[] =>
      [...steps.values()].filter(({ fault }) => fault.node === node);
    // Its output is read until it is ready: how else would anybody know.
    const stays = about(lasting).filter(({ fault }) => fault.kind !== 'unread');
    return {
      environment: about(surroundings).map(({ fault }) => fault),
      ...(stays.length > 0 && {
        held: async (running: RunningNode) => {
          for (const step of stays) await impose(step, running, true);
        },
      }),
    };
  }

  async function began(node: string): Promise<void> {
    for (const step of surroundings.values())
      if (step.fault.node === node) sink.fired(step, { node, evidence: `it started ${environmentInWords(step.fault)}` });
    for (const step of awaiting.values()) {
      if (step.fault.node !== node) continue;
      awaiting.delete(step.id);
      await strike(step);
    }
    const running = system.node(node);
    for (const step of lasting.values())
      if (running && step.fault.kind === 'unread' && step.fault.node === node) await impose(step, running, false);
  }

  async function impose(step: LastingStep, node: RunningNode, atStart: boolean): Promise<void> {
    if (step.fault.kind === 'calls' && step.fault.inject.what === 'signal') system.expectExit(node.name, step.fault.inject.signal);
    const each: InForce = { step, imposed: await node.impose(step.fault, atStart), firings: 0 };
    inForce.add(each);
    void node.exited.then(() => look(each)).then(() => inForce.delete(each));
    watch ??= setInterval(lookAtAll, LOOK_EVERY_MS).unref();
  }

  function lookAtAll(): void {
    if (inForce.size === 0) {
      clearInterval(watch);
      watch = undefined;
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
        sink.fired(each.step, { node: each.step.fault.node, evidence });
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

function environmentInWords({ set = {}, unset = [], without = [], first = {} }: NodeFault & { kind: 'environment' }): string {
  return [
    ...Object.entries(set).map(([name, value]) => `with ${name}=${value}`),
    ...unset.map((name) => `without ${name}`),
    ...without.map((name) => `without ${name} on its PATH`),
    ...Object.keys(first).map((name) => `with another ${name} first on its PATH`),
  ].join(', ');
}
