// What most stages share: they do nothing in between, and tell once that they acted.

import type { Item } from '../../stream/item.ts';
import type { ToxicStage, StageContext } from './toxic.ts';

/** What is less than half a millisecond early is on time: timers are no finer. */
export const EARLY_MS = 0.5;

export function stageOf(parts: Partial<ToxicStage> & Pick<ToxicStage, 'accept'>): ToxicStage {
  return { release() {}, stop() {}, heldBytes: () => 0, holdBytesMax: 0, ...parts };
}

/** Reports the first item that a stage has changed for its reader, as the one firing on this connection and direction. */
export function firedOnce(context: StageContext<object>): (item: Item) => void {
  let reported = false;
  return (item) => {
    if (reported) return;
    reported = true;
    const byteOffset = item.kind === 'data' ? item.offset : context.connection.bytesForwarded(context.direction);
    const frame =
      item.kind === 'data' && item.frame !== undefined ? { frameIndex: item.frame.index, offsetInFrame: item.offsetInFrame } : {};
    const hit = context.fire({ byteOffset, ...frame });
    if (hit !== undefined) context.report(hit);
  };
}
