// Toxiproxy's bandwidth: at most `rate` bytes a millisecond. Bytes that need more than a tenth of a second go out in parts
// of a tenth of a second each. A rate of 0 lets nothing pass.

import { splitAt } from '../../stream/item.ts';
import type { DataItem, Item } from '../../stream/item.ts';
import { EARLY_MS, firedOnce } from '../base/stage.ts';
import { Held } from '../base/held.ts';
import type { Fields, GoAttributesOf } from '../base/fields.ts';
import type { StageContext, ToxicStage, ToxiproxyToxic } from '../base/toxic.ts';

const PART_MS = 100;

const FIELDS = { rate: { kind: 'int' } } as const satisfies Fields;

type Context = StageContext<GoAttributesOf<typeof FIELDS>>;

export const bandwidth: ToxiproxyToxic<typeof FIELDS> = {
  type: 'bandwidth',
  origin: 'toxiproxy',
  fields: FIELDS,
  stage: (context) => new RateLimit(context),
};

class RateLimit implements ToxicStage {
  readonly holdBytesMax = 0;
  readonly #context: Context;
  readonly #tell: (item: Item) => void;
  readonly #held = new Held();
  /** Waits for its time. */
  #part: DataItem | undefined;
  /** What is left of the item that the last part was taken from. */
  #rest: DataItem | undefined;
  #freeAtMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#tell = firedOnce(context);
  }

  accept(item: Item): void {
    const isIdle = this.#held.isEmpty && this.#part === undefined && this.#rest === undefined;
    if (isIdle && (item.kind !== 'data' || !this.#context.concerned())) {
      this.#context.emit(item);
      return;
    }
    this.#held.add(item);
    if (this.#timer === undefined) this.#begin();
  }

  updated(): void {
    clearTimeout(this.#timer);
    if (this.#part !== undefined) this.#context.emit(this.#part);
    this.#part = undefined;
    this.#freeAtMs = 0;
    this.#begin();
  }

  release(): void {
    for (const item of this.#takeAll()) this.#context.emit(item);
  }

  stop(): void {
    this.#takeAll();
  }

  heldBytes(): number {
    return this.#held.weight + (this.#part?.data.length ?? 0) + (this.#rest?.data.length ?? 0);
  }

  /** Takes up the next part and waits for as long as it needs. */
  #begin(): void {
    this.#timer = undefined;
    for (let item = this.#next(); item !== undefined; item = this.#next()) {
      if (item.kind !== 'data') this.#context.emit(item);
      else if (!this.#passAtOnce(item)) return;
    }
  }

  #next(): Item | undefined {
    const item = this.#rest ?? this.#held.take();
    this.#rest = undefined;
    return item;
  }

  /** Passes the first part of these bytes if it is due; else false, and it is kept back. */
  #passAtOnce(item: DataItem): boolean {
    const { rate } = this.#context.toxic.attributes;
    if (rate <= 0) {
      this.#tell(item);
      this.#rest = item;
      return false;
    }
    const [part = item, rest] = splitAt(item, rate * PART_MS);
    this.#rest = rest;
    const nowMs = performance.now();
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + part.data.length / rate;
    if (this.#freeAtMs <= nowMs + EARLY_MS) {
      this.#context.emit(part);
      return true;
    }
    this.#part = part;
    this.#tell(part);
    this.#timer = setTimeout(() => this.#context.batch(() => this.#finish(part)), this.#freeAtMs - nowMs);
    return false;
  }

  #finish(part: DataItem): void {
    this.#part = undefined;
    this.#context.emit(part);
    this.#begin();
  }

  #takeAll(): Item[] {
    clearTimeout(this.#timer);
    const items = [this.#part, this.#rest, ...this.#held.takeAll()].filter((item) => item !== undefined);
    this.#part = undefined;
    this.#rest = undefined;
    return items;
  }
}
