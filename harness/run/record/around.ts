// The bytes around a hit as they are written: without secrets, and fewer. What the fault server gives reaches further on both sides, so
// that a secret which the shown part holds only a piece of is seen whole.
import type { Hit } from '../../model/judging/history.ts';
import type { Redactor } from '../../model/secrets/redact.ts';

const EACH_SIDE_BYTES = 128;

type Around = NonNullable<Hit['around']>;

export function writtenAround({ bytes, at }: Around, redact: Redactor): Around {
  const written = redact.text(bytes);
  const place = placeIn(written, bytes, at, redact);
  const from = Math.max(0, place - EACH_SIDE_BYTES);
  return { bytes: written.slice(from, place + EACH_SIDE_BYTES), at: place - from };
}

/** Replaced secrets before the place move it. One that holds the place stands before it, or behind it where little of it came before. */
function placeIn(written: string, bytes: string, at: number, redact: Redactor): number {
  if (written === bytes) return at;
  const before = redact.text(bytes.slice(0, at));
  if (written.startsWith(before)) return before.length;
  let same = 0;
  while (same < at && written[same] === bytes[same]) same += 1;
  return same;
}
