// Which connections, frames and bytes a toxic is armed for: the attributes that most toxics take besides their own.

import type { AttributesOf, Fields } from './fields.ts';

/** Attributes that pick connections. */
export const CONNECTION_FIELDS = {
  connection: { kind: 'int', min: 1 },
  nth: { kind: 'int', min: 1 },
  times: { kind: 'int', min: 1 },
} as const satisfies Fields;

/** Attributes of every toxic that acts on bytes. */
export const TRIGGER_FIELDS = {
  ...CONNECTION_FIELDS,
  label: { kind: 'string' },
  frame: { kind: 'int', min: 1 },
  match: { kind: 'match' },
  at_byte: { kind: 'int' },
  count_from: { kind: 'one-of', values: ['connection', 'armed'] },
} as const satisfies Fields;

export type TriggerAttributes = AttributesOf<typeof TRIGGER_FIELDS>;
