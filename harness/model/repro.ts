// A saved failing case: everything needed to run it again, and what it did then.
import { z } from 'zod';
import { caseSchema } from './case.ts';

/** Raised when a field changes its meaning; an older file is still read, a newer one is refused. */
export const REPRO_FORMAT = 1;

const reproSchema = z.strictObject({
  format: z.literal(REPRO_FORMAT),
  case: caseSchema,
  outcome: z.enum(['pass', 'fail', 'unknown']),
  oracle: z.string(),
  message: z.string(),
  fingerprint: z.string(),
  environment: z.strictObject({
    tornwire: z.string(),
    commit: z.string().nullable(),
    node: z.string(),
    platform: z.string(),
    engines: z.array(z.string()),
  }),
  reproduced: z.strictObject({ times: z.int().min(0), of: z.int().min(1) }),
  savedAt: z.string(),
  command: z.string(),
});

export type Repro = z.infer<typeof reproSchema>;

export class ReproError extends Error {}

/** @throws ReproError in one line: not JSON, a newer format, or the first field that is wrong. */
export function parseRepro(text: string, file: string): Repro {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ReproError(`${file} is not a repro file: ${(cause as Error).message}`, { cause });
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > REPRO_FORMAT)
    throw new ReproError(`${file} has repro format ${format}; this tornwire reads up to ${REPRO_FORMAT}: update tornwire`);
  const parsed = reproSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ReproError(
    `${file} is not a repro file: ${issue ? `${issue.path.join('.') || 'the top level'}: ${issue.message}` : 'unreadable'}`,
  );
}
