// The keys of a policy of the gate, from the schema that reads it.
import { z } from 'zod';
import { policySchema } from '../model/policy.ts';
import { cell, code, table } from './markdown.ts';

interface Shape {
  description?: string;
  default?: unknown;
  properties?: Record<string, Shape>;
}

export function policyPage(): string {
  return table(['key', 'default', 'meaning'], rowsOf(z.toJSONSchema(policySchema, { io: 'input' }) as Shape, ''));
}

function rowsOf({ properties = {} }: Shape, before: string): string[][] {
  return Object.entries(properties).flatMap(([key, shape]) =>
    shape.properties
      ? rowsOf(shape, `${before}${key}.`)
      : [[code(before + key), shape.default === undefined ? '' : code(JSON.stringify(shape.default)), cell(shape.description ?? '')]],
  );
}
