// Bytes go out in slices that the reader sees as reads of their own, as far as the kernel lets us vouch for it (exact.ts).
// Offsets count from the start of the frame, of the read on a raw link, or of the byte `at_byte`.

import type { DataItem } from '../../stream/item.ts';
import { emitAfterJudged } from '../aim/frame-picker.ts';
import { Target } from '../aim/target.ts';
import { TRIGGER_FIELDS } from '../base/trigger-fields.ts';
import { triggerMode } from '../aim/trigger.ts';
import { Parting, placeIn } from './parting.ts';
import { PACING_FIELDS, pacingOf } from './pacing.ts';
import { stageOf } from '../base/stage.ts';
import type { AttributesOf, Fields } from '../base/fields.ts';
import type { OwnToxic, StageContext, ToxicStage } from '../base/toxic.ts';

const FIELDS = {
  every: { kind: 'int', min: 1 },
  sizes: { kind: 'ints', min: 1 },
  offsets: { kind: 'ints', min: 1 },
  ...PACING_FIELDS,
  length: { kind: 'int', min: 1 },
  ...TRIGGER_FIELDS,
} as const satisfies Fields;

type Attributes = AttributesOf<typeof FIELDS>;
type Context = StageContext<Attributes>;

export const split: OwnToxic<typeof FIELDS> = {
  type: 'split',
  origin: 'tornwire',
  fields: FIELDS,
  check: problem,
  stage: splitting,
};

function splitting(context: Context): ToxicStage {
  const { attributes } = context.toxic;
  const endless = triggerMode(attributes) === 'bytes' && attributes.length === undefined;
  let start = 0;
  let parting: Parting | undefined;
  const lifting = new AbortController();

  const target = new Target(context, attributes.length ?? Number.POSITIVE_INFINITY, {
    pass: (item) => context.emit(item),
    hit(item) {
      if (item.first) {
        start = item.offset;
        parting?.close();
        parting = undefined;
      }
      const ends = endsWithin(attributes, item.offset - start, item.data.length);
      const first = parting === undefined && ends.length > 1;
      if (first) parting = begin(item);
      // A target without end is told with its first cut.
      if (parting === undefined) context.emit(item);
      else {
        const plan = parting.plan(ends, pacingOf(context), item.last || (endless && first));
        context.emit({ ...item, slices: { ...plan, lifted: lifting.signal } });
      }
    },
  });

  function begin(item: DataItem): Parting | undefined {
    const hit = context.fire(placeIn(item));
    return hit && new Parting(context, hit);
  }

  return stageOf({
    accept: (item) => (item.kind === 'data' ? target.accept(item) : emitAfterJudged(target, context, item)),
    release() {
      // A reader that hardly reads would take its slices one by one long after the fault is said to be over.
      lifting.abort();
      target.flush();
      parting?.close();
    },
    stop() {
      target.stop();
      parting?.close();
    },
    heldBytes: () => target.heldBytes,
    holdBytesMax: target.holdBytesMax,
  });
}

/** Slice ends inside `length` bytes that begin `from` bytes after the target's start. */
function endsWithin(attributes: Attributes, from: number, length: number): number[] {
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

function problem({ every, sizes, offsets }: Attributes): string | undefined {
  const ways = [every, sizes, offsets].filter((way) => way !== undefined);
  return ways.length === 1 ? undefined : 'split needs exactly one of every, sizes and offsets';
}
