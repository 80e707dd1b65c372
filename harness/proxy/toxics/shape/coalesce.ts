// Keeps bytes back until enough have come, then writes them in one go: for example a 101 reply together with the first
// frame. If not enough comes in time, the bytes go out as they are, and the firing says so.

import type { DataItem } from '../../stream/item.ts';
import { behind, Target, TRIGGER_FIELDS } from '../aim/target.ts';
import { startTimer, TIME_MS_MAX } from '../../stream/timer.ts';
import type { Timer } from '../../stream/timer.ts';
import { Held, stageOf } from '../stage.ts';
import type { Attributes, Hit, Stage, StageContext, ToxicType } from '../toxic.ts';

const UNTIL_BYTES_MAX = 1024 * 1024;
const WITHIN_MS = 1000;

export const coalesce: ToxicType = {
  type: 'coalesce',
  origin: 'tornwire',
  fields: {
    until_bytes: { kind: 'int', min: 1, max: UNTIL_BYTES_MAX },
    frames: { kind: 'int', min: 2, max: 10_000 },
    within_ms: { kind: 'int', min: 1, max: TIME_MS_MAX },
    ...TRIGGER_FIELDS,
  },
  check: problem,
  stage: joining,
};

interface Wanted {
  until_bytes?: number;
  frames?: number;
  within_ms?: number;
}

function joining(context: StageContext): Stage {
  const wanted = () => context.toxic.attributes as Wanted;
  const held = new Held();
  let frames = 0;
  let hit: Hit | undefined;
  let timer: Timer | undefined;
  /** Frames and reads, or pieces of them, that are held. */
  const pieces = new Set<string>();

  const target = new Target(context, Number.POSITIVE_INFINITY, {
    pass: (item) => (hit === undefined ? context.emit(item) : collect(item)),
    hit(item) {
      if (hit === undefined) begin(item);
      if (hit === undefined) context.emit(item);
      else collect(item);
    },
  });

  function begin(item: DataItem): void {
    hit = context.fire({ byteOffset: item.offset, frameIndex: item.frame?.index, offsetInFrame: item.frame && item.offsetInFrame });
    if (hit !== undefined) timer = startTimer(wanted().within_ms ?? WITHIN_MS, () => context.batch(() => letGo('too little came in time')));
  }

  function collect(item: DataItem): void {
    held.add(item);
    if (pieces.size < 2) pieces.add(`${item.chunk} ${item.frame?.index}`);
    if (item.last) frames += 1;
    const { until_bytes: untilBytes, frames: untilFrames } = wanted();
    if (held.bytes >= (untilBytes ?? UNTIL_BYTES_MAX) || frames >= (untilFrames ?? Number.POSITIVE_INFINITY)) letGo();
  }

  function letGo(error?: string): void {
    timer?.cancel();
    if (hit === undefined) return;
    const done = hit;
    const bytes = held.bytes;
    const count = frames;
    hit = undefined;
    frames = 0;
    const joined = pieces.size > 1;
    pieces.clear();
    for (const item of held.takeAll()) context.emit(item);
    if (!joined) {
      // One write that left as one write.
      context.retract(done);
      return;
    }
    context.report(done, {
      note: `${bytes} bytes, ${count} ${context.framed ? 'frames' : 'reads'} in one write`,
      ...(error !== undefined && { error }),
    });
  }

  function release(): void {
    target.flush();
    letGo('removed');
  }

  return stageOf({
    accept(item) {
      if (item.kind === 'data') target.accept(item);
      else {
        letGo('the stream ended');
        behind(target, context, item);
      }
    },
    release,
    stop() {
      timer?.cancel();
      held.takeAll();
      target.stop();
    },
    heldBytes: () => held.bytes + target.heldBytes,
    holdBytesMax: UNTIL_BYTES_MAX * 2 + target.holdBytesMax,
  });
}

function problem(attributes: Attributes): string | undefined {
  if (attributes['until_bytes'] === undefined && attributes['frames'] === undefined) return 'coalesce needs until_bytes or frames';
  return undefined;
}
