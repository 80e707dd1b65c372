// A case: everything that is needed to run a scenario again in the same way.
import { z } from 'zod';
import { jsonSchema } from './values/json-schema.ts';
import { clockStepSchema } from './faults/clock-fault.ts';
import type { Step } from './faults/fault.ts';
import { fileStepSchema } from './faults/file-fault.ts';
import type { Json } from './values/json.ts';
import { linkStepSchema } from './faults/link/link-step.ts';
import { nodeStepSchema } from './faults/node-fault.ts';
import { pathPartSchema } from './values/path-part.ts';

/** Where nodes live, in the order in which a user may choose. */
export const USER_RUNTIMES = ['process', 'container'] as const;
/** The mock plays nodes, for tests of the harness alone. */
export const RUNTIME_NAMES = [...USER_RUNTIMES, 'mock'] as const;
export type UserRuntime = (typeof USER_RUNTIMES)[number];
export type RuntimeName = (typeof RUNTIME_NAMES)[number];
export type EngineChoice = 'own' | 'toxiproxy' | 'auto';

export interface Case {
  scenario: string;
  parameters: Readonly<Record<string, Json>>;
  seed: number;
  schedule: readonly Step[];
  runtime: RuntimeName;
  engine: EngineChoice;
  clockSpeed: number;
  /** The id of a defect patch that is applied to a copy of the system's code. */
  defect?: string;
}

const step = z.discriminatedUnion('on', [linkStepSchema, nodeStepSchema, fileStepSchema, clockStepSchema]);

/** What is misshapen about a step that code made, in words: a mask of 0, a split every 0 bytes. */
export function stepProblem(given: Step): string | undefined {
  const parsed = step.safeParse(given);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it has not the shape of a step'}`;
}

export const caseSchema = z.strictObject({
  scenario: z.string(),
  parameters: z.record(z.string(), jsonSchema),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  schedule: z.array(step),
  runtime: z.enum(RUNTIME_NAMES),
  engine: z.enum(['own', 'toxiproxy', 'auto']),
  clockSpeed: z.number().min(1).max(1000),
  defect: pathPartSchema.optional(),
});
