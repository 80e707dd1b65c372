// What most stages share: doing nothing in between, and telling once that they acted.

import { bytesIn, weightOf } from '../stream/item.ts';
import type { Item } from '../stream/item.ts';
import type { Stage, StageContext } from './toxic.ts';

/** What is less than half a millisecond early is on time: timers are no finer. */
export const EARLY_MS = 0.5;

export function stageOf(parts: Partial<Stage> & Pick<Stage, 'accept'>): Stage {
  return { release() {}, stop() {}, heldBytes: () => 0, holdBytesMax: 0, ...parts };
}

/** Reports the first item that a stage has changed for its reader, as the one firing on this connection and direction. */
export function firedOnce(context: StageContext): (item: Item) => void {
  let told = false;
  return (item) => {
    if (told) return;
    told = true;
    const byteOffset = item.kind === 'data' ? item.offset : context.connection.bytesForwarded(context.direction);
    const frame =
      item.kind === 'data' && item.frame !== undefined ? { frameIndex: item.frame.index, offsetInFrame: item.offsetInFrame } : {};
    const hit = context.fire({ byteOffset, ...frame });
    if (hit !== undefined) context.report(hit);
  };
}

/** Items kept back in their order. Taken from a place that moves on: shifting an array of many thousands is slow. */
export class Held {
  #items: (Item | undefined)[] = [];
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

  add(item: Item): void {
    this.#items.push(item);
    this.#bytes += bytesIn([item]);
    this.#weight += weightOf(item);
  }

  takeAll(): Item[] {
    const items = this.#items.slice(this.#start) as Item[];
    this.#items = [];
    this.#start = 0;
    this.#bytes = 0;
    this.#weight = 0;
    return items;
  }

  take(): Item | undefined {
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

  first(): Item | undefined {
    return this.#items[this.#start];
  }
}
