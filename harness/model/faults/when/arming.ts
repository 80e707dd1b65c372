// When a step is armed. This is for steps that wait for nothing but the script.
import { z } from 'zod';

/** `start`: before any node runs. Otherwise when the script passes this mark. */
export const armingSchema = z.union([z.literal('start'), z.strictObject({ mark: z.string().min(1, 'a mark has a name') })]);
