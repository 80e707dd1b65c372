// All logical fault points of a conversation: class of frame x which of them x place x what can happen there. Nothing is left out for
// being unlikely: what comes first is decided in choose.ts.
import type { LinkStep, NodeStep, Step } from '../../model/faults/fault.ts';
import { DRIVER, type Transport } from '../../model/system/link.ts';
import { linkNamed, startOrder, transportOf, type Topology } from '../../model/system/topology.ts';
import type { Conversation, TalkClass } from '../conversation/conversation.ts';
import {
  answersAtFrames,
  LINK_FAULTS_AT_FRAMES,
  type LinkFaultAtFrame,
  NODE_FAULTS_AT_FRAMES,
  type NodeFaultAtFrame,
  type Place,
} from './faults-at-frames.ts';
import type { FaultPoint } from './fault-point.ts';

/** Why nothing can carry a schedule here; undefined when it can be planned. */
export type Impossible = (schedule: readonly Step[]) => string | undefined;

interface Occurrence {
  name: 'first' | 'second' | 'last';
  /** Of its class on its connection, from 1. */
  index: number;
}

const OCCURRENCE_WEIGHT = { first: 0, last: 1, second: 2 } as const;
const STREAMS_OF_A_CHILD = 3;
/** Frames that come by themselves tell least, and there are many. */
const HEARTBEATS = new Set(['ping', 'pong']);

export function pointsIn(conversation: Conversation, topology: Topology, impossible: Impossible): FaultPoint[] {
  return conversation.classes
    .flatMap((each) => occurrencesOf(each).flatMap((occurrence) => pointsAt(each, occurrence, topology)))
    .filter(({ schedule }) => impossible(schedule) === undefined);
}

/** Why a link adds no points to a plan, a sentence each. */
export function withoutPoints(topology: Topology, points: readonly Pick<FaultPoint, 'link'>[]): string[] {
  return topology.links
    .filter(({ name }) => !points.some(({ link }) => link === name))
    .map(({ name, framing }) =>
      framing === 'raw'
        ? `link '${name}' has no fault points, for it is raw: no frames are known on it; 'ndjson' takes each line of a protocol of lines for one`
        : `link '${name}' has no fault points: nothing passed on it that is read as '${framing}'`,
    );
}

function occurrencesOf({ count, unstable }: TalkClass): Occurrence[] {
  const first: Occurrence = { name: 'first', index: 1 };
  if (unstable || count === 1) return [first];
  const last: Occurrence = { name: 'last', index: count };
  return count === 2 ? [first, last] : [first, { name: 'second', index: 2 }, last];
}

function pointsAt(each: TalkClass, occurrence: Occurrence, topology: Topology): FaultPoint[] {
  const { from, to, framing, carries } = linkNamed(topology, each.link);
  const isLog = transportOf(topology, linkNamed(topology, each.link)) === 'stdio' && isOfStderr(each.connection);
  const base = weightOf(each) + OCCURRENCE_WEIGHT[occurrence.name] + (isLog ? 1 : 0);
  const [sender, receiver] = each.direction === 'upstream' ? [from, to] : [to, from];
  const nodes = [receiver, sender].filter((node) => node !== DRIVER && topology.nodes.some(({ name }) => name === node));
  const onLink = [...LINK_FAULTS_AT_FRAMES, ...answersAtFrames(each, framing)]
    .map((what, rank) => ({ what: from === DRIVER ? ofDriver(what) : what, rank }))
    .filter(({ what }) => what && (!each.atBoot || passesAtBoot(what, transportOf(topology, linkNamed(topology, each.link)))))
    .map(({ what, rank }) => linkPoint(each, occurrence, what as LinkFaultAtFrame, base + rank / 10, topology));
  // A node that is not ready yet is struck once it is: then the frame has long passed.
  const onNodes = each.atBoot
    ? []
    : nodes.flatMap((node, end) =>
        NODE_FAULTS_AT_FRAMES.map((what, rank) => nodePoint(each, occurrence, node, what, base + (rank + end) / 10, topology)),
      );
  const all = [...onLink, ...onNodes, ...(each.atBoot ? [] : [stopPoint(each, occurrence, base, topology)])];
  return carries === 'orders' ? all.map((point) => ({ ...point, isLast: true })) : all;
}

/**
 * A script has no heartbeat, so it would never learn that its connection leads nowhere; the node at the other end must. What dies
 * without a word is the script, then.
 */
