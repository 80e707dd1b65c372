// Every link fault there is. A new one is a file and a line here; everything else about it is read from its file.
import { z } from 'zod';
import type { LinkFaultType } from './base/link-fault-type.ts';
import { acceptThenClose } from './loss/accept-then-close.ts';
import { bandwidth } from './timing/bandwidth.ts';
import { coalesce } from './shape/coalesce.ts';
import { corrupt } from './content/corrupt.ts';
import { cut } from './loss/cut.ts';
import { down } from './loss/down.ts';
import { drop } from './content/drop.ts';
import { duplicate } from './content/duplicate.ts';
import { goneAfterSending } from './loss/gone-after-sending.ts';
import { halfOpen } from './loss/half-open.ts';
import { hold } from './content/hold.ts';
import { latency } from './timing/latency.ts';
import { limitData } from './loss/limit-data.ts';
import { neverAccept } from './loss/never-accept.ts';
import { refuse } from './loss/refuse.ts';
import { reorder } from './content/reorder.ts';
import { reset } from './loss/reset.ts';
import { respond } from './content/respond.ts';
import { slice } from './shape/slice.ts';
import { slowClose } from './timing/slow-close.ts';
import { slowReader } from './timing/slow-reader.ts';
import { split } from './shape/split.ts';
import { splitUtf8 } from './shape/split-utf8.ts';
import { stall } from './timing/stall.ts';
import { strayLine } from './content/stray-line.ts';
import { timeout } from './loss/timeout.ts';
import { truncate } from './content/truncate.ts';
import { truncateMessage } from './content/truncate-message.ts';

export const LINK_FAULTS = {
  latency,
  bandwidth,
  stall,
  'slow-close': slowClose,
  timeout,
  split,
  slice,
  coalesce,
  'slow-reader': slowReader,
  cut,
  'gone-after-sending': goneAfterSending,
  'limit-data': limitData,
  reset,
  refuse,
  'accept-then-close': acceptThenClose,
  'never-accept': neverAccept,
  'half-open': halfOpen,
  down,
  drop,
  duplicate,
  hold,
  reorder,
  truncate,
  'truncate-message': truncateMessage,
  corrupt,
  'stray-line': strayLine,
  respond,
  'split-utf8': splitUtf8,
} as const;

type Table = typeof LINK_FAULTS;
/** A line whose name is not the fault's kind does not compile. */
type Named = { readonly [K in keyof Table]: LinkFaultType<{ kind: K }> };
export type LinkFaultKind = keyof Table;
export type LinkFault = { [K in LinkFaultKind]: LinkFaultOf<K> }[LinkFaultKind];
export type LinkFaultOf<K extends LinkFaultKind> = z.infer<Table[K]['schema']>;

export const LINK_FAULT_KINDS = Object.keys(LINK_FAULTS) as readonly LinkFaultKind[];

/** What is known about this fault. */
export function typeOf(fault: LinkFault): LinkFaultType<LinkFault> {
  return (LINK_FAULTS satisfies Named)[fault.kind];
}

type Schema = z.ZodType<LinkFault> & z.core.$ZodTypeDiscriminable;

export const linkFaultSchema = z.discriminatedUnion(
  'kind',
  LINK_FAULT_KINDS.map((kind) => LINK_FAULTS[kind].schema) as [Schema, ...Schema[]],
);
