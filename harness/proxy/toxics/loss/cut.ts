// Ends a connection at an exact byte. What comes before the byte is forwarded and, as far as the kernel can tell, read.
// Then both ends end the same way. Without a trigger it acts at once on live connections, and on new ones when they are
// accepted.

import { onceIfAimed } from '../aim/trigger.ts';
import { Point } from '../aim/point.ts';
import { TRIGGER_FIELDS } from '../base/trigger-fields.ts';
import { emitAfterJudged } from '../aim/frame-picker.ts';
import type { Item } from '../../stream/item.ts';
import type { AttributesOf, Fields } from '../base/fields.ts';
import type { HitPlace, OwnToxic, StageContext, ToxicStage } from '../base/toxic.ts';
import type { Hit } from '../../wire/wire-types.ts';

/** For how long a cut waits until the bytes before it were read. */
const READ_WITHIN_MS = 1000;

const FIELDS = {
  how: { kind: 'one-of', values: ['fin', 'rst', 'half_close', 'blackhole'] },
  read_within_ms: { kind: 'int', max: 60_000 },
  ...TRIGGER_FIELDS,
} as const satisfies Fields;

type Context = StageContext<AttributesOf<typeof FIELDS>>;
type CutHow = NonNullable<AttributesOf<typeof FIELDS>['how']>;

export const cut: OwnToxic<typeof FIELDS> = {
  type: 'cut',
  origin: 'tornwire',
  fields: FIELDS,
  timesDefault: onceIfAimed,
  stage: (context) => new Cutting(context),
};

class Cutting implements ToxicStage {
  readonly #context: Context;
  readonly #point: Point;
  #how: CutHow | undefined;
  /** Something that came behind the point did not pass. */
  #lost = false;

  constructor(context: Context) {
    this.#context = context;
    this.#point = new Point(context, {
      pass: (item) => context.emit(item),
      busy: () => this.#how !== undefined,
      after: () => void (this.#lost = true),
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
    else if (this.#how === undefined) emitAfterJudged(this.#point, this.#context, item);
    else this.#lost = true;
  }

  release(): void {
    this.#point.flush();
  }

  stop(): void {
    this.#point.stop();
  }

  /** At the decision; the rest happens behind the last byte that passes. */
  #begin(place: HitPlace): void {
    const hit = this.#context.fire(place);
    if (hit === undefined) return;
    const { how = 'fin' } = this.#context.toxic.attributes;
    this.#how = how;
    if (how !== 'half_close') this.#context.connection.freeze(this.#context.direction);
    this.#context.emit({ kind: 'act', when: 'flushed', act: () => this.#finish(how, hit) });
  }

  async #finish(how: CutHow, hit: Hit): Promise<void> {
    const { connection, direction, toxic } = this.#context;
    const bytesForwarded = connection.bytesForwarded(direction);
    if (how === 'blackhole') {
      this.#swallow(hit, bytesForwarded);
      return;
    }
    const { read_within_ms: deadlineMs = READ_WITHIN_MS } = toxic.attributes;
    const delivered = bytesForwarded === 0 ? 'read' : await connection.untilRead(direction, deadlineMs);
    // Its peers may have ended it meanwhile: then nothing was cut.
    if (how === 'half_close' ? !connection.canReach(direction) : connection.isOver) {
      this.#context.retract(hit);
      return;
    }
    const beganMs = performance.now();
    const ended = how === 'half_close' ? await connection.halfClose(direction) : await connection.endBoth(how);
    this.#context.report(hit, { bytesForwarded, delivered, ended, tookMs: performance.now() - beganMs });
  }

  /** Nobody notices a black hole before something has fallen into it. */
  #swallow(hit: Hit, bytesForwarded: number): void {
    let reported = false;
    const tell = () => {
      if (reported) return;
      reported = true;
      this.#context.report(hit, { bytesForwarded, ended: { client: 'swallowed', upstream: 'swallowed' } });
    };
    this.#context.connection.swallow(this.#context.toxic, tell);
    if (this.#lost) tell();
  }
}
