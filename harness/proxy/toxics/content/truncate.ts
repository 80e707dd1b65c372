// Frames that arrive shorter than they were sent: their first `to_bytes` bytes, or all but the last `by_bytes`. Their
// headers stay as they are. On a stream of bytes nothing passes after `at_byte`.

import { splitAt } from '../../stream/item.ts';
import { triggerMode } from '../aim/trigger.ts';
import type { Framing } from '../../frames/frame.ts';
import type { DataItem } from '../../stream/item.ts';
import { CONTENT_FIELDS, contentStage, fireAt, framesOrRange, HELD_BYTES_MAX, once } from './content.ts';
import type { AttributesOf, Fields } from '../base/fields.ts';
import type { OwnToxic, StageContext } from '../base/toxic.ts';
import type { Hit } from '../../wire/wire-types.ts';

const FIELDS = { ...CONTENT_FIELDS, to_bytes: { kind: 'int' }, by_bytes: { kind: 'int', min: 1 } } as const satisfies Fields;

type Context = StageContext<AttributesOf<typeof FIELDS>>;

export const truncate: OwnToxic<typeof FIELDS> = {
  type: 'truncate',
  origin: 'tornwire',
  fields: FIELDS,
  check: problem,
  timesDefault: once,
  stage: (context) =>
    triggerMode(context.toxic.attributes) === 'bytes' || context.toxic.attributes.to_bytes !== undefined
      ? keepingFirst(context)
      : withoutLast(context),
};

/** Lets the first bytes of each target pass as they come. */
function keepingFirst(context: Context): ReturnType<typeof contentStage> {
  const { to_bytes: toBytes = 0 } = context.toxic.attributes;
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
function withoutLast(context: Context): ReturnType<typeof contentStage> {
  const { by_bytes: byBytes = 0 } = context.toxic.attributes;
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
        context.event({ event: 'hold-too-large', reason: `more than ${HELD_BYTES_MAX} bytes would be held` });
        letGo();
      } else if (item.last) shorten();
    },
    flush: letGo,
    stop: () => void (held = []),
    heldBytes: () => bytes,
    holdBytesMax: HELD_BYTES_MAX * 2,
  });
}

function problem(attributes: AttributesOf<typeof FIELDS>, framing: Framing): string | undefined {
  const ways = [attributes.to_bytes, attributes.by_bytes].filter((way) => way !== undefined).length;
  if (triggerMode(attributes) === 'bytes')
    return ways === 0 ? undefined : 'with at_byte alone the stream ends there: leave to_bytes and by_bytes away';
  return ways === 1 ? framesOrRange(attributes, framing) : 'truncate needs exactly one of to_bytes and by_bytes';
}
