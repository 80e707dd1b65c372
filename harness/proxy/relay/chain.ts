// The stages of one direction, in the order their toxics were armed. Links point to the next one, so that a
// stage may be taken out while another is in the middle of handing on.
//
//   source -> stage -> stage -> ... -> sink

import type { Emit, Item } from '../stream/item.ts';
import type { ArmedToxic, ToxicStage } from '../toxics/base/toxic.ts';

interface Link {
  toxic: ArmedToxic;
  stage: ToxicStage;
  next: Link | undefined;
}

export class Chain {
  readonly #end: Emit;
  #first: Link | undefined;

  constructor(end: Emit) {
    this.#end = end;
  }

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  accept(item: Item): void {
    if (this.#first === undefined) this.#end(item);
    else this.#first.stage.accept(item);
  }

  /** Adds a stage behind the others; `make` is given where it hands on to. */
  add(toxic: ArmedToxic, make: (emit: Emit) => ToxicStage): void {
    const link: Link = { toxic, stage: idle, next: undefined };
    const last = this.#last();
    if (last === undefined) this.#first = link;
    else last.next = link;
    link.stage = make((item) => (link.next === undefined ? this.#end(item) : link.next.stage.accept(item)));
  }

  remove(toxic: ArmedToxic): void {
    for (let before: Link | undefined, link = this.#first; link !== undefined; before = link, link = link.next) {
      if (link.toxic !== toxic) continue;
      link.stage.release();
      if (before === undefined) this.#first = link.next;
      else before.next = link.next;
      return;
    }
  }

  update(toxic: ArmedToxic): void {
    for (const link of this.#links()) if (link.toxic === toxic) link.stage.updated?.();
  }

  stop(): void {
    for (const link of this.#links()) link.stage.stop();
    this.#first = undefined;
  }

  get heldBytes(): number {
    return this.#links().reduce((sum, link) => sum + link.stage.heldBytes(), 0);
  }

  get holdBytesMax(): number {
    return this.#links().reduce((sum, link) => sum + link.stage.holdBytesMax, 0);
  }

  #last(): Link | undefined {
    return this.#links().at(-1);
  }

  #links(): Link[] {
    const links: Link[] = [];
    for (let link = this.#first; link !== undefined; link = link.next) links.push(link);
    return links;
  }
}

/** Stands in while a stage is being made; a stage that hands on from its maker is behind nobody yet. */
const idle: ToxicStage = { accept() {}, release() {}, stop() {}, heldBytes: () => 0, holdBytesMax: 0 };
