// The JSON Schemas of the files that Tornwire reads, and of the summary that it writes, for editors and for programs that write such files. They are made from
// the very schemas that read these files, and stand beside this file, from where the package takes them.
import { z } from 'zod';
import { caseSchema } from '../model/case.ts';
import { policySchema } from '../model/policy.ts';
import { reproSchema } from '../model/repro.ts';
import { summarySchema } from './summary-schema.ts';

const READ = {
  case: { schema: caseSchema, title: 'A case of Tornwire: all that is needed to run it again' },
  policy: { schema: policySchema, title: 'A policy of tornwire gate: what a release must show' },
  repro: { schema: reproSchema, title: 'A repro of Tornwire: a saved failing case' },
  summary: { schema: summarySchema, title: 'The summary of a run of Tornwire: results/latest/summary.json' },
} as const;

export type SchemaName = keyof typeof READ;
export const SCHEMA_NAMES = Object.keys(READ) as SchemaName[];

/** The text of schemas/<name>.json. What has a default need not be given. */
export function schemaText(name: SchemaName): string {
  const { schema, title } = READ[name];
  const { $schema, ...shape } = z.toJSONSchema(schema, { io: 'input' });
  return `${JSON.stringify({ $schema, title, ...shape }, null, 2)}\n`;
}
