// Keeps a frame back and hands it on after so many later frames, or when the toxic is removed. The end of the stream lets
// it go as well.

import type { DataItem } from '../../stream/item.ts';
import { CONTENT_FIELDS, contentStage, fireAt, framesOnly, HELD_BYTES_MAX, once } from './content.ts';
import { Held } from '../base/held.ts';
import { startTimer } from '../../stream/timer.ts';
import type { Timer } from '../../stream/timer.ts';
import type { Fields } from '../base/fields.ts';
import type { OwnToxic } from '../base/toxic.ts';
import type { Hit } from '../../wire/wire-types.ts';

const FIELDS = { ...CONTENT_FIELDS, frames: { kind: 'int', min: 1 } } as const satisfies Fields;

export const hold: OwnToxic<typeof FIELDS> = {
  type: 'hold',
  origin: 'tornwire',
  fields: FIELDS,
  check: framesOnly,
  timesDefault: once,
  stage(context) {
    const { frames } = context.toxic.attributes;
    const held = new Held();
    let hit: Hit | undefined;
    let later = 0;
    let reported = false;
    let turn: Timer | undefined;

    function begin(item: DataItem): void {
      hit = fireAt(context, item);
      reported = false;
      if (hit !== undefined) turn = startTimer(0, tell);
    }

    /** Once a later frame has overtaken it, or time has passed: what is let go in the turn it came in was not held. */
    function tell(): void {
      if (hit === undefined || reported) return;
      reported = true;
      context.report(hit);
    }

    function letGo(): void {
      turn?.cancel();
      for (const item of held.takeAll()) context.emit(item);
      if (hit !== undefined && !reported) context.retract(hit);
      else if (hit !== undefined) context.event({ event: 'toxic-released', byteOffset: hit.byteOffset, laterFrames: later });
      hit = undefined;
      later = 0;
    }

    return contentStage(context, {
      hit(item) {
        if (item.first && hit === undefined) begin(item);
        if (hit === undefined) {
          context.emit(item);
          return;
        }
        held.add(item);
        if (held.bytes <= HELD_BYTES_MAX) return;
        context.event({ event: 'hold-too-large', reason: `more than ${HELD_BYTES_MAX} bytes would be held` });
        letGo();
      },
      pass(item) {
        context.emit(item);
        tell();
        if (hit === undefined || !item.last) return;
        later += 1;
        if (later === frames) letGo();
      },
      flush: letGo,
      stop() {
        turn?.cancel();
        held.takeAll();
      },
      heldBytes: () => held.bytes,
      holdBytesMax: HELD_BYTES_MAX * 2,
    });
  },
};
