// Splits inside a multi-byte character: the reader gets its first byte in one read and the rest in the next.

import { behind, Target, TRIGGER_FIELDS } from '../aim/target.ts';
import { TIME_MS_MAX } from '../../stream/timer.ts';
import { Parting, placeIn } from '../parting.ts';
import { pacingOf } from './split.ts';
import { stageOf } from '../stage.ts';
import type { Stage, StageContext, ToxicType } from '../toxic.ts';

export const splitUtf8: ToxicType = {
  type: 'split_utf8',
  origin: 'tornwire',
  fields: {
    gap: { kind: 'one-of', values: ['auto', 'boundary', 'gated', 'paced'] },
    delay_us: { kind: 'int', max: TIME_MS_MAX * 1000 },
    ...TRIGGER_FIELDS,
  },
  timesDefault: () => 1,
  stage: splitting,
};

function splitting(context: StageContext): Stage {
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
    accept: (item) => (item.kind === 'data' ? target.accept(item) : behind(target, context, item)),
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
