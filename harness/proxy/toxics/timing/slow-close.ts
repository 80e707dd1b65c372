// Toxiproxy's slow_close: the end of the stream is handed on after a delay.

import type { Item } from '../../stream/item.ts';
import { TIME } from '../base/fields.ts';
import type { Fields, GoAttributesOf } from '../base/fields.ts';
import { startTimer } from '../../stream/timer.ts';
import type { Timer } from '../../stream/timer.ts';
import { firedOnce, stageOf } from '../base/stage.ts';
import type { StageContext, ToxicStage, ToxiproxyToxic } from '../base/toxic.ts';

const FIELDS = { delay: TIME } as const satisfies Fields;

type Context = StageContext<GoAttributesOf<typeof FIELDS>>;

export const slowClose: ToxiproxyToxic<typeof FIELDS> = {
  type: 'slow_close',
  origin: 'toxiproxy',
  fields: FIELDS,
  stage: closingSlowly,
};

function closingSlowly(context: Context): ToxicStage {
  const tell = firedOnce(context);
  let waiting: { item: Item; timer: Timer } | undefined;

  function accept(item: Item): void {
    if (item.kind === 'data' || !context.concerned()) {
      context.emit(item);
      return;
    }
    if (waiting !== undefined) release();
    const { delay } = context.toxic.attributes;
    if (delay > 0) tell(item);
    waiting = { item, timer: startTimer(delay, () => context.batch(release)) };
  }

  function release(): void {
    if (waiting === undefined) return;
    waiting.timer.cancel();
    const { item } = waiting;
    waiting = undefined;
    context.emit(item);
  }

  return stageOf({ accept, release, stop: () => waiting?.timer.cancel() });
}
