// Of values that survive a trip through a file. Its type is ours: a declaration that says zod's `JSONType` cannot be written
// down by whoever has zod only through Tornwire, as in a project of pnpm's.
import { z } from 'zod';
import type { Json } from './json.ts';

export const jsonSchema = z.json() as z.ZodType<Json>;
