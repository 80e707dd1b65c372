// The words a schedule is written in: cut('bridge->desktop', { atByte: 6, how: 'fin' }).
import { milliseconds, type Duration } from './duration.ts';
import type { CutHow, Gap, LinkFault, LinkStep, NodeFault, NodeStep, Trigger } from './fault.ts';
import type { Direction } from './link.ts';

export interface Where extends Trigger {
  direction?: Direction;
  /** Armed when the script passes this mark; before anything starts when absent. */
  armAt?: string;
  /** How often it must have fired when the script ends; 1 by default. */
  mustFire?: number;
  /** Needed when a schedule has two steps of one kind on one link. */
  id?: string;
}

/** A step for any link fault of the catalogue. */
export function fault(link: string, what: LinkFault, where: Where = {}): LinkStep {
  const { direction = 'downstream', armAt, mustFire = where.times ?? 1, id = `${what.kind} ${link}`, ...trigger } = where;
  return { id, on: 'link', link, direction, fault: what, trigger, armAt: armAt === undefined ? 'start' : { mark: armAt }, mustFire };
}

export const cut = (link: string, where: Where & { how: CutHow }): LinkStep => {
  const { how, ...rest } = where;
  return fault(link, { kind: 'cut', how }, { times: 1, ...rest });
};

export const split = (
  link: string,
  where: Where & { every?: number; sizes?: readonly number[]; offsets?: readonly number[]; gap?: Gap; delayUs?: number },
): LinkStep => {
  const { every, sizes, offsets, gap, delayUs, ...rest } = where;
  return fault(
    link,
    {
      kind: 'split',
      ...(every !== undefined && { every }),
      ...(sizes && { sizes }),
      ...(offsets && { offsets }),
      ...(gap && { gap }),
      ...(delayUs !== undefined && { delayUs }),
    },
    rest,
  );
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

export function onNode(what: NodeFault, at: { mark: string; id?: string }): NodeStep {
  return { id: at.id ?? `${what.kind} ${what.node}`, on: 'node', fault: what, armAt: { mark: at.mark }, mustFire: 1 };
}
