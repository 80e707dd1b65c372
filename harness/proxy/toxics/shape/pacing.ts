// How the slices of a split follow each other: by what proof of a boundary, and after which pause.

import type { SlicePlan } from '../../stream/item.ts';
import { TIME_MS_MAX } from '../../stream/timer.ts';
import type { AttributesOf, Fields } from '../base/fields.ts';
import type { StageContext } from '../base/toxic.ts';

export const PACING_FIELDS = {
  gap: { kind: 'one-of', values: ['auto', 'boundary', 'gated', 'paced'] },
  delay_us: { kind: 'int', max: TIME_MS_MAX * 1000 },
} as const satisfies Fields;

export type Pacing = Pick<SlicePlan, 'want' | 'apart' | 'delayUs'>;

export function pacingOf(context: StageContext<AttributesOf<typeof PACING_FIELDS>>): Pacing {
  const { gap = 'auto', delay_us: delayUs = 0 } = context.toxic.attributes;
  // A gate is what "gated" asks for, also where the kernel keeps boundaries without it.
  return { want: gap, apart: gap === 'gated', delayUs };
}
