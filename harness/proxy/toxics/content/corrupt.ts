// Bytes that arrive altered: each is XORed with a mask. They are counted from the start of the frame, header included, or
// from `at_byte` of the stream.

import type { DataItem } from '../../stream/item.ts';
import { triggerMode } from '../aim/trigger.ts';
import type { Framing } from '../../frames/frame.ts';
import { CONTENT_FIELDS, contentStage, fireAt, framesOrRange, once } from './content.ts';
import type { AttributesOf, Fields } from '../base/fields.ts';
import type { OwnToxic } from '../base/toxic.ts';
import type { Hit } from '../../wire/wire-types.ts';

const MASK = 0xff;

const FIELDS = { ...CONTENT_FIELDS, offset: { kind: 'int' }, mask: { kind: 'int', min: 1, max: 255 } } as const satisfies Fields;

export const corrupt: OwnToxic<typeof FIELDS> = {
  type: 'corrupt',
  origin: 'tornwire',
  fields: FIELDS,
  check: problem,
  timesDefault: once,
  stage(context) {
    const attributes = context.toxic.attributes;
    const inFrames = triggerMode(attributes) !== 'bytes';
    const { mask = MASK, length = 1 } = attributes;
    const from = inFrames ? (attributes.offset ?? attributes.at_byte ?? 0) : 0;
    let start = 0;
    let hit: Hit | undefined;
    return contentStage(context, {
      hit(item) {
        if (item.first) {
          start = item.offset;
          hit = undefined;
        }
        const first = Math.max(0, start + from - item.offset);
        const end = Math.min(item.data.length, start + from + length - item.offset);
        if (first >= end) {
          context.emit(item);
          return;
        }
        if (hit === undefined) {
          hit = fireAt(context, item, first);
          if (hit !== undefined) context.report(hit);
        }
        context.emit(hit === undefined ? item : altered(item, first, end, mask));
      },
    });
  },
};

function altered(item: DataItem, first: number, end: number, mask: number): DataItem {
  const data = Buffer.from(item.data);
  for (let at = first; at < end; at += 1) data[at]! ^= mask;
  return { ...item, data };
}

function problem(attributes: AttributesOf<typeof FIELDS>, framing: Framing): string | undefined {
  const mode = triggerMode(attributes);
  if (mode === 'bytes') return attributes.offset === undefined ? undefined : 'with at_byte alone offset has no meaning';
  const { at_byte: _inFrame, ...rest } = attributes;
  return framesOrRange(rest, framing);
}
