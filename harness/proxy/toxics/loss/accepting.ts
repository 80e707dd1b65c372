// What a listener does before there are bytes: refuse (it stops listening, so dialling is refused), accept and close, or
// never service what the kernel accepted. The proxy itself acts. This file says which attributes these toxics take.

import { CONNECTION_FIELDS } from '../base/trigger-fields.ts';
import { onceIfAimed } from '../aim/trigger.ts';
import type { ToxicType } from '../base/toxic.ts';

/** From connection k on where `connection` or `nth` says so, until removed. */
export const refuse: ToxicType = {
  type: 'refuse',
  origin: 'tornwire',
  fields: { connection: { kind: 'int', min: 1 }, nth: { kind: 'int', min: 1 } },
  listener: 'refuse',
};

export const acceptClose: ToxicType = {
  type: 'accept_close',
  origin: 'tornwire',
  fields: { how: { kind: 'one-of', values: ['fin', 'rst'] }, ...CONNECTION_FIELDS },
  timesDefault: onceIfAimed,
  listener: 'accept-close',
};

export const neverAccept: ToxicType = {
  type: 'never_accept',
  origin: 'tornwire',
  fields: CONNECTION_FIELDS,
  timesDefault: onceIfAimed,
  listener: 'never-accept',
};
