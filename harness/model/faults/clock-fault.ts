// What goes wrong with the wall clock of one node, as plain JSON. These faults never move a monotonic clock.
import { z } from 'zod';
import { armingSchema } from './when/arming.ts';

const clockFaultSchema = z.discriminatedUnion('kind', [
  /** The wall clock steps by so much, back when negative, and stays there; monotonic clocks never jump. */
  z.strictObject({ kind: z.literal('jump'), byMs: z.int() }),
  /** The wall clock is off by so much until the step is lifted. */
  z.strictObject({ kind: z.literal('skew'), byMs: z.int() }),
]);

export type ClockFault = Readonly<z.infer<typeof clockFaultSchema>>;
export const CLOCK_FAULT_KINDS = clockFaultSchema.options.map(({ shape }) => shape.kind.value);

export interface ClockStep {
  id: string;
  on: 'clock';
  node: string;
  fault: ClockFault;
  armAt: 'start' | { mark: string };
  mustFire: number;
  /** More firings than this are a finding of the oracle `bounds`; any number is right when absent. */
  firesAtMost?: number;
}

export const clockStepSchema = z.strictObject({
  id: z.string(),
  on: z.literal('clock'),
  node: z.string(),
  fault: clockFaultSchema,
  armAt: armingSchema,
  mustFire: z.int().min(0),
  firesAtMost: z.int().min(0).optional(),
});
