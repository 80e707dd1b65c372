// The page of faults: every kind with its fields. What is required comes from the schemas that read a case.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FILE_FAULTS } from '../model/faults/file/table.ts';
import { LINK_FAULTS, LINK_FAULT_KINDS } from '../model/faults/link/table.ts';
import { NODE_FAULTS, type NodeFaultKind } from '../model/faults/node/table.ts';
import { openingOf } from './declarations.ts';
import { FILE_WORDS, LINK_WORDS, NODE_WORDS } from './fault-words.ts';
import { cell, code, table } from './markdown.ts';

const FAULTS = join(import.meta.dirname, '../model/faults');

export function faultsPage(): string {
  return [
    '## Faults on links',
    'A step for each of them: `fault(link, { kind, ... }, where)`. `cut`, `split`, `latency`, `stall` and `respond` have words of their own ([steps](steps.md)).',
    ...LINK_FAULT_KINDS.map((kind) =>
      faultSection({
        kind,
        does: openingOf(fileOf('link/*', kind)),
        schema: LINK_FAULTS[kind].schema,
        words: LINK_WORDS[kind],
        more: [
          `It has fired when ${LINK_FAULTS[kind].hit.when}. It has not when ${LINK_FAULTS[kind].hit.notWhen}.`,
          ...(LINK_FAULTS[kind].onStdio === true ? [] : [`Not on stdio: ${LINK_FAULTS[kind].onStdio}.`]),
        ],
      }),
    ),
    '## Faults on nodes',
    'A step for each of them: `onNode({ kind, node, ... }, at)`. Every fault has the field `node`, the name of the node.',
    ...(Object.keys(NODE_FAULTS) as NodeFaultKind[]).map((kind) =>
      faultSection({ kind, does: openingOf(fileOf('node', kind)), schema: NODE_FAULTS[kind].schema, words: NODE_WORDS[kind] }),
    ),
    '## Faults on files',
    'A step for each of them: `onFile(node, path, { kind, ... }, where)`.',
    ...(Object.keys(FILE_FAULTS) as (keyof typeof FILE_FAULTS)[]).map((kind) =>
      faultSection({ kind, does: FILE_WORDS[kind].does, schema: FILE_FAULTS[kind].schema, words: FILE_WORDS[kind].fields }),
    ),
    '## Faults on clocks',
    'A step for each of them: `onClock(node, { kind, byMs }, where)`. Monotonic clocks go on.',
    table(
      ['kind', 'what it does', '`byMs`'],
      [
        ['`jump`', 'The wall clock steps by so much, and stays there.', 'ms, back when negative'],
        ['`skew`', 'The wall clock is off by so much until the step is lifted.', 'ms, back when negative'],
      ],
    ),
  ].join('\n\n');
}

function fileOf(folder: string, kind: string): string {
  const [file] = globSync(`${folder}/${kind}.ts`, { cwd: FAULTS });
  if (file === undefined) throw new Error(`no file ${folder}/${kind}.ts`);
  return join(FAULTS, file);
}

interface About {
  kind: string;
  does: string;
  schema: z.ZodType;
  words: Readonly<Record<string, string>>;
  more?: readonly string[];
}

interface Shape {
  properties?: Record<string, { type?: string; enum?: readonly string[] }>;
  required?: readonly string[];
}

function faultSection({ kind, does, schema, words, more = [] }: About): string {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
  const rows = Object.entries(words).map(([field, meaning]) => [
    `${code(field)}${required.includes(field) ? '' : ' (optional)'}`,
    typeOf(properties[field]),
    cell(meaning),
  ]);
  return [`### ${kind}`, does, ...(rows.length > 0 ? [table(['field', 'type', 'meaning'], rows)] : []), ...more].join('\n\n');
}

function typeOf(shape: { type?: string; enum?: readonly string[] } | undefined): string {
  if (shape?.enum && shape.enum.length < 8) return code(shape.enum.map((each) => `'${each}'`).join(' | '));
  return shape?.type === 'integer' ? 'whole number' : (shape?.type ?? 'object');
}
