// The words a schedule is written in: cut('bridge->desktop', { atByte: 6, how: 'fin' }).
import type { ClockFault, ClockStep } from './clock-fault.ts';
import { milliseconds, type Duration } from '../time/duration.ts';
import type { AtMostOneOf } from '../values/one-of.ts';
import type { CutHow, LinkFault, LinkStep, NodeFault, NodeStep, Trigger } from './fault.ts';
import type { FileFault, FileStep } from './file-fault.ts';
import type { Direction } from '../system/link.ts';
import type { Answer } from './link/content/respond.ts';
import type { LinkFaultOf } from './link/table.ts';
import type { NodeFaultKind, NodeFaultOf } from './node-fault.ts';

/** How often a step has to fire, and how often it may. */
export type Firings = AtMostOneOf<
  {
    /** How often it must have fired when the script ends, or the verdict is unknown; `times`, or else 1, by default. */
    mustFire?: number;
    /** It may fire and need not: a run in which it did not is judged like any other, and a pass says that it did not. */
    mayFire?: true;
  },
  'mustFire' | 'mayFire'
> & {
  /** More firings than this are a finding of the oracle `bounds`. On a link it needs `times` above it where the fault would stop by itself. */
  firesAtMost?: number;
};

/** Code without types may give both: then what must happen stands. */
function firingsOf({ mustFire, mayFire, firesAtMost }: Firings, otherwise = 1): Pick<NodeStep, 'mustFire' | 'firesAtMost'> {
  return { mustFire: mustFire ?? (mayFire === true ? 0 : otherwise), ...(firesAtMost !== undefined && { firesAtMost }) };
}

export type Where = Trigger &
  Firings & {
    /** `upstream` is from the side that dials, `downstream` (when absent) is to it. */
    direction?: Direction;
    /** Armed when the script passes this mark; before anything starts when absent. */
    armAt?: string;
    /** Needed when a schedule has two steps of one kind on one link. */
    id?: string;
  };

/** A step for any link fault of the catalogue. */
export function fault(link: string, what: LinkFault, where: Where = {}): LinkStep {
  const { direction = 'downstream', armAt, mustFire, mayFire, firesAtMost, id = `${what.kind} ${link}`, ...trigger } = where;
  const firings = firingsOf({ mustFire, mayFire, firesAtMost } as Firings, where.times);
  return { id, on: 'link', link, direction, fault: what, trigger, armAt: armAt === undefined ? 'start' : { mark: armAt }, ...firings };
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

/**
 * respond('client->api', { status: 429, headers: { 'retry-after': '1' } }, { frame: { matches: { contains: 'POST /v1/' } }, times: 2 })
 * The request never arrives; who asked gets this answer. `direction` is that of the request, upstream when absent.
 */
export const respond = (link: string, answer: Answer, where: Where = {}): LinkStep =>
  fault(link, { kind: 'respond', answer }, { direction: 'upstream', times: 1, ...where });

/** Nothing passes from the trigger on, for a time or until lifted. */
export const stall = (link: string, where: Where & { for?: Duration } = {}): LinkStep => {
  const { for: length, ...rest } = where;
  return fault(link, { kind: 'stall', ...(length !== undefined && { forMs: milliseconds(length) }) }, rest);
};

export type WhereNode = Firings & {
  /** Acts when the script passes this mark. */
  mark?: string;
  /** Acts when this step has fired, some milliseconds after its hit. With neither, from the start on. */
  fired?: string;
  /** Needed when a schedule has two steps of one kind on one node. */
  id?: string;
};

/** onNode({ kind: 'signal', node: 'room', signal: 'SIGHUP' }, { mark: 'busy' }) */
export function onNode(what: NodeFault, at: WhereNode = {}): NodeStep {
  const { mark, fired, id = `${what.kind} ${what.node}` } = at;
  const armAt = mark !== undefined ? { mark } : fired !== undefined ? { fired } : 'start';
  return { id, on: 'node', fault: what, armAt, ...firingsOf(at) };
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

export type WhereFile = Firings & {
  /** Armed when the script passes this mark; before anything starts when absent. */
  armAt?: string;
  /** Once armed it waits for a file with so many whole lines; 0: for the file itself. Acts at once when absent. */
  whenLines?: number;
  /** Only the k-th file made, from 1. */
  match?: number;
  /** Needed when a schedule has two steps of one kind on one node. */
  id?: string;
};

/** onFile('sessions', '{state}/transcripts/*.jsonl', { kind: 'half-line' }, { armAt: 'answered' }) */
export function onFile(node: string, path: string, what: FileFault, where: WhereFile = {}): FileStep {
  const { armAt, whenLines, match, id = `${what.kind} ${node}` } = where;
  const when = { ...(whenLines !== undefined && { whenLines }), ...(match !== undefined && { match }) };
  return { id, on: 'file', node, path, fault: what, armAt: armAt === undefined ? 'start' : { mark: armAt }, ...when, ...firingsOf(where) };
}

/** onClock('room', { kind: 'jump', byMs: -3_600_000 }, { armAt: 'busy' }) */
export function onClock(node: string, what: ClockFault, where: Firings & { armAt?: string; id?: string } = {}): ClockStep {
  const { armAt, id = `${what.kind} ${node}` } = where;
  return { id, on: 'clock', node, fault: what, armAt: armAt === undefined ? 'start' : { mark: armAt }, ...firingsOf(where) };
}
