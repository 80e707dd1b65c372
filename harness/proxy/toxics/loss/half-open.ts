// One side goes away without a word to the other. Its socket is closed. The side that stays sees neither an end nor an
// answer until the toxic is removed.

import { onceIfAimed } from '../aim/trigger.ts';
import { Point } from '../aim/point.ts';
import { TRIGGER_FIELDS } from '../base/trigger-fields.ts';
import { stageOf } from '../base/stage.ts';
import type { AttributesOf, Fields } from '../base/fields.ts';
import type { OwnToxic, StageContext, ToxicStage } from '../base/toxic.ts';

const FIELDS = { gone: { kind: 'one-of', values: ['upstream', 'client'] }, ...TRIGGER_FIELDS } as const satisfies Fields;

type Context = StageContext<AttributesOf<typeof FIELDS>>;

export const halfOpen: OwnToxic<typeof FIELDS> = {
  type: 'half_open',
  origin: 'tornwire',
  fields: FIELDS,
  timesDefault: onceIfAimed,
  stage: losing,
};

function losing(context: Context): ToxicStage {
  let done = false;

  const point = new Point(context, {
    pass: (item) => context.emit(item),
    busy: () => done,
    after: () => {},
    reached(place) {
      const hit = context.fire(place);
      if (hit === undefined) return;
      done = true;
      const { gone = 'upstream' } = context.toxic.attributes;
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
