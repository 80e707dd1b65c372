// When a link fault acts: counted in connections, frames and bytes, never on the clock.
import { z } from 'zod';
import { jsonSchema } from '../../values/json-schema.ts';
import { type AtMostOneOf, countGiven } from '../../values/one-of.ts';

const frameMatchSchema = z.strictObject({
  /** `text`, `binary`, `ping`, `line`, `request-head`, ... as the link's frame reader names them. */
  type: z.string().optional(),
  opcode: z.int().optional(),
  /** The decoded payload holds this text. */
  contains: z.string().optional(),
  /** JSON pointer to the value that must be there. */
  json: z.record(z.string(), jsonSchema).readonly().optional(),
});

export type FrameMatch = z.infer<typeof frameMatchSchema>;

const counts = z.strictObject({
  /** On a stdio link, which stream; upstream there is only stdin, downstream it is stdout unless this says stderr. */
  stream: z.enum(['stdin', 'stdout', 'stderr']).optional(),
  /** The k-th connection of the link in this run, from 1; every connection when absent. On a stdio link the k-th child. */
  connection: z.int().min(1).optional(),
  /** The k-th connection opened after arming, from 1; never beside `connection`. */
  nthAfterArming: z.int().min(1).optional(),
  /** The n-th frame, or the n-th that matches, from 1. Without it `atByte` counts from the start of the stream. */
  frame: z.strictObject({ index: z.int().min(1).optional(), matches: frameMatchSchema.optional() }).optional(),
  atByte: z.int().min(0).optional(),
  /** Firings in total; one for faults that end or alter something, without end for timing and shape. */
  times: z.int().min(1).optional(),
});

export type Trigger = AtMostOneOf<z.infer<typeof counts>, 'connection' | 'nthAfterArming'>;

export const triggerSchema = counts
  .refine(
    (given) => countGiven(given, ['connection', 'nthAfterArming']) <= 1,
    'a trigger counts connections from the start of the run (connection) or from arming (nthAfterArming), not both',
  )
  .transform((given) => given as Trigger);
