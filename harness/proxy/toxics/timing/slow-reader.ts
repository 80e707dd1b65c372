// From a point on the source is read slowly or not at all. So its writes fill the kernel's buffers and then block. A peer
// that stops draining its socket or pipe does the same.

import { behind, Point, TRIGGER_FIELDS } from '../aim/target.ts';
import { startTimer } from '../../stream/timer.ts';
import type { Timer } from '../../stream/timer.ts';
import { stageOf } from '../stage.ts';
import type { Hit, Stage, StageContext, ToxicType } from '../toxic.ts';

export const slowReader: ToxicType = {
  type: 'slow_reader',
  origin: 'tornwire',
  fields: { rate: { kind: 'int' }, ...TRIGGER_FIELDS },
  stage: readingSlowly,
};

/** How often it is asked whether bytes wait. */
const LOOK_EVERY_MS = 5;

function readingSlowly(context: StageContext): Stage {
  let slow = false;
  let looking: Timer | undefined;
  let unseen: Hit | undefined;
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
      unseen = hit;
      looking = startTimer(0, look);
    },
  });

  /** A slow reader is noticed by nobody until something lies unread: then its sender is felt to wait. */
  function look(): void {
    const bytes = context.connection.bytesLeftUnread(context.direction);
    if (unseen === undefined) return;
    if (bytes === 0) {
      looking = startTimer(LOOK_EVERY_MS, look);
      return;
    }
    const note = bytes === undefined ? 'whether anything waited could not be seen here' : `${bytes} bytes lay unread`;
    context.report(unseen, { note });
    unseen = undefined;
  }

  function endLooking(): void {
    look();
    looking?.cancel();
    if (unseen !== undefined) context.retract(unseen);
    unseen = undefined;
  }

  point.begin();
  return stageOf({
    accept: (item) => (item.kind === 'data' ? point.accept(item) : behind(point, context, item)),
    updated: () => {
      if (slow) limit();
    },
    release() {
      endLooking();
      if (slow) context.connection.limitReading(context.direction, undefined);
      point.flush();
    },
    stop() {
      endLooking();
      point.stop();
    },
    heldBytes: () => point.heldBytes,
    holdBytesMax: point.holdBytesMax,
  });
}
