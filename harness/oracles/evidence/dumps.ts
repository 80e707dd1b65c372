// What two dumps of a node's processes, at least a second apart, say about the time between them. If the whole system
// slept, a busy machine is no excuse. So this asks for a pair of dumps of every running node, and that no fault still holds
// bytes that it will hand on.
import type { Step } from '../../model/faults/fault.ts';
import { eventsOf, observationsOf, type History } from '../../model/judging/history.ts';
import type { Plan } from '../../model/judging/oracle.ts';
import { mayHoldBytes } from './on-its-way.ts';

/** A second, less what a timer may come early. */
const DUMPS_APART_MIN_MS = 980;
const ASLEEP_CPU_SHARE = 0.1;
/** Heartbeats and timers move some; who hands on a stream moves more, however long each piece has to wait. */
const ASLEEP_BYTES_A_SECOND = 8_192;

export interface DumpPair {
  node: string;
  fromMs: number;
  toMs: number;
  equal: boolean;
  sleeping: boolean;
  cpuShare: number;
  /** What its processes read and wrote between the dumps, in bytes a second. */
  bytesASecond: number;
  events: readonly number[];
}

/** Per node the first dump after `fromMs` and the first one at least a second later. */
export function dumpPairs(history: History, fromMs: number): DumpPair[] {
  const dumps = observationsOf(history, 'stacks').filter((dump) => dump.atMs >= fromMs);
  return [...Map.groupBy(dumps, (dump) => dump.node)].flatMap(([node, ofNode]) => {
    const first = ofNode[0];
    const second = first && ofNode.find((dump) => dump.atMs - first.atMs >= DUMPS_APART_MIN_MS);
    if (!first || !second) return [];
    return {
      node,
      fromMs: first.atMs,
      toMs: second.atMs,
      equal: sameItems(first.threads, second.threads) && sameItems(first.handles, second.handles),
      sleeping: first.asleep && second.asleep,
      cpuShare: (second.cpuMs - first.cpuMs) / (second.atMs - first.atMs),
      bytesASecond: (((second.movedBytes ?? 0) - (first.movedBytes ?? 0)) * 1_000) / (second.atMs - first.atMs),
      events: [first.seq, second.seq],
    };
  });
}

/**
 * Every thread of every node slept in both dumps, hardly woke in between and handed nothing on, and no fault may still hand bytes on: then
 * nobody in the system waited for a processor, and nobody will move again by itself.
 */
export function everybodySleeps(history: History, plan: Plan, dumps: readonly DumpPair[], inForce: readonly Step[]): boolean {
  const fromMs = Math.min(...dumps.map((pair) => pair.fromMs));
  return (
    allSleep(dumps) &&
    plan.topology.nodes.every(({ name }) => dumps.some((pair) => pair.node === name) || isGone(history, name, fromMs)) &&
    !inForce.some((step) => step.on === 'link' && mayHoldBytes(history, step, fromMs))
  );
}

/** Of those that were dumped. */
export function allSleep(dumps: readonly DumpPair[]): boolean {
  return (
    dumps.length > 0 &&
    dumps.every((pair) => pair.sleeping && pair.cpuShare < ASLEEP_CPU_SHARE && pair.bytesASecond < ASLEEP_BYTES_A_SECOND)
  );
}

/** It did not run when the dumps began: it had never been heard of, or had ended. */
function isGone(history: History, node: string, atMs: number): boolean {
  if (observationsOf(history, 'stacks').some((dump) => dump.node === node && dump.atMs >= atMs)) return false;
  const last = eventsOf(history, 'node').findLast((event) => event.node === node && event.atMs <= atMs);
  return last === undefined || last.state === 'exited';
}

function sameItems(left: readonly string[], right: readonly string[]): boolean {
  const [a, b] = [left.toSorted(), right.toSorted()];
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
