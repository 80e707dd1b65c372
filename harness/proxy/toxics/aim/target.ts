// Which bytes a toxic was armed for. Frames are picked by number, by header or by content. If a frame must be judged by its
// content, it is held until its last byte has come. Stages see their bytes as "hit" and all others as "pass", or are told
// the one point in the stream where they act.

import { JUDGED_BYTES_MAX } from '../../frames/frame-watch.ts';
import { splitAt } from '../../stream/item.ts';
import type { DataItem, Item } from '../../stream/item.ts';
import { contentMatches, headMatches, needsContent } from './match.ts';
import type { FrameMatch } from './match.ts';
import { Held } from '../stage.ts';
import type { Attributes, HitPlace, StageContext } from '../toxic.ts';
import type { Fields } from '../../api/attributes.ts';

/** Attributes that pick connections. */
export const CONNECTION_FIELDS: Fields = {
  connection: { kind: 'int', min: 1 },
  nth: { kind: 'int', min: 1 },
  times: { kind: 'int', min: 1 },
};

/** Attributes of every toxic that acts on bytes. */
export const TRIGGER_FIELDS: Fields = {
  ...CONNECTION_FIELDS,
  label: { kind: 'string' },
  frame: { kind: 'int', min: 1 },
  match: { kind: 'match' },
  at_byte: { kind: 'int' },
  count_from: { kind: 'one-of', values: ['connection', 'armed'] },
};

export type TriggerMode = 'frames' | 'bytes' | 'all';

export function triggerMode(attributes: Attributes): TriggerMode {
  if (attributes['frame'] !== undefined || attributes['match'] !== undefined) return 'frames';
  return attributes['at_byte'] === undefined ? 'all' : 'bytes';
}

/** Once where something tells which connection or byte is meant, else without end. */
export function onceIfAimed(attributes: Attributes): number {
  const aimed = triggerMode(attributes) !== 'all' || attributes['connection'] !== undefined || attributes['nth'] !== undefined;
  return aimed ? 1 : Number.POSITIVE_INFINITY;
}

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
  readonly #context: StageContext;
  readonly #start: number;
  readonly #end: number;
  #inRange = false;

  /** `rangeLength` counts from `at_byte`, where no frame is named. */
  constructor(context: StageContext, rangeLength: number, receiver: Receiver) {
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

interface PointReceiver {
  /** Bytes before the point, and all bytes after it once the receiver has let go. */
  pass: (item: DataItem) => void;
  /** The point is reached; what follows comes to `after` while the receiver is `busy`. */
  reached: (place: HitPlace) => void;
  busy: () => boolean;
  after: (item: DataItem) => void;
}

/** Finds the point in the stream where a stage acts: before a frame, inside it, after so many bytes, or at once. */
export class Point {
  readonly #context: StageContext;
  readonly #receiver: PointReceiver;
  readonly #frames: FramePicker;
  readonly #mode: TriggerMode;
  readonly #offset: number;
  /** Where there is but one point in the stream, it has been reached or can no more be. */
  #offsetPassed: boolean;
  #frameDone = 0;

  constructor(context: StageContext, receiver: PointReceiver) {
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
    const here = this.#mode === 'all' || (this.#mode === 'bytes' && this.#offset === offset);
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
    const atByte = (this.#context.toxic.attributes['at_byte'] as number | undefined) ?? 0;
    const end = item.offsetInFrame + item.data.length;
    const here = atByte === 0 ? item.first : atByte > item.offsetInFrame && atByte <= end;
    if (here) {
      this.#frameDone = index;
      this.#reachedAt(item, atByte - item.offsetInFrame);
      return;
    }
    this.#receiver.pass(item);
    if (item.last && atByte > end)
      this.#context.event('beyond-frame', { index, length: end, atByte, reason: `frame ${index} has ${end} bytes` });
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
    if (before !== undefined) this.#receiver.pass(before);
    this.#receiver.reached({
      byteOffset: item.offset + bytes,
      frameIndex: item.frame?.index,
      offsetInFrame: item.frame === undefined ? undefined : item.offsetInFrame + bytes,
    });
    if (rest !== undefined) this.accept(rest);
  }
}

type Deliver = (item: DataItem, picked: boolean) => void;

