// A new node fault is a file and a line. In a copy of the sources one that does nothing compiles when it is complete, and
// only then: the compiler names what is missing.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../../..');
/** The rooms that know node faults; the compiler looks at what they import, too. */
const COMPILED = ['model', 'oracles', 'runtime', 'run'].map((room) => `harness/${room}`);
const FILE = 'harness/model/faults/node/nothing.ts';
const TABLE = 'harness/model/faults/node/table.ts';

const NOTHING = `// Nothing happens to the node.
import { z } from 'zod';
import { never, node, noTime, same, strikes } from './entry.ts';

const schema = z.strictObject({ kind: z.literal('nothing'), node });

export const nothing = strikes(schema, {
  awaits: (fault) => \`'\${fault.node}'\`,
  takesAway: never,
  standstillMs: noTime,
  atSpeed: same,
  needsRunningNode: true,
  needsOwnStart: false,
  startsEndedNode: false,
  async strike() {},
  examples: { nothing: { kind: 'nothing', node: 'target' } },
});
`;

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'new-fault-'));
  cpSync(join(ROOT, 'harness'), join(copy, 'harness'), { recursive: true, filter: isSource });
  cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as { compilerOptions: object };
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: COMPILED }));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test('a node fault is complete with its file and its line', () => {
  write(FILE, NOTHING);
  write(TABLE, tableWith('  nothing,'));
  expect(errorsOfCompiler()).toBe('');
}, 60_000);

test('what is missing is named by the compiler: anything in its file, and its name in the table', () => {
  const properties = [...NOTHING.matchAll(/^ {2}(?:async )?(\w+).*\n/gm)];
  expect(properties.length).toBe(9);
  write(FILE, NOTHING);
  write(TABLE, tableWith('  something: nothing,'));
  for (const [line, property = ''] of properties) write(FILE.replace('nothing', `without-${property}`), NOTHING.replace(line, ''));
  const errors = errorsOfCompiler();
  for (const [, property = ''] of properties)
    expect(errors).toMatch(new RegExp(`without-${property}\\.ts.* error (?:.*\\n )*.*'${property}' is missing`));
  expect(errors).toMatch(/node-fault\.ts.* Property 'nothing' is missing/);
}, 60_000);

function tableWith(line: string): string {
  const table = readFileSync(join(ROOT, TABLE), 'utf8');
  return table
    .replace('import { pause }', "import { nothing } from './nothing.ts';\nimport { pause }")
    .replace('  pause,\n', `  pause,\n${line}\n`);
}

function write(path: string, text: string): void {
  writeFileSync(join(copy, path), text);
}

function errorsOfCompiler(): string {
  const { stdout, stderr, error } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['--project', copy, '--noEmit', '--pretty', 'false'], {
    encoding: 'utf8',
    cwd: copy,
  });
  if (error) throw error;
  return `${stdout}${stderr}`;
}

function isSource(path: string): boolean {
  return !/\.(test|contract|double)\.ts$/.test(path) && !/\/(testing|test-programs|dist|node_modules)$/.test(path);
}
