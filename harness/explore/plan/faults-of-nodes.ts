// What may happen to a node by itself, whatever passes its links: its disk is full, it may open no more, its wall clock jumps, a bound
// that it declares is small; and a client of it never comes to the end of its opening.
import type { Step } from '../../model/faults/fault.ts';
import { DRIVER } from '../../model/system/link.ts';
import type { Node, Topology } from '../../model/system/topology.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { WORK_MARKS } from '../work/play-work.ts';
import type { FaultPoint } from './fault-point.ts';
import type { Impossible } from './points.ts';

/** Long enough for what waits and tries again. */
const HELD_MS = 1_000;
const HOUR_MS = 3_600_000;
const DESCRIPTORS = 64;
const DISK_KB = 16_384;
/** Of a disk: full, or full one page later. */
const LEFT_KB = [0, 4] as const;

/** Before these come the first ones of each handshake, and behind them what is said again and again. */
const WEIGHT = { trickle: 0.4, bound: 0.5, box: 0.8 } as const;

export function pointsOfNodes(conversation: Conversation, topology: Topology, impossible: Impossible): FaultPoint[] {
  const ordered = new Set(topology.links.flatMap(({ to, carries }) => (carries === 'orders' ? [to] : [])));
  const ofNode = (node: Node): FaultPoint[] =>
    [...boxPoints(node, conversation.usual), ...boundPoints(node), ...tricklePoints(node, conversation, topology)].map((point) =>
      ordered.has(node.name) ? { ...point, isLast: true } : point,
    );
  return topology.nodes.flatMap(ofNode).filter(({ schedule }) => impossible(schedule) === undefined);
}

/** All steps of such points, whatever was recorded. @param usual what each node held at rest */
export function stepsOfNodes({ nodes }: Topology, usual: Conversation['usual']): Step[] {
  return nodes.flatMap((node) => [...boxPoints(node, usual), ...boundPoints(node)]).flatMap(({ schedule }) => schedule);
}

type BoxFault = { label: string; step: (id: string, armAt: { mark: string }) => Step };

function boxPoints(node: Node, usual: Conversation['usual']): FaultPoint[] {
  const faults = [...diskFaults(node), ...descriptorFaults(node, usual), ...clockFaults(node)];
  return WORK_MARKS.flatMap((mark, phase) =>
    faults.map(({ label, step }, rank) => ({
      key: `node ${node.name}, ${mark}: ${label}`,
      link: `node ${node.name}`,
      class: mark,
      fault: label,
      weight: WEIGHT.box + phase + rank / 10,
      schedule: [step(`${label} ${node.name}`, { mark })],
      dwellMs: HELD_MS,
    })),
  );
}

function diskFaults({ name }: Node): BoxFault[] {
  return LEFT_KB.map((freeKB) => ({
    label: freeKB === 0 ? 'full disk' : `full disk after ${freeKB} KiB`,
    step: (id, armAt) => ({
      id,
      on: 'file',
      node: name,
      path: '{state}',
      fault: { kind: 'full-disk', sizeKB: DISK_KB, freeKB },
      armAt,
      mustFire: 1,
    }),
  }));
}

/**
 * One less than it holds at rest. The kernel gives numbers below the limit alone, and one that is held may have a high number, such as a
 * pipe that was there before it: so many leave none to be given.
 */
function descriptorFaults({ name }: Node, usual: Conversation['usual']): BoxFault[] {
  const held = Object.entries(usual[name] ?? {}).reduce((sum, [kind, count]) => sum + (kind.startsWith('fd ') ? count : 0), 0);
  const counts = [
    ...(held > 1 ? [{ label: 'no descriptor to spare', descriptors: held - 1 }] : []),
    { label: `${DESCRIPTORS} descriptors`, descriptors: DESCRIPTORS },
  ];
  return counts.map(({ label, descriptors }) => ({
    label,
    step: (id, armAt) => ({ id, on: 'node', fault: { kind: 'limit', node: name, descriptors }, armAt, mustFire: 1 }),
  }));
}

function clockFaults({ name }: Node): BoxFault[] {
  return [
    { label: 'clock an hour back', byMs: -HOUR_MS },
    { label: 'clock an hour on', byMs: HOUR_MS },
  ].map(({ label, byMs }) => ({
    label,
    step: (id, armAt) => ({ id, on: 'clock', node: name, fault: { kind: 'jump', byMs }, armAt, mustFire: 1 }),
  }));
}

/** The work is done twice: once to come to the bound, and once to come there again. */
function boundPoints({ name, bounds = {} }: Node): FaultPoint[] {
  return Object.entries(bounds).map(([variable, small], rank) => {
    const label = `${variable}=${small}`;
    return {
      key: `node ${name}, from its start: ${label}, and the work twice`,
      link: `node ${name}`,
      class: 'from its start',
      fault: label,
      weight: WEIGHT.bound + rank / 100,
      schedule: [
        {
          id: `${label} ${name}`,
          on: 'node',
          fault: { kind: 'environment', node: name, set: { [variable]: small } },
          armAt: 'start',
          mustFire: 1,
        },
      ],
      dwellMs: 0,
      rounds: 2,
    };
  });
}

/** One for each of its listeners that somebody dials: what a node says first, and the script only where no node dials. */
function tricklePoints({ name, listens }: Node, { openings }: Conversation, { links }: Topology): FaultPoint[] {
  return Object.entries(listens).flatMap(([listener, about]) => {
    const dialling = links.filter((link) => link.to === name && link.listener === listener && openings[link.name]);
    const link = dialling.find(({ from }) => from !== DRIVER) ?? dialling[0];
    const opening = openings[link?.name ?? ''];
    if (about.transport === 'stdio' || !link || !opening) return [];
    const { openingWithinMs: withinMs } = about;
    return {
      key: `${opening.name}, by another client: one byte at a time, without end`,
      link: link.name,
      class: opening.name,
      fault: 'one byte at a time',
      weight: WEIGHT.trickle,
      schedule: [],
      dwellMs: 0,
      trickles: [{ node: name, listener, opening: withoutItsEnd(opening.text), ...(withinMs !== undefined && { withinMs }) }],
    };
  });
}

/** Of a head the empty line, of a line its newline, and of JSON its last bracket: nothing that is whole by chance. */
function withoutItsEnd(text: string): string {
  return text.trimEnd().slice(0, -1);
}
