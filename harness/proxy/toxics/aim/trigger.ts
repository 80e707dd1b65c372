// What the trigger attributes of a toxic mean together.

import type { StageContext } from '../base/toxic.ts';
import type { TriggerAttributes } from '../base/trigger-fields.ts';

/** The context of any toxic that takes trigger attributes. */
export type TriggerContext = StageContext<TriggerAttributes>;

export type TriggerMode = 'frames' | 'bytes' | 'all';

export function triggerMode(attributes: TriggerAttributes): TriggerMode {
  if (attributes.frame !== undefined || attributes.match !== undefined) return 'frames';
  return attributes.at_byte === undefined ? 'all' : 'bytes';
}

/** Once where something tells which connection or byte is meant, else without end. */
export function onceIfAimed(attributes: TriggerAttributes): number {
  const aimed = triggerMode(attributes) !== 'all' || attributes.connection !== undefined || attributes.nth !== undefined;
  return aimed ? 1 : Number.POSITIVE_INFINITY;
}

/** Where `at_byte` lies in the stream, when it names no frame. */
export function streamOffset(context: TriggerContext): number {
  const { at_byte: atByte = 0, count_from: from } = context.toxic.attributes;
  return atByte + (from === 'armed' ? context.since.offset : 0);
}
