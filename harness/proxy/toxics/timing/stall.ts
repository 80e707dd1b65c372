// Nothing passes from a point on, for a time or until the toxic is removed. Then everything passes, in order. Bytes that
// cannot be held are not read, so the sender feels back-pressure.

import type { DataItem, Item } from '../../stream/item.ts';
import { behind, Point, TRIGGER_FIELDS } from '../aim/target.ts';
import { startTimer, TIME_MS_MAX } from '../../stream/timer.ts';
import type { Timer } from '../../stream/timer.ts';
import { Held, stageOf } from '../stage.ts';
import type { HitPlace, Stage, StageContext, ToxicType } from '../toxic.ts';

export const stall: ToxicType = {
  type: 'stall',
  origin: 'tornwire',
  fields: { for_ms: { kind: 'int', min: 1, max: TIME_MS_MAX }, ...TRIGGER_FIELDS },
  stage: stalling,
};

function stalling(context: StageContext): Stage {
  const held = new Held();
  let state: 'open' | 'waiting' | 'stalled' = 'open';
  let reachedAt: HitPlace | undefined;
  let timer: Timer | undefined;

  const point = new Point(context, {
    pass: (item) => context.emit(item),
    busy: () => state !== 'open',
    after: hold,
    // Where there is nothing to hold yet, nothing has happened yet.
    reached(place) {
      state = 'waiting';
      reachedAt = place;
    },
  });

  function hold(item: Item): void {
    held.add(item);
    if (state !== 'waiting') return;
    state = 'stalled';
    const hit = context.fire(item.kind === 'data' ? placeOf(item) : reachedAt!);
    if (hit === undefined) {
      letGo();
      return;
    }
    context.report(hit);
    const { for_ms: forMs } = context.toxic.attributes as { for_ms?: number };
    if (forMs !== undefined) timer = startTimer(forMs, () => context.batch(letGo));
  }

  /** Held bytes go through the trigger again: another stall may begin among them. */
  function letGo(): void {
    state = 'open';
    context.event('toxic-released', { bytes: held.bytes });
    for (const item of held.takeAll()) accept(item);
  }

  function accept(item: Item): void {
    if (state !== 'open') hold(item);
    else if (item.kind === 'data') point.accept(item);
    else behind(point, context, item);
  }

  function release(): void {
    timer?.cancel();
    if (state === 'stalled') context.event('toxic-released', { bytes: held.bytes });
    for (const item of held.takeAll()) context.emit(item);
    state = 'open';
    point.flush();
  }

  point.begin();
  return stageOf({
    accept,
    release,
    stop() {
      timer?.cancel();
      held.takeAll();
      point.stop();
    },
    heldBytes: () => held.weight + point.heldBytes,
    holdBytesMax: point.holdBytesMax,
  });
}

function placeOf(item: DataItem): HitPlace {
  return item.frame === undefined
    ? { byteOffset: item.offset }
    : { byteOffset: item.offset, frameIndex: item.frame.index, offsetInFrame: item.offsetInFrame };
}
