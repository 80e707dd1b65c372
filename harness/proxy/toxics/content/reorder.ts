// Collects a window of frames and hands them on in another order, which the seed decides. A window of two is
// swapped. A stream that ends before the window is full keeps its order.

import { between } from '../../stream/chance.ts';
import type { DataItem } from '../../stream/item.ts';
import { CONTENT_FIELDS, contentStage, fireAt, framesOnly, HELD_BYTES_MAX, once } from './content.ts';
import type { ContentContext } from './content.ts';
import type { Fields } from '../base/fields.ts';
import type { OwnToxic } from '../base/toxic.ts';
import type { Hit } from '../../wire/wire-types.ts';

const WINDOW = 2;

const FIELDS = { ...CONTENT_FIELDS, window: { kind: 'int', min: 2, max: 1000 } } as const satisfies Fields;

export const reorder: OwnToxic<typeof FIELDS> = {
  type: 'reorder',
  origin: 'tornwire',
  fields: FIELDS,
  check: framesOnly,
  timesDefault: once,
  stage(context) {
    const { window = WINDOW } = context.toxic.attributes;
    let frames: DataItem[][] = [];
    let bytes = 0;
    let hit: Hit | undefined;

    function collect(item: DataItem): void {
      if (item.first || frames.length === 0) frames.push([]);
      frames.at(-1)!.push(item);
      bytes += item.data.length;
      if (bytes > HELD_BYTES_MAX) {
        context.event({ event: 'hold-too-large', reason: `more than ${HELD_BYTES_MAX} bytes would be held` });
        context.retract(hit!);
        letGo(frames);
      } else if (item.last && frames.length === window) {
        const order = shuffled(frames, context);
        const done = hit!;
        const note = `frames ${order.map((frame) => frame[0]!.frame?.index).join(', ')}`;
        // Equal frames in another order are the same bytes.
        const changed = !bytesOf(order).equals(bytesOf(frames));
        letGo(order);
        if (changed) context.report(done, { note });
        else context.retract(done);
      }
    }

    function letGo(order: readonly DataItem[][]): void {
      frames = [];
      bytes = 0;
      hit = undefined;
      for (const item of order.flat()) context.emit(item);
    }

    return contentStage(context, {
      hit(item) {
        if (hit === undefined && item.first) hit = fireAt(context, item);
        if (hit === undefined) context.emit(item);
        else collect(item);
      },
      pass: (item) => (hit === undefined ? context.emit(item) : collect(item)),
      flush() {
        // Fewer than the window leave in the order they came in.
        if (hit !== undefined) context.retract(hit);
        letGo(frames);
      },
      stop() {
        frames = [];
      },
      heldBytes: () => bytes,
      holdBytesMax: HELD_BYTES_MAX * 2,
    });
  },
};

function bytesOf(frames: readonly DataItem[][]): Buffer {
  return Buffer.concat(frames.flat().map((item) => item.data));
}

/** Never the order they came in. */
function shuffled(frames: readonly DataItem[][], context: ContentContext): DataItem[][] {
  const order = [...frames];
  const first = frames[0]![0]!.frame!.index;
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = between(0, at, String(context.chance('reorder', first, at)));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  if (order.every((frame, at) => frame === frames[at])) order.push(order.shift()!);
  return order;
}
