// Items that a stage keeps back, in their order.

import { bytesIn, weightOf } from '../../stream/item.ts';
import type { Item } from '../../stream/item.ts';

/** Items kept back in their order. Taken from a place that moves on: shifting an array of many thousands is slow. */
export class Held<Kept extends Item = Item> {
  #items: (Kept | undefined)[] = [];
  #start = 0;
  #bytes = 0;
  #weight = 0;

  get isEmpty(): boolean {
    return this.#start === this.#items.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes and what the items take besides: what tells a source to wait. */
  get weight(): number {
    return this.#weight;
  }

  add(item: Kept): void {
    this.#items.push(item);
    this.#bytes += bytesIn([item]);
    this.#weight += weightOf(item);
  }

  takeAll(): Kept[] {
    if (this.isEmpty) return [];
    // What was taken is undefined, and only that.
    const items = this.#items.slice(this.#start).filter((item) => item !== undefined);
    this.#items = [];
    this.#start = 0;
    this.#bytes = 0;
    this.#weight = 0;
    return items;
  }

  take(): Kept | undefined {
    const item = this.#items[this.#start];
    if (item === undefined) return undefined;
    this.#items[this.#start] = undefined;
    this.#start += 1;
    this.#bytes -= bytesIn([item]);
    this.#weight -= weightOf(item);
    if (this.#start > 1024 && this.#start * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return item;
  }

  first(): Kept | undefined {
    return this.#items[this.#start];
  }
}
