import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeOf } from './place-of.ts';

let root: string;
let file: string;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'tw-place-of-')));
  await mkdir(join(root, 'a b'));
  file = join(root, 'a b', 'x.scenario.ts');
  await writeFile(file, `import { defineScenario } from 'tornwire';\n\nimport { sys } from './missing.ts';\nexport default sys;\n`);
});

afterAll(() => rm(root, { recursive: true }));

const placed = (what: string) => {
  const { place, what: rest } = placeOf(what, file, root);
  return `${relative(root, place.replace(/:\d+$/, ''))}${/:\d+$/.exec(place)?.[0]} ${rest}`;
};

test('the place that an error brings along is taken, also in a folder with a space in its name', () => {
  expect(placed('ReferenceError: nope is not defined (a b/x.scenario.ts:4:16)')).toBe(
    'a b/x.scenario.ts:4 ReferenceError: nope is not defined',
  );
});

test('a module that there is not has the line of its import', () => {
  const what = `Error: Cannot find module '${root}/a b/missing.ts' imported from ${file}`;
  expect(placed(what)).toBe(`a b/x.scenario.ts:3 ${what}`);
});

test('what stands in brackets and is no file is no place', () => {
  expect(placed('it is late (at most 3 of 5:2)')).toBe('a b/x.scenario.ts:1 it is late (at most 3 of 5:2)');
});
