// One side goes away without a word to the other. Its socket is closed. The side that stays sees neither an end nor an
// answer until the toxic is removed.

import { onceIfAimed, Point, TRIGGER_FIELDS } from '../aim/target.ts';
import { stageOf } from '../stage.ts';
import type { Stage, StageContext, ToxicType } from '../toxic.ts';

export const halfOpen: ToxicType = {
  type: 'half_open',
  origin: 'tornwire',
  fields: { gone: { kind: 'one-of', values: ['upstream', 'client'] }, ...TRIGGER_FIELDS },
  timesDefault: onceIfAimed,
  stage: losing,
};

function losing(context: StageContext): Stage {
  let done = false;

  const point = new Point(context, {
    pass: (item) => context.emit(item),
    busy: () => done,
    after: () => {},
    reached(place) {
      const hit = context.fire(place);
      if (hit === undefined) return;
      done = true;
      const { gone = 'upstream' } = context.toxic.attributes as { gone?: 'upstream' | 'client' };
      context.connection.freeze(context.direction);
      context.emit({
        kind: 'act',
        when: 'flushed',
        act() {
          const bytesForwarded = context.connection.bytesForwarded(context.direction);
          if (!context.connection.loseSilently(context.toxic, gone)) {
            context.retract(hit);
            return;
          }
          const ended = { client: 'swallowed', upstream: 'swallowed', [gone]: 'closed' } as const;
          context.report(hit, { bytesForwarded, ended });
        },
      });
    },
  });

  const stage = stageOf({
    accept(item) {
      if (item.kind === 'data') point.accept(item);
      else if (!done) {
        point.flush();
        context.emit(item);
      }
    },
    release: () => point.flush(),
    stop: () => point.stop(),
    heldBytes: () => point.heldBytes,
    holdBytesMax: point.holdBytesMax,
  });
  point.begin();
  return stage;
}
