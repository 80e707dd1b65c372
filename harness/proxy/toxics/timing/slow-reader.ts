// From a point on the source is read slowly or not at all. So its writes fill the kernel's buffers and then block. A peer
// that stops draining its socket or pipe does the same.

import { emitAfterJudged } from '../aim/frame-picker.ts';
import { Point } from '../aim/point.ts';
import { TRIGGER_FIELDS } from '../base/trigger-fields.ts';
import type { Item } from '../../stream/item.ts';
import { startTimer } from '../../stream/timer.ts';
import type { Timer } from '../../stream/timer.ts';
import type { AttributesOf, Fields } from '../base/fields.ts';
import type { HitPlace, OwnToxic, StageContext, ToxicStage } from '../base/toxic.ts';
import type { Hit } from '../../wire/wire-types.ts';

const FIELDS = { rate: { kind: 'int' }, ...TRIGGER_FIELDS } as const satisfies Fields;

type Context = StageContext<AttributesOf<typeof FIELDS>>;

export const slowReader: OwnToxic<typeof FIELDS> = {
  type: 'slow_reader',
  origin: 'tornwire',
  fields: FIELDS,
  stage: (context) => new SlowReader(context),
};

/** How often it is asked whether bytes wait. */
const LOOK_EVERY_MS = 5;

class SlowReader implements ToxicStage {
  readonly #context: Context;
  readonly #point: Point;
  #slow = false;
  /** Begun, and not yet felt by the sender. */
  #unfelt: Hit | undefined;
  #nextLook: Timer | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#point = new Point(context, {
      pass: (item) => context.emit(item),
      busy: () => this.#slow,
      // What was read before still passes.
      after: (item) => context.emit(item),
      reached: (place) => this.#begin(place),
    });
    this.#point.begin();
  }

  get holdBytesMax(): number {
    return this.#point.holdBytesMax;
  }

  heldBytes(): number {
    return this.#point.heldBytes;
  }

  accept(item: Item): void {
    if (item.kind === 'data') this.#point.accept(item);
    else emitAfterJudged(this.#point, this.#context, item);
  }

  updated(): void {
    if (this.#slow) this.#limit();
  }

  release(): void {
    this.#endLooking();
    if (this.#slow) this.#context.connection.limitReading(this.#context.direction, undefined);
    this.#point.flush();
  }

  stop(): void {
    this.#endLooking();
    this.#point.stop();
  }

  #begin(place: HitPlace): void {
    const hit = this.#context.fire(place);
    if (hit === undefined) return;
    this.#slow = true;
    this.#limit();
    this.#unfelt = hit;
    this.#nextLook = startTimer(0, () => this.#look());
  }

  #limit(): void {
    this.#context.connection.limitReading(this.#context.direction, this.#context.toxic.attributes.rate ?? 0);
  }

  /** A slow reader is noticed by nobody until something lies unread: then its sender is felt to wait. */
  #look(): void {
    const bytes = this.#context.connection.bytesLeftUnread(this.#context.direction);
    if (this.#unfelt === undefined) return;
    if (bytes === 0) {
      this.#nextLook = startTimer(LOOK_EVERY_MS, () => this.#look());
      return;
    }
    const note = bytes === undefined ? 'whether anything waited could not be seen here' : `${bytes} bytes lay unread`;
    this.#context.report(this.#unfelt, { note });
    this.#unfelt = undefined;
  }

  #endLooking(): void {
    this.#look();
    this.#nextLook?.cancel();
    if (this.#unfelt !== undefined) this.#context.retract(this.#unfelt);
    this.#unfelt = undefined;
  }
}
