// Keeps bytes back until enough have come, then writes them in one go: for example a 101 reply together with the first
// frame. If not enough comes in time, the bytes go out as they are, and the firing says so.

import type { DataItem, Item } from '../../stream/item.ts';
import { emitAfterJudged } from '../aim/frame-picker.ts';
import { Target } from '../aim/target.ts';
import { TRIGGER_FIELDS } from '../base/trigger-fields.ts';
import { startTimer, TIME_MS_MAX } from '../../stream/timer.ts';
import type { Timer } from '../../stream/timer.ts';
import { Held } from '../base/held.ts';
import { placeIn } from './parting.ts';
import type { AttributesOf, Fields } from '../base/fields.ts';
import type { OwnToxic, StageContext, ToxicStage } from '../base/toxic.ts';
import type { Hit } from '../../wire/wire-types.ts';

const UNTIL_BYTES_MAX = 1024 * 1024;
const WITHIN_MS = 1000;

const FIELDS = {
  until_bytes: { kind: 'int', min: 1, max: UNTIL_BYTES_MAX },
  frames: { kind: 'int', min: 2, max: 10_000 },
  within_ms: { kind: 'int', min: 1, max: TIME_MS_MAX },
  ...TRIGGER_FIELDS,
} as const satisfies Fields;

type Context = StageContext<AttributesOf<typeof FIELDS>>;

export const coalesce: OwnToxic<typeof FIELDS> = {
  type: 'coalesce',
  origin: 'tornwire',
  fields: FIELDS,
  check: problem,
  stage: (context) => new Joining(context),
};

class Joining implements ToxicStage {
  readonly #context: Context;
  readonly #target: Target;
  readonly #held = new Held<DataItem>();
  #hit: Hit | undefined;
  #timer: Timer | undefined;
  #frames = 0;
  /** Frames and reads, or pieces of them, that are held; two are enough to know. */
  readonly #pieces = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
    this.#target = new Target(context, Number.POSITIVE_INFINITY, {
      pass: (item) => this.#take(item),
      hit: (item) => {
        if (this.#hit === undefined) this.#begin(item);
        this.#take(item);
      },
    });
  }

  get holdBytesMax(): number {
    return UNTIL_BYTES_MAX * 2 + this.#target.holdBytesMax;
  }

  heldBytes(): number {
    return this.#held.bytes + this.#target.heldBytes;
  }

  accept(item: Item): void {
    if (item.kind === 'data') {
      this.#target.accept(item);
      return;
    }
    this.#letGo('the stream ended');
    emitAfterJudged(this.#target, this.#context, item);
  }

  release(): void {
    this.#target.flush();
    this.#letGo('removed');
  }

  stop(): void {
    this.#timer?.cancel();
    this.#held.takeAll();
    this.#target.stop();
  }

  #begin(item: DataItem): void {
    this.#hit = this.#context.fire(placeIn(item));
    if (this.#hit === undefined) return;
    const { within_ms: withinMs = WITHIN_MS } = this.#context.toxic.attributes;
    this.#timer = startTimer(withinMs, () => this.#context.batch(() => this.#letGo('too little came in time')));
  }

  #take(item: DataItem): void {
    if (this.#hit === undefined) {
      this.#context.emit(item);
      return;
    }
    this.#held.add(item);
    if (this.#pieces.size < 2) this.#pieces.add(`${item.chunk} ${item.frame?.index}`);
    if (item.last) this.#frames += 1;
    const { until_bytes: untilBytes = UNTIL_BYTES_MAX, frames: untilFrames = Number.POSITIVE_INFINITY } = this.#context.toxic.attributes;
    if (this.#held.bytes >= untilBytes || this.#frames >= untilFrames) this.#letGo();
  }

  #letGo(error?: string): void {
    this.#timer?.cancel();
    const hit = this.#hit;
    if (hit === undefined) return;
    const note = `${this.#held.bytes} bytes, ${this.#frames} ${this.#context.framed ? 'frames' : 'reads'} in one write`;
    const joined = this.#pieces.size > 1;
    this.#hit = undefined;
    this.#frames = 0;
    this.#pieces.clear();
    for (const item of this.#held.takeAll()) this.#context.emit(item);
    // One write that left as one write has changed nothing.
    if (joined) this.#context.report(hit, { note, ...(error !== undefined && { error }) });
    else this.#context.retract(hit);
  }
}

function problem({ until_bytes: untilBytes, frames }: AttributesOf<typeof FIELDS>): string | undefined {
  if (untilBytes === undefined && frames === undefined) return 'coalesce needs until_bytes or frames';
  return undefined;
}
