// From a point on the source is read slowly or not at all, so that its writes fill the kernel's buffers and
// then block: what a peer does that stops draining its socket or pipe.

import { behind, Point, TRIGGER_FIELDS } from '../target.ts';
import { stageOf } from './stage.ts';
import type { Stage, StageContext, ToxicType } from './toxic.ts';

export const slowReader: ToxicType = {
  type: 'slow_reader',
  origin: 'tornwire',
  fields: { rate: { kind: 'int' }, ...TRIGGER_FIELDS },
  stage: readingSlowly,
};

function readingSlowly(context: StageContext): Stage {
  let slow = false;
  const limit = () => {
    const { rate } = context.toxic.attributes as { rate?: number };
    context.connection.limitReading(context.direction, rate ?? 0);
  };

  const point = new Point(context, {
    pass: (item) => context.emit(item),
    busy: () => slow,
    // What was read before still passes.
    after: (item) => context.emit(item),
    reached(place) {
      const hit = context.fire(place);
      if (hit === undefined) return;
      slow = true;
      limit();
      context.report(hit);
    },
  });

  point.begin();
  return stageOf({
    accept: (item) => (item.kind === 'data' ? point.accept(item) : behind(point, context, item)),
    updated: () => {
      if (slow) limit();
    },
    release() {
      if (slow) context.connection.limitReading(context.direction, undefined);
      point.flush();
    },
    stop: () => point.stop(),
    heldBytes: () => point.heldBytes,
    holdBytesMax: point.holdBytesMax,
  });
}
