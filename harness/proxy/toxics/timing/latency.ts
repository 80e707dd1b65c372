// Toxiproxy's latency: everything is handed on after a delay, in order. The jitter of a frame (or of a read,
// on a raw link) depends on its place alone.

import { between } from '../../stream/chance.ts';
import type { DataItem, Item } from '../../stream/item.ts';
import { startTimer } from '../../stream/timer.ts';
import type { Timer } from '../../stream/timer.ts';
import { EARLY_MS, firedOnce, stageOf } from '../base/stage.ts';
import { Held } from '../base/held.ts';
import { TIME } from '../base/fields.ts';
import type { Fields, GoAttributesOf } from '../base/fields.ts';
import type { StageContext, ToxicStage, ToxiproxyToxic } from '../base/toxic.ts';

/** As much as Toxiproxy's 1024 chunks of 32 KiB. */
const HOLD_BYTES_MAX = 32 * 1024 * 1024;

const FIELDS = { latency: TIME, jitter: TIME } as const satisfies Fields;

type Context = StageContext<GoAttributesOf<typeof FIELDS>>;

export const latency: ToxiproxyToxic<typeof FIELDS> = {
  type: 'latency',
  origin: 'toxiproxy',
  fields: FIELDS,
  stage: delayed,
};

function delayed(context: Context): ToxicStage {
  const held = new Held();
  const dues = new WeakMap<Item, number>();
  const tell = firedOnce(context);
  let lastDueMs = 0;
  let timer: Timer | undefined;

  const delayMs = (item: DataItem) => {
    const { latency: mean, jitter } = context.toxic.attributes;
    if (jitter <= 0) return mean;
    const shift = between(-jitter, jitter - 1, String(context.chance('jitter', item.frame?.index ?? item.chunk)));
    return mean + shift;
  };

  function accept(item: Item): void {
    if (held.isEmpty && (item.kind !== 'data' || !context.concerned())) {
      context.emit(item);
      return;
    }
    if (item.kind === 'data') {
      if (context.concerned()) {
        lastDueMs = Math.max(lastDueMs, item.atMs + delayMs(item));
        if (lastDueMs > performance.now() + EARLY_MS) tell(item);
      }
      item = { ...item, atMs: Math.max(item.atMs, lastDueMs) };
    }
    held.add(item);
    dues.set(item, lastDueMs);
    handOnDue();
  }

  function handOnDue(): void {
    const nowMs = performance.now() + EARLY_MS;
    for (let next = held.first(); next !== undefined && dues.get(next)! <= nowMs; next = held.first()) context.emit(held.take()!);
    const next = held.first();
    if (next === undefined) return;
    timer ??= startTimer(dues.get(next)! - performance.now(), () => {
      timer = undefined;
      context.batch(handOnDue);
    });
  }

  function release(): void {
    timer?.cancel();
    timer = undefined;
    lastDueMs = 0;
    for (const item of held.takeAll()) context.emit(item);
  }

  function stop(): void {
    timer?.cancel();
    held.takeAll();
  }

  return stageOf({ accept, release, updated: release, stop, heldBytes: () => held.weight, holdBytesMax: HOLD_BYTES_MAX });
}
