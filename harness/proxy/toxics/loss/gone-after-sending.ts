// The sender is gone behind a byte, or behind a frame: its last bytes and the close reach the reader together, and nobody
// waits until they were read (a cut does). What the reader answers then finds nobody: EPIPE on a Unix socket, a reset on TCP.

import { onceIfAimed, triggerMode } from '../aim/trigger.ts';
import { Point } from '../aim/point.ts';
import { TRIGGER_FIELDS } from '../base/trigger-fields.ts';
import { emitAfterJudged } from '../aim/frame-picker.ts';
import { stageOf } from '../base/stage.ts';
import type { DataItem } from '../../stream/item.ts';
import type { AttributesOf } from '../base/fields.ts';
import type { OwnToxic, StageContext, ToxicStage } from '../base/toxic.ts';
import type { Hit } from '../../wire/wire-types.ts';

type Context = StageContext<AttributesOf<typeof TRIGGER_FIELDS>>;

export const goneAfterSending: OwnToxic<typeof TRIGGER_FIELDS> = {
  type: 'gone_after_sending',
  origin: 'tornwire',
  fields: TRIGGER_FIELDS,
  check: (attributes, framing) =>
    framing === 'raw' && triggerMode(attributes) === 'all' ? 'the proxy is raw and has no frames: say at_byte' : undefined,
  timesDefault: onceIfAimed,
  stage: leaving,
};

function leaving(context: Context): ToxicStage {
  let gone = false;
  let last: DataItem | undefined;

  const point = new Point(context, {
    behindFrame: true,
    pass: (item) => context.emit(item),
    last: (item) => void (last = item),
    busy: () => gone,
    after: () => {},
    reached(place) {
      const item = last;
      last = undefined;
      const hit = context.fire(place);
      if (hit === undefined) {
        if (item !== undefined) context.emit(item);
        return;
      }
      gone = true;
      context.connection.quiet(context.direction);
      context.emit({ kind: 'act', when: 'flushed', act: () => leave(context, hit, item?.data ?? Buffer.alloc(0)) });
    },
  });

  const stage = stageOf({
    accept(item) {
      if (item.kind === 'data') point.accept(item);
      else if (!gone) emitAfterJudged(point, context, item);
    },
    release: () => point.flush(),
    stop: () => point.stop(),
    heldBytes: () => point.heldBytes,
    holdBytesMax: point.holdBytesMax,
  });
  point.begin();
  return stage;
}

async function leave({ connection, direction, retract, report }: Context, hit: Hit, last: Buffer): Promise<void> {
  // Its reader may have gone first: then nobody has seen it leave.
  if (!connection.canReach(direction)) {
    retract(hit);
    connection.destroy();
    return;
  }
  const ended = await connection.leave(direction, last);
  report(hit, { bytesForwarded: connection.bytesForwarded(direction), ended });
}
