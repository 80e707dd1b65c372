// What most stages share: doing nothing in between, and telling once that they acted.

import { bytesIn } from '../item.ts';
import type { Item } from '../item.ts';
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

/** Items kept back in their order. */
export class Held {
  #items: Item[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(item: Item): void {
    this.#items.push(item);
    if (item.kind === 'data') this.#bytes += item.data.length;
  }

  takeAll(): Item[] {
    const items = this.#items;
    this.#items = [];
    this.#bytes = 0;
    return items;
  }

  take(): Item | undefined {
    const item = this.#items.shift();
    if (item !== undefined) this.#bytes -= bytesIn([item]);
    return item;
  }

  first(): Item | undefined {
    return this.#items[0];
  }
}
