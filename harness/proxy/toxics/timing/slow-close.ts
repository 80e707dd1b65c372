// Toxiproxy's slow_close: the end of the stream is handed on after a delay.

import type { Item } from '../../stream/item.ts';
import { TIME } from '../../api/attributes.ts';
import { startTimer } from '../../stream/timer.ts';
import type { Timer } from '../../stream/timer.ts';
import { firedOnce, stageOf } from '../stage.ts';
import type { Stage, StageContext, ToxicType } from '../toxic.ts';

export const slowClose: ToxicType = {
  type: 'slow_close',
  origin: 'toxiproxy',
  fields: { delay: TIME },
  stage: closingSlowly,
};

function closingSlowly(context: StageContext): Stage {
  const tell = firedOnce(context);
  let waiting: { item: Item; timer: Timer } | undefined;

  function accept(item: Item): void {
    if (item.kind === 'data' || !context.concerned()) {
      context.emit(item);
      return;
    }
    if (waiting !== undefined) release();
    const { delay } = context.toxic.attributes as { delay: number };
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
