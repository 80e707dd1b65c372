// Toxiproxy's reset_peer: both sides are reset after a time. Here the time runs from the moment when the toxic meets the
// connection, whether bytes pass or not, and a connection that was open before is reset too. In Toxiproxy it is not so.

import type { Item } from '../../stream/item.ts';
import { TIME } from '../base/fields.ts';
import type { Fields, GoAttributesOf } from '../base/fields.ts';
import { startTimer } from '../../stream/timer.ts';
import type { Timer } from '../../stream/timer.ts';
import { firedOnce, stageOf } from '../base/stage.ts';
import type { StageContext, ToxicStage, ToxiproxyToxic } from '../base/toxic.ts';

const FIELDS = { timeout: TIME } as const satisfies Fields;

type Context = StageContext<GoAttributesOf<typeof FIELDS>>;

export const resetPeer: ToxiproxyToxic<typeof FIELDS> = {
  type: 'reset_peer',
  origin: 'toxiproxy',
  fields: FIELDS,
  stage: resetting,
};

const NOTHING: Item = { kind: 'end' };

function resetting(context: Context): ToxicStage {
  const tell = firedOnce(context);
  let timer: Timer | undefined;

  /** With no time to wait the reset still comes after the one who arms it has been answered. */
  function begin(): void {
    const { timeout } = context.toxic.attributes;
    timer = startTimer(timeout, () => {
      tell(NOTHING);
      void context.connection.endBoth('rst');
    });
  }

  /** Until the reset the bytes are held by nobody: Toxiproxy drops them, and so do we. The first that is lost is the first effect. */
  function accept(item: Item): void {
    if (!context.concerned()) {
      context.emit(item);
      return;
    }
    tell(item);
    if (timer === undefined) begin();
  }

  function updated(): void {
    timer?.cancel();
    if (context.concerned()) begin();
  }

  if (context.concerned()) begin();
  return stageOf({ accept, updated, release: () => timer?.cancel(), stop: () => timer?.cancel() });
}
