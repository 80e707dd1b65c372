import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { errorLine, placeIn } from './place.ts';

const at = (text: string, stack: string): Error => Object.assign(new Error(text), { stack });

test('an error is one line with the first line of the user that is in its stack', () => {
  const error = at(
    'no window\n  anywhere',
    `Error: no window
    at connect (node:net:1:2)
    at Client.open (file:///project/node_modules/ws/index.js:3:4)
    at script (file:///project/scenarios/a%20b.scenario.ts:5:6)
    at file:///project/scenarios/other.scenario.ts:7:8`,
  );
  expect(errorLine(error, '/project')).toBe('Error: no window anywhere (scenarios/a b.scenario.ts:5:6)');
});

test('what is thrown without a stack, and what is no error, is told as it is', () => {
  expect(errorLine('plain', '/project')).toBe('thrown: plain');
  expect(errorLine(undefined, '/project')).toBe('thrown: undefined');
  expect(errorLine(at('x', ''), '/project')).toBe('Error: x');
});

test('an error of a file in a folder with spaces and brackets in its name has its line', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'tw-place-')), 'a (b) c');
  try {
    await mkdir(folder);
    await writeFile(join(folder, 'a.ts'), 'const one: number = 1;\n\nexport const two = one + notThere;\n');
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', LOADS, folder]);
    expect(stdout).toBe('ReferenceError: notThere is not defined (a.ts:3:26)');
  } finally {
    await rm(dirname(folder), { recursive: true, force: true });
  }
});

test('the harness is not the place of an error of the user', () => {
  expect(placeIn(`at play (${import.meta.url}:1:1)\n    at script (file:///project/x.ts:2:3)`, '/project')).toBe('x.ts:2:3');
});

test.each([
  [
    'enum A { b }',
    /^TypeScript's enum is not erasable, so Node cannot run it: use a union of strings, or an object `as const`; [^\n]* \(a\.ts:3\)$/,
  ],
  ['class A { constructor(private b: number) {} }', /^TypeScript's parameter property is not erasable, [^\n]* use a field/],
  ['namespace A { export const b = 1; }', /^TypeScript's namespace declaration is not erasable, [^\n]* use a module/],
  ["import fs = require('node:fs');", /^TypeScript's import equals declaration is not erasable, [^\n]* use `import`/],
])('what Node cannot erase is named in one line, with what to write in its place: %s', async (source, line) => {
  const folder = await mkdtemp(join(tmpdir(), 'tw-place-'));
  try {
    await writeFile(join(folder, 'a.ts'), `export const one: number = 1;\n\n${source}\n`);
    // Node itself, for Vitest compiles what it imports.
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', LOADS, folder]);
    expect(stdout).toMatch(line);
  } finally {
    await rm(folder, { recursive: true });
  }
});

const LOADS = `
  const { errorLine } = await import(${JSON.stringify(new URL('place.ts', import.meta.url).href)});
  await import(process.argv[1] + '/a.ts').catch((error) => process.stdout.write(errorLine(error, process.argv[1])));`;
