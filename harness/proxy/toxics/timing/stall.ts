// Nothing passes from a point on, for a time or until the toxic is removed. Then everything passes, in order. Bytes that
// cannot be held are not read, so the sender feels back-pressure.

import type { DataItem, Item } from '../../stream/item.ts';
import { emitAfterJudged } from '../aim/frame-picker.ts';
import { Point } from '../aim/point.ts';
import { TRIGGER_FIELDS } from '../base/trigger-fields.ts';
import { startTimer, TIME_MS_MAX } from '../../stream/timer.ts';
import type { Timer } from '../../stream/timer.ts';
import { Held } from '../base/held.ts';
import type { AttributesOf, Fields } from '../base/fields.ts';
import type { HitPlace, OwnToxic, StageContext, ToxicStage } from '../base/toxic.ts';

const FIELDS = { for_ms: { kind: 'int', min: 1, max: TIME_MS_MAX }, ...TRIGGER_FIELDS } as const satisfies Fields;

type Context = StageContext<AttributesOf<typeof FIELDS>>;

export const stall: OwnToxic<typeof FIELDS> = {
  type: 'stall',
  origin: 'tornwire',
  fields: FIELDS,
  stage: (context) => new Stalling(context),
};

class Stalling implements ToxicStage {
  readonly #context: Context;
  readonly #held = new Held();
  readonly #point: Point;
  #state: 'open' | 'waiting' | 'stalled' = 'open';
  #reachedAt: HitPlace = { byteOffset: 0 };
  #timer: Timer | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#point = new Point(context, {
      pass: (item) => context.emit(item),
      busy: () => this.#state !== 'open',
      after: (item) => this.#hold(item),
      // Where there is nothing to hold yet, nothing has happened yet.
      reached: (place) => {
        this.#state = 'waiting';
        this.#reachedAt = place;
      },
    });
    this.#point.begin();
  }

  get holdBytesMax(): number {
    return this.#point.holdBytesMax;
  }

  heldBytes(): number {
    return this.#held.weight + this.#point.heldBytes;
  }

  accept(item: Item): void {
    if (this.#state !== 'open') this.#hold(item);
    else if (item.kind === 'data') this.#point.accept(item);
    else emitAfterJudged(this.#point, this.#context, item);
  }

  release(): void {
    this.#timer?.cancel();
    if (this.#state === 'stalled') this.#context.event({ event: 'toxic-released', bytes: this.#held.bytes });
    for (const item of this.#held.takeAll()) this.#context.emit(item);
    this.#state = 'open';
    this.#point.flush();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#held.takeAll();
    this.#point.stop();
  }

  #hold(item: Item): void {
    this.#held.add(item);
    if (this.#state !== 'waiting') return;
    this.#state = 'stalled';
    const hit = this.#context.fire(item.kind === 'data' ? placeOf(item) : this.#reachedAt);
    if (hit === undefined) {
      this.#letGo();
      return;
    }
    this.#context.report(hit);
    const { for_ms: forMs } = this.#context.toxic.attributes;
    if (forMs !== undefined) this.#timer = startTimer(forMs, () => this.#context.batch(() => this.#letGo()));
  }

  /** Held bytes go through the trigger again: another stall may begin among them. */
  #letGo(): void {
    this.#state = 'open';
    this.#context.event({ event: 'toxic-released', bytes: this.#held.bytes });
    for (const item of this.#held.takeAll()) this.accept(item);
  }
}

function placeOf(item: DataItem): HitPlace {
  return item.frame === undefined
    ? { byteOffset: item.offset }
    : { byteOffset: item.offset, frameIndex: item.frame.index, offsetInFrame: item.offsetInFrame };
}
