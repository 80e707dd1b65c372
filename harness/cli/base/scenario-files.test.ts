import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scenarioFilesIn } from './scenario-files.ts';

test('a scenario is found by its ending, one with an ending that Node does not load as a module is refused, not passed over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tw-files-'));
  await mkdir(join(folder, 'a'));
  const files = [
    'a/x.scenario.ts',
    'b.scenario.mts',
    'c.scenario.js',
    'd.scenario.mjs',
    'e.scenario.cjs',
    'f.scenario.tsx',
    'g.scenario.TS',
  ];
  const others = ['system.ts', 'c.scenario.d.ts', 'c.scenario.js.map', 'scenarios.test.ts', 'scenario.ts'];
  for (const file of [...files, ...others]) await writeFile(join(folder, file), '');
  const found = await scenarioFilesIn(folder);
  await rm(folder, { recursive: true });
  expect(found.map(({ name, refused }) => [name, refused?.split('.').at(-1) ?? 'found'])).toEqual([
    ['a/x', 'found'],
    ['b', 'found'],
    ['c', 'found'],
    ['d', 'found'],
    ['e', 'cjs'],
    ['f', 'tsx'],
    ['g', 'TS'],
  ]);
});
