// Toxiproxy's noop: clients may add it, and it does nothing.

import { stageOf } from './base/stage.ts';
import type { ToxicType } from './base/toxic.ts';

export const noop: ToxicType = {
  type: 'noop',
  origin: 'toxiproxy',
  fields: {},
  stage: (context) => stageOf({ accept: (item) => context.emit(item) }),
};
