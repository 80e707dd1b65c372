// Toxiproxy's slow_close: the end of the stream is handed on after a delay.

import type { Item } from '../item.ts';
import { firedOnce, stageOf } from './stage.ts';
import type { Stage, StageContext, ToxicType } from './toxic.ts';

export const slowClose: ToxicType = {
  type: 'slow_close',
  origin: 'toxiproxy',
  fields: { delay: { kind: 'int' } },
  stage: closingSlowly,
};

function closingSlowly(context: StageContext): Stage {
  const tell = firedOnce(context);
  let waiting: { item: Item; timer: NodeJS.Timeout } | undefined;

  function accept(item: Item): void {
    if (item.kind === 'data' || !context.concerned()) {
      context.emit(item);
      return;
    }
    tell(item);
    if (waiting !== undefined) release();
    const { delay } = context.toxic.attributes as { delay: number };
    waiting = { item, timer: setTimeout(() => context.batch(release), Math.max(0, delay)) };
  }

  function release(): void {
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    const { item } = waiting;
    waiting = undefined;
    context.emit(item);
  }

  return stageOf({ accept, release, stop: () => clearTimeout(waiting?.timer) });
}
