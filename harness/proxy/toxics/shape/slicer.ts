// Toxiproxy's slicer: what was read goes out in several writes with a pause after each. It promises nothing
// about what the reader sees; `split` does.

import { between } from '../../stream/chance.ts';
import { splitAt } from '../../stream/item.ts';
import type { DataItem, Item } from '../../stream/item.ts';
import { TIME_US } from '../base/fields.ts';
import type { Fields, GoAttributesOf } from '../base/fields.ts';
import { startTimer } from '../../stream/timer.ts';
import { EARLY_MS, firedOnce, stageOf } from '../base/stage.ts';
import { Held } from '../base/held.ts';
import type { StageContext, ToxicStage, ToxiproxyToxic } from '../base/toxic.ts';

const FIELDS = { average_size: { kind: 'int' }, size_variation: { kind: 'int' }, delay: TIME_US } as const satisfies Fields;

type Context = StageContext<GoAttributesOf<typeof FIELDS>>;

export const slicer: ToxiproxyToxic<typeof FIELDS> = {
  type: 'slicer',
  origin: 'toxiproxy',
  fields: FIELDS,
  stage: sliced,
};

function sliced(context: Context): ToxicStage {
  const tell = firedOnce(context);
  const held = new Held();
  let stopWaiting: (() => void) | undefined;

  function accept(item: Item): void {
    if (item.kind === 'data' && context.concerned()) {
      const parts = partsOf(context, item);
      // One slice is what the sender wrote; it is changed only where it must wait for the pause behind the one before.
      const { delay } = context.toxic.attributes;
      if (parts.length > 1 || (stopWaiting !== undefined && delay > EARLY_MS * 1000)) tell(item);
      for (const part of parts) held.add(part);
    } else {
      held.add(item);
    }
    if (stopWaiting === undefined) handOn();
  }

  /** One slice, then a pause; what is not sliced needs none. */
  function handOn(): void {
    stopWaiting = undefined;
    const item = held.take();
    if (item === undefined) return;
    context.emit(item);
    const { delay } = context.toxic.attributes;
    stopWaiting = afterUs(delay, () => context.batch(handOn));
  }

  function release(): void {
    stopWaiting?.();
    for (const item of held.takeAll()) context.emit(item);
  }

  function stop(): void {
    stopWaiting?.();
    held.takeAll();
  }

  return stageOf({ accept, release, stop, heldBytes: () => held.weight });
}

/** Timers go by whole milliseconds; shorter pauses let the event loop turn until they are over. */
function afterUs(us: number, then: () => void): () => void {
  if (us >= 1000) {
    const timer = startTimer(us / 1000, then);
    return () => timer.cancel();
  }
  const end = performance.now() + us / 1000;
  let turn: NodeJS.Immediate | undefined;
  const look = () => {
    if (performance.now() >= end) then();
    else turn = setImmediate(look);
  };
  turn = setImmediate(look);
  return () => clearImmediate(turn);
}

function partsOf(context: Context, item: DataItem): DataItem[] {
  const parts: DataItem[] = [];
  let rest: DataItem | undefined = item;
  for (const end of sliceEnds(context, item, context.toxic.attributes)) {
    if (rest === undefined) break;
    const [part, after]: [DataItem | undefined, DataItem | undefined] = splitAt(rest, item.offset + end - rest.offset);
    if (part !== undefined) parts.push(part);
    rest = after;
  }
  return parts;
}

/** Halves the bytes until each part is about as long as the average, as Toxiproxy does. */
function sliceEnds(context: Context, item: DataItem, sizes: Context['toxic']['attributes']): number[] {
  const average = Math.max(1, sizes.average_size);
  const variation = Math.max(0, Math.min(sizes.size_variation, average - 1));
  const ends: number[] = [];
  const halve = (start: number, end: number): void => {
    if (end - start - average <= variation || end - start < 2) {
      ends.push(end);
      return;
    }
    const shift = variation > 0 ? between(-variation, variation - 1, String(context.chance('slice', item.offset + start, end - start))) : 0;
    const middle = Math.min(end - 1, Math.max(start + 1, start + Math.floor((end - start) / 2) + shift));
    halve(start, middle);
    halve(middle, end);
  };
  halve(0, item.data.length);
  return ends;
}
