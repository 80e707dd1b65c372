// Faults in the content of a file of lines.
import { z } from 'zod';
import { fileFault } from './entry.ts';

const lines = { on: 'lines', isMade: false, needs: 'nothing' } as const;

/**
 * A line is there by half (or its first `keepBytes`), without its end. `line` is written so by the harness, as a writer
 * would; without it the file's last line loses its end. The rest comes when the step is lifted, unless it `stays` lost.
 */
export const halfLine = fileFault(
  z.strictObject({
    kind: z.literal('half-line'),
    line: z.string().optional(),
    keepBytes: z.int().min(1).optional(),
    stays: z.boolean().optional(),
  }),
  { ...lines, examples: { 'half-line': { kind: 'half-line' } } },
);

/** The same with a whole line that lacks only its newline: what is written next is glued to it. */
export const missingNewline = fileFault(
  z.strictObject({ kind: z.literal('missing-newline'), line: z.string().optional(), stays: z.boolean().optional() }),
  { ...lines, examples: { 'missing-newline': { kind: 'missing-newline' } } },
);

/** The last bytes are gone for good, as after a power cut. */
export const truncatedTail = fileFault(z.strictObject({ kind: z.literal('truncated-tail'), bytes: z.int().min(1) }), {
  ...lines,
  examples: { 'truncated-tail': { kind: 'truncated-tail', bytes: 1 } },
});

/** A byte in the middle of `line`, which is appended, or of the file's last line, is no UTF-8 (0xFF). */
export const invalidUtf8 = fileFault(z.strictObject({ kind: z.literal('invalid-utf8'), line: z.string().optional() }), {
  ...lines,
  examples: { 'invalid-utf8': { kind: 'invalid-utf8' } },
});

/** Another writer's whole lines at the end, or `inside` the last line: between its two halves. */
export const foreignLines = fileFault(
  z.strictObject({ kind: z.literal('foreign-lines'), lines: z.array(z.string()).min(1).readonly(), inside: z.boolean().optional() }),
  { ...lines, examples: { 'foreign-lines, at the end or inside': { kind: 'foreign-lines', lines: [''] } } },
);
