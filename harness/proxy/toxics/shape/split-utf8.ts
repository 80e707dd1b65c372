// Splits inside a multi-byte character: the reader gets its first byte in one read and the rest in the next.

import { emitAfterJudged } from '../aim/frame-picker.ts';
import { Target } from '../aim/target.ts';
import { TRIGGER_FIELDS } from '../base/trigger-fields.ts';
import { Parting, placeIn } from './parting.ts';
import { PACING_FIELDS, pacingOf } from './pacing.ts';
import { stageOf } from '../base/stage.ts';
import type { AttributesOf, Fields } from '../base/fields.ts';
import type { OwnToxic, StageContext, ToxicStage } from '../base/toxic.ts';

const FIELDS = { ...PACING_FIELDS, ...TRIGGER_FIELDS } as const satisfies Fields;

type Context = StageContext<AttributesOf<typeof FIELDS>>;

export const splitUtf8: OwnToxic<typeof FIELDS> = {
  type: 'split_utf8',
  origin: 'tornwire',
  fields: FIELDS,
  timesDefault: () => 1,
  stage: splitting,
};

function splitting(context: Context): ToxicStage {
  const target = new Target(context, Number.POSITIVE_INFINITY, {
    pass: (item) => context.emit(item),
    hit(item) {
      const at = middleOfCharacter(item.data);
      const hit = at === 0 ? undefined : context.fire(placeIn(item, at));
      if (hit === undefined) context.emit(item);
      else context.emit({ ...item, slices: new Parting(context, hit).plan([at, item.data.length], pacingOf(context), true) });
    },
  });

  return stageOf({
    accept: (item) => (item.kind === 'data' ? target.accept(item) : emitAfterJudged(target, context, item)),
    release: () => target.flush(),
    stop: () => target.stop(),
    heldBytes: () => target.heldBytes,
    holdBytesMax: target.holdBytesMax,
  });
}

/** After the first byte of the first character that has more of them here; 0 where there is none. */
function middleOfCharacter(data: Buffer): number {
  for (let at = 0; at + 1 < data.length; at += 1) {
    const leads = data[at]! >= 0xc2 && data[at]! <= 0xf4;
    const continues = (data[at + 1]! & 0xc0) === 0x80;
    if (leads && continues) return at + 1;
  }
  return 0;
}
