// Toxiproxy's bandwidth: at most `rate` bytes a millisecond. Bytes that need more than a tenth of a second go out in parts
// of a tenth of a second each. A rate of 0 lets nothing pass.

import { splitAt } from '../../stream/item.ts';
import type { DataItem, Item } from '../../stream/item.ts';
import { EARLY_MS, firedOnce, Held, stageOf } from '../stage.ts';
import type { Stage, StageContext, ToxicType } from '../toxic.ts';

const PART_MS = 100;

export const bandwidth: ToxicType = {
  type: 'bandwidth',
  origin: 'toxiproxy',
  fields: { rate: { kind: 'int' } },
  stage: limited,
};

function limited(context: StageContext): Stage {
  const held = new Held();
  const tell = firedOnce(context);
  let part: DataItem | undefined;
  let rest: DataItem | undefined;
  let freeAtMs = 0;
  let timer: NodeJS.Timeout | undefined;

  const isIdle = () => held.isEmpty && part === undefined && rest === undefined;

  function accept(item: Item): void {
    if (isIdle() && (item.kind !== 'data' || !context.concerned())) {
      context.emit(item);
      return;
    }
    held.add(item);
    if (timer === undefined) begin();
  }

  /** Takes up the next part and waits for as long as it needs. */
  function begin(): void {
    timer = undefined;
    for (;;) {
      const item: Item | undefined = rest ?? held.take();
      rest = undefined;
      if (item === undefined) return;
      if (item.kind !== 'data') {
        context.emit(item);
        continue;
      }
      const { rate } = context.toxic.attributes as { rate: number };
      if (rate <= 0) {
        tell(item);
        rest = item;
        return;
      }
      [part, rest] = splitAt(item, rate * PART_MS);
      const nowMs = performance.now();
      freeAtMs = Math.max(freeAtMs, nowMs) + part!.data.length / rate;
      if (freeAtMs > nowMs + EARLY_MS) {
        tell(part!);
        timer = setTimeout(() => context.batch(finish), freeAtMs - nowMs);
        return;
      }
      context.emit(part!);
      part = undefined;
    }
  }

  function finish(): void {
    const done = part!;
    part = undefined;
    context.emit(done);
    begin();
  }

  function updated(): void {
    clearTimeout(timer);
    if (part !== undefined) context.emit(part);
    part = undefined;
    freeAtMs = 0;
    begin();
  }

  function release(): void {
    clearTimeout(timer);
    for (const item of [part, rest, ...held.takeAll()]) if (item !== undefined) context.emit(item);
    part = undefined;
    rest = undefined;
  }

  function stop(): void {
    clearTimeout(timer);
    held.takeAll();
    part = undefined;
    rest = undefined;
  }

  const heldBytes = () => held.weight + (part?.data.length ?? 0) + (rest?.data.length ?? 0);
  return stageOf({ accept, release, updated, stop, heldBytes });
}
