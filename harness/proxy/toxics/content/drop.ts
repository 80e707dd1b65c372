// Frames, or a range of bytes, that never arrive.

import { CONTENT_FIELDS, contentStage, fireAt, framesOrRange, once } from './content.ts';
import type { OwnToxic } from '../base/toxic.ts';

export const drop: OwnToxic<typeof CONTENT_FIELDS> = {
  type: 'drop',
  origin: 'tornwire',
  fields: CONTENT_FIELDS,
  check: framesOrRange,
  timesDefault: once,
  stage(context) {
    let dropping = false;
    return contentStage(context, {
      hit(item) {
        if (item.first) {
          const hit = fireAt(context, item);
          dropping = hit !== undefined;
          if (hit !== undefined) context.report(hit);
        }
        if (!dropping) context.emit(item);
      },
    });
  },
};
