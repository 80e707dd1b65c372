// What goes wrong with the wall clock of one node, as plain JSON. These faults never move a monotonic clock.
import { z } from 'zod';

export type ClockFault =
  /** The wall clock steps by so much, back when negative, and stays there; monotonic clocks never jump. */
  | { kind: 'jump'; byMs: number }
  /** The wall clock is off by so much until the step is lifted. */
  | { kind: 'skew'; byMs: number };

export interface ClockStep {
  id: string;
  on: 'clock';
  node: string;
  fault: ClockFault;
  armAt: 'start' | { mark: string };
  mustFire: number;
}

const clockFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('jump'), byMs: z.int() }),
  z.strictObject({ kind: z.literal('skew'), byMs: z.int() }),
]);

export const clockStepSchema = z.strictObject({
  id: z.string(),
  on: z.literal('clock'),
  node: z.string(),
  fault: clockFault,
  armAt: z.union([z.literal('start'), z.strictObject({ mark: z.string() })]),
  mustFire: z.int().min(0),
});
