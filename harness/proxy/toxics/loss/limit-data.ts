// Toxiproxy's limit_data: the connection is closed once so many bytes have passed. Here both ends see a clean end.
// Toxiproxy gives the sender one of three outcomes by chance.

import { splitAt } from '../../stream/item.ts';
import type { Item } from '../../stream/item.ts';
import { firedOnce, stageOf } from '../base/stage.ts';
import type { Fields, GoAttributesOf } from '../base/fields.ts';
import type { StageContext, ToxicStage, ToxiproxyToxic } from '../base/toxic.ts';

const FIELDS = { bytes: { kind: 'int' } } as const satisfies Fields;

type Context = StageContext<GoAttributesOf<typeof FIELDS>>;

export const limitData: ToxiproxyToxic<typeof FIELDS> = {
  type: 'limit_data',
  origin: 'toxiproxy',
  fields: FIELDS,
  stage: limited,
};

function limited(context: Context): ToxicStage {
  const tell = firedOnce(context);
  let passedBytes = 0;
  let closed = false;

  function accept(item: Item): void {
    if (closed) return;
    if (item.kind !== 'data' || !context.concerned()) {
      context.emit(item);
      return;
    }
    const { bytes } = context.toxic.attributes;
    const [allowed, rest] = splitAt(item, bytes - passedBytes);
    if (allowed !== undefined) context.emit(allowed);
    passedBytes += allowed?.data.length ?? 0;
    if (passedBytes < bytes) return;
    closed = true;
    tell(rest ?? { ...item, offset: item.offset + item.data.length, offsetInFrame: item.offsetInFrame + item.data.length });
    context.emit({ kind: 'act', when: 'flushed', act: async () => void (await context.connection.endBoth('fin')) });
  }

  return stageOf({ accept });
}