/** Says of each frame whether it is one that the toxic means. Without frames each read stands for itself. */
class FramePicker {
  readonly #context: StageContext;
  readonly #held = new Held();
  /** What is known about the frame that is passing. */
  #verdict: 'picked' | 'not-picked' | 'open' = 'not-picked';
  #begun = 0;
  #matched = 0;
  readonly #told = new Set<string>();

  constructor(context: StageContext) {
    this.#context = context;
  }

  accept(item: DataItem, deliver: Deliver): void {
    if (item.first) {
      // Bytes of another stage's making may begin a frame while one is being judged.
      this.flush(deliver);
      this.#begin(item);
    }
    if (this.#verdict !== 'open') {
      deliver(item, this.#verdict === 'picked');
      if (item.last) this.#verdict = 'not-picked';
      return;
    }
    this.#held.add(item);
    if (this.#held.bytes > JUDGED_BYTES_MAX) this.#giveUp(item, deliver);
    else if (item.last) this.#judge(item, deliver);
  }

  flush(deliver: Deliver): void {
    if (this.#verdict === 'open') this.#verdict = 'not-picked';
    for (const item of this.#held.takeAll()) deliver(item as DataItem, false);
  }

  stop(): void {
    this.#held.takeAll();
  }

  get heldBytes(): number {
    return this.#held.bytes;
  }

  get holdBytesMax(): number {
    return needsContent(this.#context.toxic.attributes) ? JUDGED_BYTES_MAX * 2 : 0;
  }

  #begin(item: DataItem): void {
    const { attributes } = this.#context.toxic;
    this.#begun += 1;
    if (item.frame === undefined) this.#verdict = this.#context.framed ? 'not-picked' : this.#ifArmed();
    else if (attributes['match'] === undefined) this.#verdict = this.#isNumber(item) ? this.#ifArmed() : 'not-picked';
    else if (needsContent(attributes)) this.#verdict = 'open';
    else this.#verdict = this.#count(headMatches(attributes['match'] as FrameMatch, item.frame)) ? this.#ifArmed() : 'not-picked';
  }

  #isNumber(item: DataItem): boolean {
    const { frame, count_from: from } = this.#context.toxic.attributes;
    return frame === undefined || frame === (from === 'armed' ? this.#begun : item.frame!.index);
  }

  /** With a match, `frame` counts the matching ones. */
  #count(matches: boolean): boolean {
    if (!matches || !this.#context.concerned()) return false;
    this.#matched += 1;
    const { frame } = this.#context.toxic.attributes;
    return frame === undefined || frame === this.#matched;
  }

  #ifArmed(): 'picked' | 'not-picked' {
    return this.#context.armed() && this.#context.concerned() ? 'picked' : 'not-picked';
  }

  #judge(item: DataItem, deliver: Deliver): void {
    const frame = item.frame!;
    const content = this.#context.content(item);
    if (!content.known && content.reason !== 'fragment') this.#tell('match-unreadable', { index: frame.index, reason: content.reason });
    const match = this.#context.toxic.attributes['match'] as FrameMatch;
    const picked = content.known && this.#count(contentMatches(match, frame, content)) && this.#ifArmed() === 'picked';
    this.#verdict = 'not-picked';
    for (const each of this.#held.takeAll()) deliver(each as DataItem, picked);
  }

  #giveUp(item: DataItem, deliver: Deliver): void {
    this.#tell('match-too-large', {
      index: item.frame!.index,
      reason: `frame ${item.frame!.index} is longer than ${JUDGED_BYTES_MAX} bytes`,
    });
    this.flush(deliver);
  }

  #tell(event: 'match-too-large' | 'match-unreadable', fields: Record<string, unknown>): void {
    if (this.#told.has(event)) return;
    this.#told.add(event);
    this.#context.event(event, fields);
  }
}

/** Where `at_byte` lies in the stream, when it names no frame. */
function streamOffset(context: StageContext): number {
  const { at_byte: atByte, count_from: from } = context.toxic.attributes;
  return ((atByte as number | undefined) ?? 0) + (from === 'armed' ? context.since.offset : 0);
}

/** Items that are no bytes: what is being judged goes before them. */
export function behind(target: { flush(): void }, context: StageContext, item: Item): void {
  target.flush();
  context.emit(item);
}
