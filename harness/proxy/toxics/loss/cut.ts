// Ends a connection at an exact byte. What comes before the byte is forwarded and, as far as the kernel can tell, read.
// Then both ends end the same way. Without a trigger it acts at once on live connections, and on new ones when they are
// accepted.

import { onceIfAimed, Point, TRIGGER_FIELDS } from '../aim/target.ts';
import { stageOf } from '../stage.ts';
import type { Hit, Stage, StageContext, ToxicType } from '../toxic.ts';

type CutHow = 'fin' | 'rst' | 'half_close' | 'blackhole';

/** For how long a cut waits until the bytes before it were read. */
const READ_WITHIN_MS = 1000;

export const cut: ToxicType = {
  type: 'cut',
  origin: 'tornwire',
  fields: {
    how: { kind: 'one-of', values: ['fin', 'rst', 'half_close', 'blackhole'] },
    read_within_ms: { kind: 'int', max: 60_000 },
    ...TRIGGER_FIELDS,
  },
  timesDefault: onceIfAimed,
  stage: cutting,
};

function cutting(context: StageContext): Stage {
  let done: CutHow | undefined;
  /** Something that came behind the point did not pass. */
  let lost = false;

  const point = new Point(context, {
    pass: (item) => context.emit(item),
    busy: () => done !== undefined,
    after: () => void (lost = true),
    reached(place) {
      const hit = context.fire(place);
      if (hit === undefined) return;
      done = (context.toxic.attributes['how'] as CutHow | undefined) ?? 'fin';
      begin(done, hit);
    },
  });

  /** At the decision; the rest happens behind the last byte that passes. */
  function begin(how: CutHow, hit: Hit): void {
    if (how !== 'half_close') context.connection.freeze(context.direction);
    context.emit({ kind: 'act', when: 'flushed', act: () => finish(how, hit) });
  }

  async function finish(how: CutHow, hit: Hit): Promise<void> {
    const { connection, direction } = context;
    const bytesForwarded = connection.bytesForwarded(direction);
    if (how === 'blackhole') {
      swallow(hit, bytesForwarded);
      return;
    }
    const deadlineMs = (context.toxic.attributes['read_within_ms'] as number | undefined) ?? READ_WITHIN_MS;
    const delivered = bytesForwarded === 0 ? 'read' : await connection.untilRead(direction, deadlineMs);
    // Its peers may have ended it meanwhile: then nothing was cut.
    if (how === 'half_close' ? !connection.canReach(direction) : connection.isOver) {
      context.retract(hit);
      return;
    }
    const ended = how === 'half_close' ? await connection.halfClose(direction) : await connection.endBoth(how);
    context.report(hit, { bytesForwarded, delivered, ended });
  }

  /** Nobody notices a black hole before something has fallen into it. */
  function swallow(hit: Hit, bytesForwarded: number): void {
    let told = false;
    const tell = () => {
      if (told) return;
      told = true;
      context.report(hit, { bytesForwarded, ended: { client: 'swallowed', upstream: 'swallowed' } });
    };
    context.connection.swallow(context.toxic, tell);
    if (lost) tell();
  }

  const stage = stageOf({
    accept(item) {
      if (item.kind === 'data') point.accept(item);
      else if (done === undefined) {
        point.flush();
        context.emit(item);
      } else lost = true;
    },
    release: () => point.flush(),
    stop: () => point.stop(),
    heldBytes: () => point.heldBytes,
    holdBytesMax: point.holdBytesMax,
  });
  point.begin();
  return stage;
}
