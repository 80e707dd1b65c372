// Bytes go out in slices that the reader sees as reads of their own, as far as the kernel lets us vouch for it
// (exact.ts). Offsets count from the start of the frame, of the read on a raw link, or of the byte `at_byte`.

import type { DataItem, SlicePlan } from '../item.ts';
import { behind, Target, TRIGGER_FIELDS, triggerMode } from '../target.ts';
import { stageOf } from './stage.ts';
import type { Attributes, Hit, Stage, StageContext, ToxicType } from './toxic.ts';

interface SplitAttributes {
  every?: number;
  sizes?: number[];
  offsets?: number[];
  gap?: SlicePlan['want'];
  delay_us?: number;
}

export const split: ToxicType = {
  type: 'split',
  origin: 'tornwire',
  fields: {
    every: { kind: 'int', min: 1 },
    sizes: { kind: 'ints', min: 1 },
    offsets: { kind: 'ints', min: 1 },
    gap: { kind: 'one-of', values: ['auto', 'boundary', 'gated', 'paced'] },
    delay_us: { kind: 'int' },
    length: { kind: 'int', min: 1 },
    ...TRIGGER_FIELDS,
  },
  check: problem,
  stage: splitting,
};

function splitting(context: StageContext): Stage {
  const attributes = context.toxic.attributes as SplitAttributes & { length?: number };
  let start = 0;
  let hit: Hit | undefined;
  const lifting = new AbortController();

  const target = new Target(context, attributes.length ?? Number.POSITIVE_INFINITY, {
    pass: (item) => context.emit(item),
    hit(item) {
      if (item.first) {
        start = item.offset;
        hit = context.fire({ byteOffset: item.offset, frameIndex: item.frame?.index, offsetInFrame: item.frame && item.offsetInFrame });
      }
      if (hit === undefined) context.emit(item);
      else {
        const ends = endsWithin(attributes, item.offset - start, item.data.length);
        context.emit({ ...item, slices: { ...planFor(context, item, ends, hit), lifted: lifting.signal } });
      }
    },
  });

  return stageOf({
    accept: (item) => (item.kind === 'data' ? target.accept(item) : behind(target, context, item)),
    release() {
      // A reader that hardly reads would take its slices one by one long after the fault is said to be over.
      lifting.abort();
      target.flush();
    },
    stop: () => target.stop(),
    heldBytes: () => target.heldBytes,
    holdBytesMax: target.holdBytesMax,
  });
}

/** Slices of one piece of the target; the firing is published with the last piece, or the first of an endless one. */
export function planFor(context: StageContext, item: DataItem, ends: number[], hit: Hit): SlicePlan {
  const { gap = 'auto', delay_us: delayUs = 0 } = context.toxic.attributes as SplitAttributes;
  const endless = triggerMode(context.toxic.attributes) === 'bytes' && context.toxic.attributes['length'] === undefined;
  return {
    ends,
    want: gap,
    // A gate is what "gated" asks for, also where the kernel keeps boundaries without it.
    apart: gap === 'gated',
    delayUs,
    report({ fidelity, boundaries, vouched, error }) {
      hit.fidelity = hit.fidelity === undefined || RANK[fidelity] < RANK[hit.fidelity] ? fidelity : hit.fidelity;
      hit.boundaries = (hit.boundaries ?? 0) + boundaries;
      hit.vouched = (hit.vouched ?? 0) + vouched;
      if (error !== undefined) hit.error = error;
      if (item.last || (endless && item.first))
        context.report(hit, { bytesForwarded: context.connection.bytesForwarded(context.direction) });
    },
  };
}

const RANK = { paced: 0, gated: 1, boundary: 2 } as const;

/** Slice ends inside `length` bytes that begin `from` bytes after the target's start. */
function endsWithin(attributes: SplitAttributes, from: number, length: number): number[] {
  const ends: number[] = [];
  const add = (end: number) => {
    if (end > from && end < from + length) ends.push(end - from);
  };
  const { every, sizes, offsets } = attributes;
  if (every !== undefined) for (let end = from - (from % every) + every; end < from + length; end += every) add(end);
  if (sizes !== undefined) sizes.reduce((sum, size) => (add(sum + size), sum + size), 0);
  if (offsets !== undefined) for (const end of [...new Set(offsets)].sort((a, b) => a - b)) add(end);
  return [...ends, length];
}

function problem(attributes: Attributes): string | undefined {
  const ways = ['every', 'sizes', 'offsets'].filter((way) => attributes[way] !== undefined);
  return ways.length === 1 ? undefined : 'split needs exactly one of every, sizes and offsets';
}