function ofDriver(what: LinkFaultAtFrame): LinkFaultAtFrame | undefined {
  if (what.fault.kind === 'cut' && what.fault.how === 'blackhole') return undefined;
  // What a script is told in the place of the system says nothing about the system.
  if (what.fault.kind === 'respond') return undefined;
  return what.fault.kind === 'half-open' ? { ...what, fault: { kind: 'half-open', gone: 'client' } } : what;
}

/** What ends a child's stdio is its end, and at boot nobody can start another one. */
function passesAtBoot({ passesBySelf, fault: { kind } }: LinkFaultAtFrame, transport: Transport): boolean {
  return passesBySelf && !(transport === 'stdio' && (kind === 'cut' || kind === 'gone-after-sending'));
}

function weightOf({ phase, count, match, unstable }: TalkClass): number {
  return (phase === 'handshake' ? 0 : 1) + (count > 2 ? 1 : 0) + (HEARTBEATS.has(match.type ?? '') ? 3 : 0) + (unstable ? 1 : 0);
}

function linkPoint(each: TalkClass, occurrence: Occurrence, what: LinkFaultAtFrame, weight: number, topology: Topology): FaultPoint {
  const step = stepAt(each, occurrence, what, topology);
  return {
    key: `${each.name}, ${occurrence.name}, ${what.place}: ${what.label}`,
    link: each.link,
    class: each.name,
    fault: what.label,
    weight,
    schedule: [step],
    dwellMs: what.dwellMs,
  };
}

/** Holds the frame for a millisecond, and so tells that it has come. */
const TOUCH: LinkFaultAtFrame = {
  label: 'touch',
  place: 'before it',
  fault: { kind: 'stall', forMs: 1 },
  passesBySelf: true,
  times: 1,
  dwellMs: 0,
};

const STOP_ALL = 'stop everything (SIGTERM)';

function stopPoint(each: TalkClass, occurrence: Occurrence, weight: number, topology: Topology): FaultPoint {
  return {
    key: `${each.name}, ${occurrence.name}: ${STOP_ALL}`,
    link: each.link,
    class: each.name,
    fault: STOP_ALL,
    weight,
    schedule: [stepAt(each, occurrence, TOUCH, topology)],
    dwellMs: 0,
    stops: stoppedInOrder(topology),
  };
}

/** All that a run starts, in the order in which it stops them. What another node starts over stdio ends with that one. */
export function stoppedInOrder(topology: Topology): string[] {
  return startOrder(topology)
    .toReversed()
    .flat()
    .map(({ name }) => name);
}

/** The node is struck some milliseconds after the frame, which is held for one. */
function nodePoint(
  each: TalkClass,
  occurrence: Occurrence,
  node: string,
  what: NodeFaultAtFrame,
  weight: number,
  topology: Topology,
): FaultPoint {
  const first = stepAt(each, occurrence, TOUCH, topology);
  const label = what.label(node);
  const second: NodeStep = { id: label, on: 'node', fault: what.fault(node), armAt: { fired: first.id }, mustFire: 1 };
  return {
    key: `${each.name}, ${occurrence.name}: ${label}`,
    link: each.link,
    class: each.name,
    fault: label,
    weight,
    schedule: [first, second],
    dwellMs: what.dwellMs,
  };
}

/** The streams of a child are three connections in this order: stdin, stdout, stderr. */
function isOfStderr(connection: number): boolean {
  return connection % STREAMS_OF_A_CHILD === 0;
}

/** @param connection by default the one on which the class came first */
export function stepAt(
  each: TalkClass,
  { index }: Pick<Occurrence, 'index'>,
  what: LinkFaultAtFrame,
  topology: Topology,
  connection = each.connection,
): LinkStep {
  const isStdio = transportOf(topology, linkNamed(topology, each.link)) === 'stdio';
  const atByte = byteAt(what.place, each.bytes);
  return {
    id: `${what.label} ${each.link}`,
    on: 'link',
    link: each.link,
    direction: each.direction,
    fault: what.fault,
    trigger: {
      connection: isStdio ? Math.ceil(connection / STREAMS_OF_A_CHILD) : connection,
      ...(isStdio && isOfStderr(connection) && { stream: 'stderr' as const }),
      frame: { index, matches: each.match },
      ...(atByte !== undefined && { atByte }),
      ...(what.times !== undefined && { times: what.times }),
    },
    armAt: 'start',
    mustFire: 1,
  };
}

function byteAt(place: Place, bytes: number): number | undefined {
  switch (place) {
    case 'before it':
      return 0;
    case 'inside its header':
      return 1;
    case 'in the middle':
      return Math.max(1, Math.floor(bytes / 2));
    case 'behind its last byte':
      return undefined;
    default:
      return place satisfies never;
  }
}
