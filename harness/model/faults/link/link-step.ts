// One link fault of a schedule: where it acts, when, and how often it must have acted.
import { z } from 'zod';
import { armingSchema } from '../when/arming.ts';
import { triggerSchema } from '../when/trigger.ts';
import { linkFaultSchema } from './table.ts';

export const linkStepSchema = z.strictObject({
  id: z.string(),
  on: z.literal('link'),
  link: z.string(),
  direction: z.enum(['upstream', 'downstream']),
  fault: linkFaultSchema,
  trigger: triggerSchema,
  /** `start`: armed before any node runs. Otherwise armed when the script passes this mark. */
  armAt: armingSchema,
  /** It must have fired so many times when the script ends, or the run proves nothing. */
  mustFire: z.int().min(0),
  /** More firings than this are a finding of the oracle `bounds`; any number is right when absent. */
  firesAtMost: z.int().min(0).optional(),
});

export type LinkStep = z.infer<typeof linkStepSchema>;
