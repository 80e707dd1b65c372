// What a sweep of a workload may do beside faults of links: all that it could enumerate from the workload's own topology, so that a
// saved case can be told from one that somebody else has written.
import { isDeepStrictEqual } from 'node:util';
import type { Case } from '../../model/case.ts';
import type { Step } from '../../model/faults/fault.ts';
import type { HeldMore } from '../../model/scenario.ts';
import { DRIVER } from '../../model/system/link.ts';
import type { Topology } from '../../model/system/topology.ts';
import { tricklesSchema, type Trickle } from '../work/trickle.ts';
import { stepsOfNodes } from './faults-of-nodes.ts';
import { stoppedInOrder } from './points.ts';

export interface OwnPoints {
  /** Faults of the box of each node, and each declared bound at its declared small value. */
  steps: readonly Step[];
  /** Whether a parameter has the name and the shape of what a sweep gives its cases at such points. */
  isParameter: (name: string, value: unknown) => boolean;
}

/** @param usual what was held at rest, which the saved case has: a limit of descriptors is measured by it. */
export function ownPoints(topology: Topology, usual: Case['parameters'][string] | undefined): OwnPoints {
  return {
    steps: stepsOfNodes(topology, isHeld(usual) ? usual : {}),
    isParameter: (name, value) =>
      (name === 'trickles' && areTrickles(value, topology)) || (name === 'stops' && isDeepStrictEqual(value, stoppedInOrder(topology))),
  };
}

/** At most one to each listener. What it sends is data, as a line is that a fault of a link puts in. */
function areTrickles(value: unknown, topology: Topology): boolean {
  const { success, data: trickles = [] } = tricklesSchema.safeParse(value);
  const places = new Set(trickles.map(({ node, listener }) => JSON.stringify([node, listener])));
  return success && places.size === trickles.length && trickles.every((each) => isToListener(each, topology));
}

function isToListener({ node, listener, withinMs }: Trickle, { nodes, links }: Topology): boolean {
  const listens = nodes.find(({ name }) => name === node)?.listens ?? {};
  const about = Object.hasOwn(listens, listener) ? listens[listener] : undefined;
  if (!about || about.transport === 'stdio' || node === DRIVER) return false;
  return about.openingWithinMs === withinMs && links.some((link) => link.to === node && link.listener === listener);
}

function isHeld(value: unknown): value is HeldMore {
  return isTable(value) && Object.values(value).every((each) => isTable(each) && Object.values(each).every((n) => Number.isInteger(n)));
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
