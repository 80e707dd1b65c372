// What the toxics that alter content share: which trigger attributes they take and how they sit in a chain.

import type { Framing } from '../../frames/frame.ts';
import type { DataItem, Item } from '../../stream/item.ts';
import { emitAfterJudged } from '../aim/frame-picker.ts';
import { Target } from '../aim/target.ts';
import { TRIGGER_FIELDS } from '../base/trigger-fields.ts';
import { triggerMode } from '../aim/trigger.ts';
import { stageOf } from '../base/stage.ts';
import type { StageContext, ToxicStage } from '../base/toxic.ts';
import type { Hit } from '../../wire/wire-types.ts';
import type { TriggerAttributes } from '../base/trigger-fields.ts';
import type { AttributesOf, Fields } from '../base/fields.ts';

/** Whole frames, or on any link `length` bytes from `at_byte` on. */
export const CONTENT_FIELDS = { ...TRIGGER_FIELDS, length: { kind: 'int', min: 1 } } as const satisfies Fields;

export type ContentContext = StageContext<AttributesOf<typeof CONTENT_FIELDS>>;

/** More is not kept back for a frame to be sent again, later or shorter. */
export const HELD_BYTES_MAX = 1024 * 1024;

export interface ContentParts {
  pass?: (item: DataItem) => void;
  hit: (item: DataItem) => void;
  /** The stream ends, or the toxic was removed: hand on what is kept back. */
  flush?: () => void;
  stop?: () => void;
  heldBytes?: () => number;
  holdBytesMax?: number;
  /** Bytes from `at_byte` on that are meant; `length` or 1 where it is not said. */
  rangeLength?: number;
}

export function contentStage(context: ContentContext, parts: ContentParts): ToxicStage {
  const length = parts.rangeLength ?? context.toxic.attributes.length ?? 1;
  const target = new Target(context, length, { pass: parts.pass ?? ((item) => context.emit(item)), hit: parts.hit });
  const flush = () => {
    target.flush();
    parts.flush?.();
  };
  return stageOf({
    accept(item: Item) {
      if (item.kind === 'data') {
        target.accept(item);
        return;
      }
      flush();
      emitAfterJudged(target, context, item);
    },
    release: flush,
    stop() {
      target.stop();
      parts.stop?.();
    },
    heldBytes: () => target.heldBytes + (parts.heldBytes?.() ?? 0),
    holdBytesMax: target.holdBytesMax + (parts.holdBytesMax ?? 0),
  });
}

/** What its reader can no longer be told has changed nothing. */
export function fireAt(context: ContentContext, item: DataItem, shift = 0): Hit | undefined {
  if (!context.connection.canReach(context.direction)) return undefined;
  return context.fire({
    byteOffset: item.offset + shift,
    frameIndex: item.frame?.index,
    offsetInFrame: item.frame === undefined ? undefined : item.offsetInFrame + shift,
  });
}

export function once(): number {
  return 1;
}

/** For toxics that need whole frames: a raw link has none. */
export function framesOnly(attributes: TriggerAttributes, framing: Framing): string | undefined {
  if (framing === 'raw') return 'the proxy is raw and has no frames: give it a framing';
  return triggerMode(attributes) === 'bytes' ? 'it acts on whole frames: name a frame or a match, not at_byte alone' : undefined;
}

/** For toxics that act on frames or on a range of bytes. */
export function framesOrRange(attributes: TriggerAttributes, framing: Framing): string | undefined {
  const mode = triggerMode(attributes);
  if (framing === 'raw' && mode === 'all') return 'the proxy is raw and has no frames: say at_byte (and length)';
  if (mode === 'frames' && attributes.at_byte !== undefined)
    return 'it acts on a whole frame, so at_byte has no meaning beside frame or match';
  return undefined;
}
