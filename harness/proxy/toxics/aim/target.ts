// The bytes that a toxic was armed for: whole frames, or a range of bytes. A stage sees them as "hit" and all others as
// "pass".

import { splitAt } from '../../stream/item.ts';
import type { DataItem } from '../../stream/item.ts';
import { FramePicker } from './frame-picker.ts';
import { streamOffset, triggerMode } from './trigger.ts';
import type { TriggerContext, TriggerMode } from './trigger.ts';

interface Receiver {
  /** Bytes that nothing is armed for. */
  pass: (item: DataItem) => void;
  /** Bytes of a target; `first` and `last` tell its bounds. */
  hit: (item: DataItem) => void;
}

/** Sorts bytes for a stage that acts on whole frames, or on a range of bytes. */
export class Target {
  readonly #receiver: Receiver;
  readonly #frames: FramePicker;
  readonly #mode: TriggerMode;
  readonly #context: TriggerContext;
  readonly #start: number;
  readonly #end: number;
  #inRange = false;

  /** `rangeLength` counts from `at_byte`, where no frame is named. */
  constructor(context: TriggerContext, rangeLength: number, receiver: Receiver) {
    this.#context = context;
    this.#receiver = receiver;
    this.#frames = new FramePicker(context);
    this.#mode = triggerMode(context.toxic.attributes);
    this.#start = streamOffset(context);
    this.#end = this.#start + rangeLength;
  }

  accept(item: DataItem): void {
    switch (this.#mode) {
      case 'frames':
      case 'all':
        this.#frames.accept(item, this.#deliver);
        return;
      case 'bytes':
        this.#acceptRange(item);
        return;
      default:
        return this.#mode satisfies never;
    }
  }

  /** No more will come, or nothing is wanted any more: what is being judged passes. */
  flush(): void {
    this.#frames.flush(this.#deliver);
  }

  stop(): void {
    this.#frames.stop();
  }

  get heldBytes(): number {
    return this.#frames.heldBytes;
  }

  get holdBytesMax(): number {
    return this.#frames.holdBytesMax;
  }

  readonly #deliver = (item: DataItem, picked: boolean): void => (picked ? this.#receiver.hit(item) : this.#receiver.pass(item));

  #acceptRange(item: DataItem): void {
    const [before, from] = splitAt(item, this.#start - item.offset);
    if (before !== undefined) this.#receiver.pass(before);
    if (from === undefined) return;
    const [inside, after] = splitAt(from, this.#end - from.offset);
    if (inside !== undefined) this.#rangeBytes(inside);
    if (after !== undefined) this.#receiver.pass(after);
  }

  #rangeBytes(item: DataItem): void {
    const first = item.offset === this.#start;
    if (first) this.#inRange = this.#context.armed() && this.#context.concerned();
    if (!this.#inRange) {
      this.#receiver.pass(item);
      return;
    }
    this.#receiver.hit({ ...item, first, last: item.offset + item.data.length >= this.#end });
  }
}
