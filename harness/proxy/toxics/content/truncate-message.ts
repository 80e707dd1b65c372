// Messages that arrive shorter and whole: the header of a WebSocket frame says the new length, a line keeps its end. So
// their reader does not wait for the rest, as it does behind `truncate`.

import type { Framing } from '../../frames/frame.ts';
import { shorterFrame } from '../../frames/inside/shorter.ts';
import { CONTENT_FIELDS, contentStage, fireAt, framesOnly, HELD_BYTES_MAX, once } from './content.ts';
import type { AttributesOf, Fields } from '../base/fields.ts';
import type { OwnToxic, StageContext } from '../base/toxic.ts';
import type { DataItem } from '../../stream/item.ts';

const FIELDS = { ...CONTENT_FIELDS, to_bytes: { kind: 'int' } } as const satisfies Fields;

export const truncateMessage: OwnToxic<typeof FIELDS> = {
  type: 'truncate_message',
  origin: 'tornwire',
  fields: FIELDS,
  check: problem,
  timesDefault: once,
  stage: shortening,
};

/** Keeps the frame back: its header is written before its content, and tells the length. */
function shortening(context: StageContext<AttributesOf<typeof FIELDS>>): ReturnType<typeof contentStage> {
  const { to_bytes: toBytes = 0 } = context.toxic.attributes;
  let held: DataItem[] = [];
  let bytes = 0;
  let told = false;

  function letGo(): void {
    const items = held;
    held = [];
    bytes = 0;
    for (const item of items) context.emit(item);
  }

  function cannot(event: 'hold-too-large' | 'match-unreadable', index: number, reason: string): void {
    if (!told) context.event(event === 'hold-too-large' ? { event, reason } : { event, index, reason });
    told = true;
    letGo();
  }

  function shorten(first: DataItem): void {
    const frame = first.frame!;
    const shorter = shorterFrame(frame, Buffer.concat(held.map((item) => item.data)), toBytes);
    if (shorter.outcome === 'impossible') return cannot('match-unreadable', frame.index, shorter.reason);
    const hit = shorter.outcome === 'same' ? undefined : fireAt(context, first);
    if (shorter.outcome === 'same' || hit === undefined) return letGo();
    held = [];
    bytes = 0;
    context.emit({ ...first, data: shorter.bytes, last: true });
    context.report(hit);
  }

  return contentStage(context, {
    hit(item) {
      held.push(item);
      bytes += item.data.length;
      if (bytes > HELD_BYTES_MAX) cannot('hold-too-large', item.frame?.index ?? 0, `more than ${HELD_BYTES_MAX} bytes would be held`);
      else if (item.last) shorten(held[0]!);
    },
    flush: letGo,
    stop: () => void (held = []),
    heldBytes: () => bytes,
    holdBytesMax: HELD_BYTES_MAX * 2,
  });
}

function problem(attributes: AttributesOf<typeof FIELDS>, framing: Framing): string | undefined {
  if (framing === 'http') return 'the length of an HTTP body stands in its head: use truncate';
  return attributes.to_bytes === undefined ? 'truncate_message needs to_bytes' : framesOnly(attributes, framing);
}
