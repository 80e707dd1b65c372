// Frames that arrive shorter than they were sent: their first `to_bytes` bytes, or all but the last `by_bytes`. Their
// headers stay as they are. On a stream of bytes nothing passes after `at_byte`.

import { splitAt } from '../../stream/item.ts';
import { triggerMode } from '../aim/target.ts';
import type { Framing } from '../../frames/frame.ts';
import type { DataItem } from '../../stream/item.ts';
import { CONTENT_FIELDS, contentStage, fireAt, framesOrRange, HELD_BYTES_MAX, once } from './content.ts';
import type { Attributes, Hit, StageContext, ToxicType } from '../toxic.ts';

export const truncate: ToxicType = {
  type: 'truncate',
  origin: 'tornwire',
  fields: { ...CONTENT_FIELDS, to_bytes: { kind: 'int' }, by_bytes: { kind: 'int', min: 1 } },
  check: problem,
  timesDefault: once,
  stage: (context) =>
    triggerMode(context.toxic.attributes) === 'bytes' || context.toxic.attributes['to_bytes'] !== undefined
      ? keepingFirst(context)
      : withoutLast(context),
};

/** Lets the first bytes of each target pass as they come. */
function keepingFirst(context: StageContext): ReturnType<typeof contentStage> {
  const toBytes = (context.toxic.attributes['to_bytes'] as number | undefined) ?? 0;
  let leftBytes = 0;
  let hit: Hit | undefined;
  return contentStage(context, {
    rangeLength: Number.POSITIVE_INFINITY,
    hit(item) {
      if (item.first) {
        leftBytes = toBytes;
        hit = undefined;
      }
      const [kept, rest] = splitAt(item, leftBytes);
      leftBytes -= kept?.data.length ?? 0;
      if (kept !== undefined) context.emit(rest === undefined ? kept : { ...kept, last: true });
      if (rest === undefined || hit !== undefined) return;
      hit = fireAt(context, rest);
      if (hit === undefined) context.emit(rest);
      else context.report(hit);
    },
  });
}

/** Must know the end of the frame, so it keeps the frame back. */
function withoutLast(context: StageContext): ReturnType<typeof contentStage> {
  const byBytes = context.toxic.attributes['by_bytes'] as number;
  let held: DataItem[] = [];
  let bytes = 0;

  function letGo(): void {
    for (const item of held) context.emit(item);
    held = [];
    bytes = 0;
  }

  function shorten(): void {
    let leftBytes = Math.max(0, bytes - byBytes);
    const items = held;
    held = [];
    bytes = 0;
    let hit: Hit | undefined;
    for (const item of items) {
      const [kept, rest] = splitAt(item, leftBytes);
      leftBytes -= kept?.data.length ?? 0;
      if (kept !== undefined) context.emit(rest === undefined ? kept : { ...kept, last: true });
      if (rest === undefined) continue;
      hit ??= fireAt(context, rest);
      if (hit === undefined) context.emit(rest);
    }
    if (hit !== undefined) context.report(hit);
  }

  return contentStage(context, {
    hit(item) {
      held.push(item);
      bytes += item.data.length;
      if (bytes > HELD_BYTES_MAX) {
        context.event('hold-too-large', { reason: `more than ${HELD_BYTES_MAX} bytes would be held` });
        letGo();
      } else if (item.last) shorten();
    },
    flush: letGo,
    stop: () => void (held = []),
    heldBytes: () => bytes,
    holdBytesMax: HELD_BYTES_MAX * 2,
  });
}

function problem(attributes: Attributes, framing: Framing): string | undefined {
  const ways = ['to_bytes', 'by_bytes'].filter((way) => attributes[way] !== undefined).length;
  if (triggerMode(attributes) === 'bytes')
    return ways === 0 ? undefined : 'with at_byte alone the stream ends there: leave to_bytes and by_bytes away';
  return ways === 1 ? framesOrRange(attributes, framing) : 'truncate needs exactly one of to_bytes and by_bytes';
}
