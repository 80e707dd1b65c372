// What a release must show: how often the clean pack passes, which reported bugs must be caught, in how much time.
import { z } from 'zod';
import { USER_RUNTIMES } from './case.ts';
import { milliseconds, type Duration } from './time/duration.ts';

const share = z.number().min(0).max(1);
const duration = z.union([z.string(), z.number()]).refine(isDuration, 'write 480000, 480s or 8min');

/** Its descriptions are what an editor shows (schemas/policy.json). */
export const policySchema = z.strictObject({
  $schema: z.string().optional().describe('Where an editor finds the shape of this file.'),
  version: z.literal(1).default(1),
  budget: duration.default('8min').describe('No case begins after it. If cases are missing then, the gate is incomplete.'),
  runtimes: z.array(z.enum(USER_RUNTIMES)).min(1).default(['process']),
  tags: z.array(z.string()).default([]).describe('Only scenarios with one of these tags. Without it, all scenarios.'),
  clean: z
    .strictObject({
      repeats: z.int().min(1).max(10_000).default(3).describe('How often every scenario runs without a defect.'),
      flakeRateMax: share
        .default(0)
        .describe('The share of clean cases that may fail. If a scenario fails every time, the gate fails in any case.'),
      unknownRateMax: share.default(0.005).describe('The share of clean cases that may end as unknown.'),
    })
    .prefault({}),
  defects: z
    .strictObject({
      required: z
        .union([z.literal('all'), z.array(z.string())])
        .default('all')
        .describe('Ids of the reported bugs that must be caught.'),
      repeats: z.int().min(1).max(10_000).default(1).describe('How often every defect is brought back.'),
      caughtRateMin: share.default(0.9).describe("The share of each defect's runs that its oracle must catch."),
    })
    .prefault({}),
  sweep: z
    .strictObject({
      budget: duration.describe('How long the workloads are swept, behind the cases and beyond their budget.'),
      coverageMin: share
        .default(0)
        .describe(
          'The share of the enumerated fault points, of all workloads together, that must be done. Fewer make the gate incomplete.',
        ),
    })
    .optional()
    .describe('Sweep the workloads too. A finding that is no known flaw fails the gate. Without it nothing is swept.'),
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
