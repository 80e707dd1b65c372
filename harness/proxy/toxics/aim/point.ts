// The one point in the stream where a stage acts: before a frame, inside it, after so many bytes, or at once.

import { splitAt } from '../../stream/item.ts';
import type { DataItem } from '../../stream/item.ts';
import type { HitPlace } from '../base/toxic.ts';
import { FramePicker } from './frame-picker.ts';
import { streamOffset, triggerMode } from './trigger.ts';
import type { TriggerContext, TriggerMode } from './trigger.ts';

interface PointReceiver {
  /** Bytes before the point, and all bytes after it once the receiver has let go. */
  pass: (item: DataItem) => void;
  /** The point is reached; what follows comes to `after` while the receiver is `busy`. */
  reached: (place: HitPlace) => void;
  busy: () => boolean;
  after: (item: DataItem) => void;
  /** The bytes right before the point, in place of `pass`, for who wants to hand them on in its own way. */
  last?: (item: DataItem) => void;
  /** Where no byte is named, the point lies behind a frame and not before it. */
  behindFrame?: true;
}

/** Finds the point in the stream where a stage acts: before a frame, inside it, after so many bytes, or at once. */
export class Point {
  readonly #context: TriggerContext;
  readonly #receiver: PointReceiver;
  readonly #frames: FramePicker;
  readonly #mode: TriggerMode;
  readonly #offset: number;
  /** Where there is but one point in the stream, it has been reached or can no more be. */
  #offsetPassed: boolean;
  #frameDone = 0;

  constructor(context: TriggerContext, receiver: PointReceiver) {
    this.#context = context;
    this.#receiver = receiver;
    this.#frames = new FramePicker(context);
    this.#mode = triggerMode(context.toxic.attributes);
    this.#offset = streamOffset(context);
    this.#offsetPassed = this.#mode === 'bytes' && this.#offset < context.since.offset;
  }

  /** The point may be where the stream stands already. */
  begin(): void {
    const { offset } = this.#context.since;
    const here = (this.#mode === 'all' && !this.#behindFrame) || (this.#mode === 'bytes' && this.#offset === offset);
    if (!here || !this.#mayFire()) return;
    this.#offsetPassed = true;
    this.#receiver.reached({ byteOffset: offset });
  }

  accept(item: DataItem): void {
    if (this.#receiver.busy()) {
      this.#receiver.after(item);
      return;
    }
    switch (this.#mode) {
      case 'frames':
        this.#frames.accept(item, (each, picked) => this.#frameBytes(each, picked));
        return;
      case 'bytes':
        this.#streamBytes(item);
        return;
      case 'all':
        if (this.#behindFrame) {
          this.#frames.accept(item, (each, picked) => this.#frameBytes(each, picked));
          return;
        }
        // A connection may turn out to be meant only once its label is known.
        if (this.#offsetPassed || !this.#mayFire()) {
          this.#receiver.pass(item);
          return;
        }
        this.#offsetPassed = true;
        this.#reachedAt(item, 0);
        return;
      default:
        return this.#mode satisfies never;
    }
  }

  flush(): void {
    this.#frames.flush((item) => (this.#receiver.busy() ? this.#receiver.after(item) : this.#receiver.pass(item)));
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

  get #behindFrame(): boolean {
    return this.#receiver.behindFrame === true;
  }

  #mayFire(): boolean {
    return this.#context.armed() && this.#context.concerned();
  }

  #frameBytes(item: DataItem, picked: boolean): void {
    if (this.#receiver.busy()) {
      this.#receiver.after(item);
      return;
    }
    const index = item.frame?.index ?? 0;
    if (!picked || this.#frameDone === index) {
      this.#receiver.pass(item);
      return;
    }
    const end = item.offsetInFrame + item.data.length;
    const { at_byte: atByte = this.#behindFrame ? (item.last ? end : Infinity) : 0 } = this.#context.toxic.attributes;
    const here = atByte === 0 ? item.first : atByte > item.offsetInFrame && atByte <= end;
    if (here) {
      this.#frameDone = index;
      this.#reachedAt(item, atByte - item.offsetInFrame);
      return;
    }
    this.#receiver.pass(item);
    if (item.last && atByte > end && Number.isFinite(atByte))
      this.#context.event({ event: 'beyond-frame', index, length: end, atByte, reason: `frame ${index} has ${end} bytes` });
  }

  #streamBytes(item: DataItem): void {
    const end = item.offset + item.data.length;
    if (this.#offsetPassed || end < this.#offset || !this.#mayFire()) {
      this.#receiver.pass(item);
      return;
    }
    this.#offsetPassed = true;
    this.#reachedAt(item, this.#offset - item.offset);
  }

  /** Passes the bytes before the point, tells, and hands over the rest. */
  #reachedAt(item: DataItem, bytes: number): void {
    const [before, rest] = splitAt(item, bytes);
    if (before !== undefined) (this.#receiver.last ?? this.#receiver.pass)(before);
    this.#receiver.reached({
      byteOffset: item.offset + bytes,
      frameIndex: item.frame?.index,
      offsetInFrame: item.frame === undefined ? undefined : item.offsetInFrame + bytes,
    });
    if (rest !== undefined) this.accept(rest);
  }
}
