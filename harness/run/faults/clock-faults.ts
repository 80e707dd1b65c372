// Faults on the wall clocks of nodes. A step has fired once a process of the node was seen that follows the moved clock. A
// program that asks the kernel itself keeps the machine's time, so nothing happens to it and the step has not fired.
import type { Step } from '../../model/faults/fault.ts';
import type { ClockStep } from '../../model/faults/clock-fault.ts';
import type { Ground } from '../../runtime/runtime.ts';
import type { RunningSystem } from '../system/boot.ts';
import type { Injector, InjectorSink } from './injector.ts';

export function clockInjector(ground: Ground, system: RunningSystem, sink: InjectorSink): Injector<ClockStep> {
  /** Jumps stay; a skew is there only while it is in force. */
  const jumpedMs = new Map<string, number>();
  const skews = new Map<string, { node: string; byMs: number }>();
  /** In force since before their node ran. */
  const unseen = new Set<ClockStep>();

  system.startUnder({
    conditions: () => ({}),
    began(node) {
      for (const step of unseen) if (step.node === node) void move(step).catch((error: Error) => sink.broken(error.message));
    },
  });

  return {
    async arm(step) {
      begin(step);
      unseen.add(step);
      await move(step);
    },
    async lift(step) {
      unseen.delete(step);
      if (skews.delete(step.id)) await ground.setClock(step.node, offsetMs(step.node), []);
    },
  };

  function begin({ id, node, fault }: ClockStep): void {
    switch (fault.kind) {
      case 'jump':
        jumpedMs.set(node, (jumpedMs.get(node) ?? 0) + fault.byMs);
        break;
      case 'skew':
        skews.set(id, { node, byMs: fault.byMs });
        break;
      default:
        return fault satisfies never;
    }
  }

  async function move(step: ClockStep): Promise<void> {
    const pids = (await system.node(step.node)?.pids()) ?? [];
    const followers = await ground.setClock(step.node, offsetMs(step.node), pids);
    if (followers === 0 || !unseen.delete(step)) return;
    sink.fired(step, { kind: 'node', node: step.node, evidence: `the clock of ${followers} of its ${pids.length} processes moved` });
    if (step.fault.kind === 'jump') sink.over(step);
  }

  function offsetMs(node: string): number {
    const skewedMs = [...skews.values()].reduce((sum, skew) => sum + (skew.node === node ? skew.byMs : 0), 0);
    return (jumpedMs.get(node) ?? 0) + skewedMs;
  }
}

/** Nodes whose clocks the schedule moves. */
export function clockedNodes(schedule: readonly Step[]): string[] {
  return [...new Set(schedule.flatMap((step) => (step.on === 'clock' ? step.node : [])))];
}
