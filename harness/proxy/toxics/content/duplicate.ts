// Frames, or a range of bytes, that arrive twice.

import { CONTENT_FIELDS, contentStage, fireAt, framesOrRange, HELD_BYTES_MAX, once } from './content.ts';
import { Held } from '../base/held.ts';
import type { OwnToxic } from '../base/toxic.ts';

export const duplicate: OwnToxic<typeof CONTENT_FIELDS> = {
  type: 'duplicate',
  origin: 'tornwire',
  fields: CONTENT_FIELDS,
  check: framesOrRange,
  timesDefault: once,
  stage(context) {
    const copy = new Held();
    let tooLarge = false;
    return contentStage(context, {
      hit(item) {
        if (item.first) {
          copy.takeAll();
          tooLarge = false;
        }
        context.emit(item);
        if (tooLarge) return;
        copy.add(item);
        if (copy.bytes > HELD_BYTES_MAX) {
          tooLarge = true;
          copy.takeAll();
          context.event({ event: 'hold-too-large', reason: `more than ${HELD_BYTES_MAX} bytes would be held` });
        }
        if (!item.last || tooLarge) return;
        const again = copy.takeAll();
        const first = again[0];
        const hit = first?.kind === 'data' ? fireAt(context, first) : undefined;
        if (hit === undefined) return;
        for (const each of again) context.emit(each);
        context.report(hit);
      },
      stop: () => void copy.takeAll(),
    });
  },
};
