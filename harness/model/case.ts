// A case: everything that is needed to run a scenario again in the same way.
import { z } from 'zod';
import { clockStepSchema } from './faults/clock-fault.ts';
import type { Step } from './faults/fault.ts';
import { fileStepSchema } from './faults/file-fault.ts';
import type { Json } from './values/json.ts';
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

const trigger = z.strictObject({
  stream: z.enum(['stdin', 'stdout', 'stderr']).optional(),
  connection: z.int().min(1).optional(),
  nthAfterArming: z.int().min(1).optional(),
  frame: z
    .strictObject({
      index: z.int().min(1).optional(),
      matches: z
        .strictObject({
          type: z.string().optional(),
          opcode: z.int().optional(),
          contains: z.string().optional(),
          json: z.record(z.string(), z.json()).optional(),
        })
        .optional(),
    })
    .optional(),
  atByte: z.int().min(0).optional(),
  times: z.int().min(1).optional(),
});

const positive = z.number().min(0);
const linkFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latency'), delayMs: positive, jitterMs: positive.optional() }),
  z.strictObject({ kind: z.literal('bandwidth'), rateKBps: positive }),
  z.strictObject({ kind: z.literal('stall'), forMs: positive.optional() }),
  z.strictObject({ kind: z.literal('slow-close'), delayMs: positive }),
  z.strictObject({ kind: z.literal('timeout'), afterMs: positive }),
  z.strictObject({
    kind: z.literal('split'),
    every: z.int().min(1).optional(),
    sizes: z.array(z.int().min(1)).optional(),
    offsets: z.array(z.int().min(1)).optional(),
    gap: z.enum(['auto', 'boundary', 'gated', 'paced']).optional(),
    delayUs: positive.optional(),
  }),
  z.strictObject({ kind: z.literal('slice'), averageSize: z.int().min(1), sizeVariation: positive.optional(), delayUs: positive }),
  z.strictObject({
    kind: z.literal('coalesce'),
    untilBytes: z.int().min(1).optional(),
    frames: z.int().min(1).optional(),
    withinMs: positive,
  }),
  z.strictObject({ kind: z.literal('slow-reader'), rateBps: positive }),
  z.strictObject({ kind: z.literal('cut'), how: z.enum(['fin', 'rst', 'half-close', 'blackhole']) }),
  z.strictObject({ kind: z.literal('limit-data'), bytes: z.int().min(0) }),
  z.strictObject({ kind: z.literal('reset'), afterMs: positive.optional() }),
  z.strictObject({ kind: z.literal('refuse') }),
  z.strictObject({ kind: z.literal('accept-then-close') }),
  z.strictObject({ kind: z.literal('never-accept') }),
  z.strictObject({ kind: z.literal('half-open'), gone: z.enum(['client', 'upstream']).optional() }),
  z.strictObject({ kind: z.literal('down') }),
  z.strictObject({ kind: z.literal('drop') }),
  z.strictObject({ kind: z.literal('duplicate') }),
  z.strictObject({ kind: z.literal('hold'), frames: z.int().min(1).optional() }),
  z.strictObject({ kind: z.literal('reorder'), window: z.int().min(2) }),
  z.strictObject({ kind: z.literal('truncate'), toBytes: z.int().min(0) }),
  z.strictObject({ kind: z.literal('corrupt'), offset: z.int().min(0), mask: z.int().min(1).max(255), length: z.int().min(1).optional() }),
  z.strictObject({ kind: z.literal('stray-line'), line: z.string() }),
  z.strictObject({ kind: z.literal('split-utf8') }),
]);

const mark = z.strictObject({ mark: z.string() });
const step = z.discriminatedUnion('on', [
  z.strictObject({
    id: z.string(),
    on: z.literal('link'),
    link: z.string(),
    direction: z.enum(['upstream', 'downstream']),
    fault: linkFault,
    trigger,
    armAt: z.union([z.literal('start'), mark]),
    mustFire: z.int().min(0),
  }),
  nodeStepSchema,
  fileStepSchema,
  clockStepSchema,
]);

/** What is misshapen about a step that code made, in words: a mask of 0, a split every 0 bytes. */
export function stepProblem(given: Step): string | undefined {
  const parsed = step.safeParse(given);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it has not the shape of a step'}`;
}

export const caseSchema = z.strictObject({
  scenario: z.string(),
  parameters: z.record(z.string(), z.json()),
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
