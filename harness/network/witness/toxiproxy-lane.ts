// One proxy of Toxiproxy, as its log tells of it: which connections are open, and what is armed on them. If an armed step
// acts on whatever a connection carries, the setup or the end of that connection is the proof.
import type { LinkStep } from '../../model/faults/fault.ts';
import type { Direction } from '../../model/system/link.ts';
import { canBeFelt, hitSeenIn } from './felt.ts';
import type { NetworkSink } from '../api/network-sink.ts';
import type { LogFact } from './toxiproxy-log.ts';
import type { CountedBytes } from './toxiproxy-metrics.ts';

export type InferringSink = Pick<NetworkSink, 'connection' | 'fired'>;

export interface ArmedStep {
  step: LinkStep;
  /** The connections up to here were set up before it was armed. */
  acceptedBefore: number;
  /** Connections set up through it that have ended since: their bytes are in the metrics. */
  ended: number[];
  /** An older connection has ended too, so the metrics no longer tell how much passed since arming. */
  mixed: boolean;
  sentBefore: number;
  receivedBefore: number;
  reported: boolean;
}

export interface Lane {
  readonly armed: ReadonlyMap<string, ArmedStep>;
  arm(step: LinkStep, bytesBefore: CountedBytes): void;
  disarm(stepId: string): void;
  take(fact: Exclude<LogFact, { what: 'called' }>): void;
}

/** `onEnded` is told of each direction that ended through a step which only the metrics can say more about. */
export function laneOf(link: string, sink: InferringSink, onEnded: (armed: ArmedStep) => void): Lane {
  const armed = new Map<string, ArmedStep>();
  const connections = connectionsOf(link, sink);

  function setUp(direction: Direction): void {
    for (const each of armed.values()) {
      if (each.step.direction === direction && hitSeenIn(each.step.fault) === 'setup' && canBeFelt(each.step.fault))
        fire(sink, each, connections.latest(), `connection ${connections.latest()} was set up through it`);
    }
  }

  function removed(client: string, direction: Direction): void {
    const connection = connections.of(client);
    if (connection === undefined) return;
    for (const each of armed.values()) if (each.step.direction === direction) endedThrough(each, connection);
    connections.directionEnded(client);
  }

  function endedThrough(each: ArmedStep, connection: number): void {
    const older = connection <= each.acceptedBefore;
    if (older) each.mixed = true;
    else each.ended.push(connection);
    if (hitSeenIn(each.step.fault) === 'metrics') onEnded(each);
    if (older && each.step.fault.kind === 'reset') return;
    if (hitSeenIn(each.step.fault) === 'end' && canBeFelt(each.step.fault))
      fire(sink, each, connection, `connection ${connection} ended through it`);
  }

  return {
    armed,
    arm: (step, { sent, received }) =>
      void armed.set(step.id, {
        step,
        acceptedBefore: connections.latest(),
        ended: [],
        mixed: false,
        sentBefore: sent,
        receivedBefore: received,
        reported: false,
      }),
    disarm: (stepId) => void armed.delete(stepId),
    take(fact) {
      switch (fact.what) {
        case 'accepted':
          return connections.accepted(fact.client);
        case 'refused':
          return connections.closed(fact.client, { client: 'closed', upstream: 'refused' });
        case 'set-up':
          return setUp(fact.direction);
        case 'removed':
          return removed(fact.client, fact.direction);
        default:
          return fact satisfies never;
      }
    },
  };
}

interface Connections {
  /** The number of the connection that was accepted last. Toxiproxy sets up one after the other, so this one is being set up. */
  latest(): number;
  of(client: string): number | undefined;
  accepted(client: string): void;
  directionEnded(client: string): void;
  closed(client: string, ended?: { client: string; upstream: string }): void;
}

/** Numbers from 1 for what Toxiproxy names by the dialler's address alone. */
function connectionsOf(link: string, sink: InferringSink): Connections {
  /** By the dialler's address; how many of its two directions are still there. */
  const open = new Map<string, { connection: number; directions: number }>();
  let accepted = 0;

  function closed(client: string, ended?: { client: string; upstream: string }): void {
    const closing = open.get(client);
    open.delete(client);
    if (closing) sink.connection({ link, connection: closing.connection, state: 'closed', ...(ended && { ended }) });
  }

  return {
    latest: () => accepted,
    of: (client) => open.get(client)?.connection,
    accepted(client) {
      open.set(client, { connection: ++accepted, directions: 2 });
      sink.connection({ link, connection: accepted, state: 'opened' });
    },
    directionEnded(client) {
      const ending = open.get(client);
      if (ending && --ending.directions === 0) closed(client);
    },
    closed,
  };
}

export function fire(sink: Pick<NetworkSink, 'fired'>, armed: ArmedStep, connection: number, inferredFrom: string): void {
  armed.reported = true;
  sink.fired(armed.step.id, { connection, direction: armed.step.direction, byteOffset: 0, inferredFrom });
}
