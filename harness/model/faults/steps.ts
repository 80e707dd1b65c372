// The words a schedule is written in: cut('bridge->desktop', { atByte: 6, how: 'fin' }).
import type { ClockFault, ClockStep } from './clock-fault.ts';
import { milliseconds, type Duration } from '../time/duration.ts';
import type { CutHow, LinkFault, LinkStep, NodeFault, NodeStep, Trigger } from './fault.ts';
import type { FileFault, FileStep } from './file-fault.ts';
import type { Direction } from '../system/link.ts';
import type { LinkFaultOf } from './link/table.ts';
import type { NodeFaultKind, NodeFaultOf } from './node-fault.ts';

export type Where = Trigger & {
  direction?: Direction;
  /** Armed when the script passes this mark; before anything starts when absent. */
  armAt?: string;
  /** How often it must have fired when the script ends; 1 by default. */
  mustFire?: number;
  /** Needed when a schedule has two steps of one kind on one link. */
  id?: string;
};

/** A step for any link fault of the catalogue. */
export function fault(link: string, what: LinkFault, where: Where = {}): LinkStep {
  const { direction = 'downstream', armAt, mustFire = where.times ?? 1, id = `${what.kind} ${link}`, ...trigger } = where;
  return { id, on: 'link', link, direction, fault: what, trigger, armAt: armAt === undefined ? 'start' : { mark: armAt }, mustFire };
}

export const cut = (link: string, where: Where & { how: CutHow }): LinkStep => {
  const { how, ...rest } = where;
  return fault(link, { kind: 'cut', how }, { times: 1, ...rest });
};

/** One of `every`, `sizes` or `offsets`; `gap` and `delayUs` as well. */
type Slices = WithoutKind<LinkFaultOf<'split'>>;
type WithoutKind<F> = F extends unknown ? Omit<F, 'kind'> : never;

export const split = (link: string, where: Where & Slices): LinkStep => {
  const { every, sizes, offsets, gap, delayUs, ...rest } = where;
  const what = {
    kind: 'split',
    ...(every !== undefined && { every }),
    ...(sizes && { sizes }),
    ...(offsets && { offsets }),
    ...(gap && { gap }),
    ...(delayUs !== undefined && { delayUs }),
  };
  // Where code without types gives two of them, planning says so.
  return fault(link, what as unknown as LinkFaultOf<'split'>, rest);
};

export const latency = (link: string, where: Where & { delay: Duration; jitter?: Duration }): LinkStep => {
  const { delay, jitter, ...rest } = where;
  return fault(
    link,
    { kind: 'latency', delayMs: milliseconds(delay), ...(jitter !== undefined && { jitterMs: milliseconds(jitter) }) },
    rest,
  );
};

/** Nothing passes from the trigger on, for a time or until lifted. */
export const stall = (link: string, where: Where & { for?: Duration } = {}): LinkStep => {
  const { for: length, ...rest } = where;
  return fault(link, { kind: 'stall', ...(length !== undefined && { forMs: milliseconds(length) }) }, rest);
};

export interface WhereNode {
  /** Acts when the script passes this mark. */
  mark?: string;
  /** Acts when this step has fired, some milliseconds after its hit. With neither, from the start on. */
  fired?: string;
  /** How often it must have fired when the script ends; 1 by default. */
  mustFire?: number;
  /** Needed when a schedule has two steps of one kind on one node. */
  id?: string;
}

/** onNode({ kind: 'signal', node: 'room', signal: 'SIGHUP' }, { mark: 'busy' }) */
export function onNode(what: NodeFault, at: WhereNode = {}): NodeStep {
  const { mark, fired, mustFire = 1, id = `${what.kind} ${what.node}` } = at;
  const armAt = mark !== undefined ? { mark } : fired !== undefined ? { fired } : 'start';
  return { id, on: 'node', fault: what, armAt, mustFire };
}

type Without<K extends NodeFaultKind> = Omit<NodeFaultOf<K>, 'kind' | 'node'>;

export const kill = (node: string, at: WhereNode): NodeStep => onNode({ kind: 'kill', node }, at);
export const restart = (node: string, at: WhereNode): NodeStep => onNode({ kind: 'restart', node }, at);

/** Stopped in its tracks, for a time or until lifted. */
export const freeze = (node: string, at: WhereNode & { for?: Duration }): NodeStep => {
  const { for: length, ...where } = at;
  return onNode({ kind: 'pause', node, ...(length !== undefined && { forMs: milliseconds(length) }) }, where);
};

/** environment('supervisor', { without: ['ps'] }) */
export const environment = (node: string, what: Without<'environment'>, at: WhereNode = {}): NodeStep =>
  onNode({ kind: 'environment', node, ...what }, at);

/** limit('supervisor', { descriptors: 64 }) */
export const limit = (node: string, what: Without<'limit'>, at: WhereNode = {}): NodeStep => onNode({ kind: 'limit', node, ...what }, at);

/** calls('desktop', { calls: ['write'], path: '{state}/log', inject: { what: 'error', error: 'ENOSPC' } }) */
export const calls = (node: string, what: Without<'calls'>, at: WhereNode = {}): NodeStep => onNode({ kind: 'calls', node, ...what }, at);

export const unread = (node: string, stream: 'stdout' | 'stderr', at: WhereNode = {}): NodeStep =>
  onNode({ kind: 'unread', node, stream }, at);

export const networkCut = (node: string, at: WhereNode): NodeStep => onNode({ kind: 'network-cut', node }, at);

export interface WhereFile {
  /** Armed when the script passes this mark; before anything starts when absent. */
  armAt?: string;
  /** Once armed it waits for a file with so many whole lines; 0: for the file itself. Acts at once when absent. */
  whenLines?: number;
  /** Only the k-th file made, from 1. */
  match?: number;
  mustFire?: number;
  id?: string;
}

/** onFile('sessions', '{state}/transcripts/*.jsonl', { kind: 'half-line' }, { armAt: 'answered' }) */
export function onFile(node: string, path: string, what: FileFault, where: WhereFile = {}): FileStep {
  const { armAt, whenLines, match, mustFire = 1, id = `${what.kind} ${node}` } = where;
  const when = { ...(whenLines !== undefined && { whenLines }), ...(match !== undefined && { match }) };
  return { id, on: 'file', node, path, fault: what, armAt: armAt === undefined ? 'start' : { mark: armAt }, ...when, mustFire };
}

/** onClock('room', { kind: 'jump', byMs: -3_600_000 }, { armAt: 'busy' }) */
export function onClock(node: string, what: ClockFault, where: { armAt?: string; id?: string } = {}): ClockStep {
  const { armAt, id = `${what.kind} ${node}` } = where;
  return { id, on: 'clock', node, fault: what, armAt: armAt === undefined ? 'start' : { mark: armAt }, mustFire: 1 };
}
