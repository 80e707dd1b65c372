// Which frames a toxic means: by number, by header or by content. A frame that must be judged by its content is held until
// its last byte has come.

import { JUDGED_BYTES_MAX } from '../../frames/inside/frame-watch.ts';
import type { DataItem, Item } from '../../stream/item.ts';
import { Held } from '../base/held.ts';
import { contentMatches, headMatches, needsContent } from './match.ts';
import type { StageContext } from '../base/toxic.ts';
import type { TriggerContext } from './trigger.ts';

export type Deliver = (item: DataItem, picked: boolean) => void;

/** Says of each frame whether it is one that the toxic means. Without frames each read stands for itself. */
export class FramePicker {
  readonly #context: TriggerContext;
  readonly #held = new Held<DataItem>();
  /** What is known about the frame that is passing. */
  #verdict: 'picked' | 'not-picked' | 'open' = 'not-picked';
  #begun = 0;
  #matched = 0;
  readonly #reported = new Set<string>();

  constructor(context: TriggerContext) {
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
    for (const item of this.#held.takeAll()) deliver(item, false);
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
    else if (attributes.match === undefined) this.#verdict = this.#isNumber(item) ? this.#ifArmed() : 'not-picked';
    else if (needsContent(attributes)) this.#verdict = 'open';
    else this.#verdict = this.#count(headMatches(attributes.match, item.frame)) ? this.#ifArmed() : 'not-picked';
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
    if (!content.known && content.reason !== 'fragment') this.#tell('match-unreadable', frame.index, content.reason);
    const { match } = this.#context.toxic.attributes;
    const picked =
      match !== undefined && content.known && this.#count(contentMatches(match, frame, content)) && this.#ifArmed() === 'picked';
    this.#verdict = 'not-picked';
    for (const each of this.#held.takeAll()) deliver(each, picked);
  }

  #giveUp(item: DataItem, deliver: Deliver): void {
    const { index } = item.frame!;
    this.#tell('match-too-large', index, `frame ${index} is longer than ${JUDGED_BYTES_MAX} bytes`);
    this.flush(deliver);
  }

  /** The first of its kind on this connection. */
  #tell(event: 'match-too-large' | 'match-unreadable', index: number, reason: string): void {
    if (this.#reported.has(event)) return;
    this.#reported.add(event);
    this.#context.event({ event, index, reason });
  }
}

/** For items that are no bytes: what is being judged goes before them. */
export function emitAfterJudged(target: { flush(): void }, context: StageContext<object>, item: Item): void {
  target.flush();
  context.emit(item);
}
