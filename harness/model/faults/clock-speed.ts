// A run with faster clocks is the same run in less time. What the system waits for shrinks by the factor. What it computes
// and sends does not. So every bound keeps a share for work, and only the rest of the bound shrinks. The times of the
// faults shrink with the system's.
import { shorter } from '../time/at-speed.ts';
import type { Step } from './fault.ts';
import { typeOf } from './link/table.ts';
import { aboutNodeFault } from './node-fault.ts';
import type { Topology } from '../system/topology.ts';

/** Of a bound on an answer: what requests, frames and processors may take of it on a busy machine. */
const WORK_MS = 800;
/** The same of a start, which is hardly anything but work, and of an end. */
const START_WORK_MS = 5_000;
const END_WORK_MS = 2_000;

/** What is left of a bound at this speed. At speed 1 it is the bound itself. */
export function atSpeed(boundMs: number, clockSpeed: number, workMs = WORK_MS): number {
  const work = Math.min(boundMs, workMs);
  return work + (boundMs - work) / clockSpeed;
}

/** The bounds of nodes and links at this speed; timers that they declare stay as declared, the judges divide them. */
export function topologyAtSpeed(topology: Topology, clockSpeed: number): Topology {
  if (clockSpeed === 1) return topology;
  return {
    ...topology,
    nodes: topology.nodes.map((node) => ({
      ...node,
      readyWithinMs: atSpeed(node.readyWithinMs, clockSpeed, START_WORK_MS),
      stopWithinMs: atSpeed(node.stopWithinMs, clockSpeed, END_WORK_MS),
    })),
    links: topology.links.map((link) => ({
      ...link,
      ...(link.pongWithinMs !== undefined && { pongWithinMs: atSpeed(link.pongWithinMs, clockSpeed) }),
    })),
  };
}

/** Delays get shorter and rates higher by the factor. What keeps slices apart is a matter of the machine and stays. */
export function scheduleAtSpeed(schedule: readonly Step[], clockSpeed: number): readonly Step[] {
  if (clockSpeed === 1) return schedule;
  return schedule.map((step): Step => {
    if (step.on === 'link') return { ...step, fault: typeOf(step.fault).atSpeed(step.fault, clockSpeed) };
    if (step.on !== 'node') return step;
    return { ...step, fault: aboutNodeFault(step.fault).atSpeed(step.fault, (ms) => shorter(ms, clockSpeed)) };
  });
}
