// Toxiproxy's timeout: nothing passes, and the connection closes after so long; 0 waits until the toxic is
// removed. Its removal closes the connections it has held. Unlike there, bytes do not begin the time anew.

import type { Item } from '../item.ts';
import { firedOnce, stageOf } from './stage.ts';
import type { Stage, StageContext, ToxicType } from './toxic.ts';

export const timeout: ToxicType = {
  type: 'timeout',
  origin: 'toxiproxy',
  fields: { timeout: { kind: 'int' } },
  stage: closingAfter,
};

function closingAfter(context: StageContext): Stage {
  const tell = firedOnce(context);
  let timer: NodeJS.Timeout | undefined;

  function wait(): void {
    clearTimeout(timer);
    const { timeout: afterMs } = context.toxic.attributes as { timeout: number };
    if (afterMs > 0) timer = setTimeout(() => context.connection.destroy(), afterMs);
  }

  function accept(item: Item): void {
    if (!context.concerned()) {
      context.emit(item);
      return;
    }
    tell(item);
    if (item.kind !== 'data') context.connection.destroy();
    else if (timer === undefined) wait();
  }

  if (context.concerned()) wait();
  return stageOf({
    accept,
    updated: wait,
    release: () => {
      clearTimeout(timer);
      if (context.concerned()) context.connection.destroy();
    },
    stop: () => clearTimeout(timer),
  });
}
