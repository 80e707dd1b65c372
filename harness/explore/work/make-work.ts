// A list of work: which operations are asked with which arguments, and who joins when. It is plain JSON, so that a repro file holds it.
import { z } from 'zod';
import { jsonSchema } from '../../model/values/json-schema.ts';
import type { Json } from '../../model/values/json.ts';
import { chance, hash32 } from '../../model/values/seed.ts';
import { arbitraries } from './arbitraries.ts';
import type { Workload } from './parts.ts';

const workItem = z.union([
  z.strictObject({ do: z.string(), with: z.record(z.string(), jsonSchema) }),
  /** An observer joins; a slow one is paused until all faults are lifted. */
  z.strictObject({ join: z.string(), slow: z.boolean() }),
]);

export type WorkItem = z.infer<typeof workItem>;

export const workSchema = z.array(workItem);

/**
 * The same seed makes the same list. Each operation comes once, chance fills up to `length`, and the seed decides the order of all.
 * With more operations than `length` the list is longer.
 */
export async function makeWork({ operations, observers }: Workload, seed: number, length: number): Promise<readonly Json[]> {
  const { default: fc } = await import('fast-check');
  const any = arbitraries(fc);
  const each = Object.entries(operations).map(([name, { arguments: given, weight = 1 }]) => ({
    weight,
    arbitrary: fc.record({ do: fc.constant(name), with: fc.record<Record<string, Json>>(given?.(any) ?? {}) }),
  }));
  const once: WorkItem[] = each.flatMap(({ arbitrary }, index) => fc.sample(arbitrary, { seed: hash32(seed, 'once', index), numRuns: 1 }));
  const more: WorkItem[] = fc.sample(fc.oneof(...each), { seed: hash32(seed, 'work'), numRuns: Math.max(0, length - once.length) });
  const items = [...once, ...more]
    .map((item, index) => ({ item, at: hash32(seed, 'order', index) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
  for (const [index, name] of Object.keys(observers).entries()) {
    const at = Math.floor(chance(seed, 'joins', name) * (items.length + 1));
    items.splice(at, 0, { join: name, slow: (hash32(seed, 'slow') + index) % 2 === 0 });
  }
  // As a file would hold it: no -0, no records without a prototype.
  return JSON.parse(JSON.stringify(items)) as Json[];
}
