// What a release must show: how often the clean pack passes, which reported bugs must be caught, in how much time.
import { z } from 'zod';
import { USER_RUNTIMES } from './case.ts';
import { milliseconds, type Duration } from './time/duration.ts';

const share = z.number().min(0).max(1);
const duration = z.union([z.string(), z.number()]).refine(isDuration, 'write 480000, 480s or 8min');

export const policySchema = z.strictObject({
  version: z.literal(1).default(1),
  /** No case begins after it. If cases are missing then, the gate is incomplete. */
  budget: duration.default('8min'),
  runtimes: z.array(z.enum(USER_RUNTIMES)).min(1).default(['process']),
  /** Only scenarios with one of these tags. Without it, all scenarios. */
  tags: z.array(z.string()).default([]),
  clean: z
    .strictObject({
      /** How often every scenario runs without a defect. */
      repeats: z.int().min(1).max(10_000).default(3),
      /** The share of clean cases that may fail. If a scenario fails every time, the gate fails in any case. */
      flakeRateMax: share.default(0),
      unknownRateMax: share.default(0.005),
    })
    .prefault({}),
  defects: z
    .strictObject({
      required: z.union([z.literal('all'), z.array(z.string())]).default('all'),
      repeats: z.int().min(1).max(10_000).default(1),
      /** The share of each defect's runs that its oracle must catch. */
      caughtRateMin: share.default(0.9),
    })
    .prefault({}),
});

export type Policy = z.infer<typeof policySchema>;

export function defaultPolicy(): Policy {
  return policySchema.parse({});
}

export function budgetMs(policy: Policy): number {
  return milliseconds(policy.budget as Duration);
}

function isDuration(value: string | number): boolean {
  try {
    return milliseconds(value as Duration) > 0;
  } catch {
    return false;
  }
}
