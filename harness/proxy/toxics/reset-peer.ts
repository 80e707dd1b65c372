// Toxiproxy's reset_peer: both sides are reset after a time. Unlike there, the time runs from the moment the
// toxic meets the connection, whether bytes pass or not, and a connection that was open before is reset too.

import type { Item } from '../item.ts';
import { firedOnce, stageOf } from './stage.ts';
import type { Stage, StageContext, ToxicType } from './toxic.ts';

export const resetPeer: ToxicType = {
  type: 'reset_peer',
  origin: 'toxiproxy',
  fields: { timeout: { kind: 'int' } },
  stage: resetting,
};

const NOTHING: Item = { kind: 'end' };

function resetting(context: StageContext): Stage {
  const tell = firedOnce(context);
  let timer: NodeJS.Timeout | undefined;

  /** With no time to wait the reset still comes after the one who arms it has been answered. */
  function begin(): void {
    const { timeout } = context.toxic.attributes as { timeout: number };
    timer = setTimeout(
      () => {
        tell(NOTHING);
        void context.connection.endBoth('rst');
      },
      Math.max(0, timeout),
    );
  }

  /** Until the reset the bytes are held by nobody: Toxiproxy drops them, and so do we. */
  function accept(item: Item): void {
    if (!context.concerned()) context.emit(item);
    else if (timer === undefined) begin();
  }

  function updated(): void {
    clearTimeout(timer);
    if (context.concerned()) begin();
  }

  if (context.concerned()) begin();
  return stageOf({ accept, updated, release: () => clearTimeout(timer), stop: () => clearTimeout(timer) });
}
