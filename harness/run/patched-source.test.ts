import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { System } from '../model/scenario.ts';
import { defectsIn, sourceFor } from './patched-source.ts';

const GOOD = 'export const limit = 10;\nexport const retries = 3;\n';
const HUNK = `diff --git a/deep/limits.ts b/deep/limits.ts
--- a/deep/limits.ts
+++ b/deep/limits.ts
@@ -1,2 +1,2 @@
 export const limit = 10;
-export const retries = 3;
+export const retries = 0;
`;
const PATCH = `W1: it gives up at once
Reported: the bridge never
  comes back
Scenario: a bridge comes back
Oracle: hang

${HUNK}`;

let project: string;
let system: System;
/** The case's folder. */
let folder: string;

beforeEach(async () => {
  project = await mkdtemp(join(await realpath(tmpdir()), 'tw-patched-'));
  await mkdir(join(project, 'stack', 'deep'), { recursive: true });
  await mkdir(join(project, 'node_modules', 'wire'), { recursive: true });
  await mkdir(join(project, 'defects'));
  await writeFile(join(project, 'stack', 'deep', 'limits.ts'), GOOD);
  await writeFile(join(project, 'stack', 'limits.test.ts'), 'a test of the system itself');
  await writeFile(join(project, 'node_modules', 'wire', 'index.js'), 'export const wire = 1;');
  await writeFile(join(project, 'defects', 'W1-gives-up.patch'), PATCH);
  folder = join(project, 'results', 'runs', 'one', 'cases', '1');
  system = {
    name: 'stack',
    topology: { nodes: [], links: [] },
    source: { folder: join(project, 'stack'), defects: join(project, 'defects') },
    clients: () => ({}),
  };
});
afterEach(() => rm(project, { recursive: true, force: true }));

const original = (): Promise<string> => readFile(join(project, 'stack', 'deep', 'limits.ts'), 'utf8');
const leftIn = (path: string): Promise<string[]> => readdir(path).catch(() => []);

test('the defect is in the copy and not in the original, and the copy goes when it is no longer needed', async () => {
  {
    await using source = await sourceFor(system, 'W1', folder);
    const copy = source.folder ?? '';
    expect(copy.startsWith(`${folder}/`)).toBe(true);
    expect(await readFile(join(copy, 'deep', 'limits.ts'), 'utf8')).toBe(GOOD.replace('retries = 3', 'retries = 0'));
    expect(await original()).toBe(GOOD);
    expect(await readdir(copy)).toEqual(['deep']);
    expect(await readFile(join(copy, '..', 'node_modules', 'wire', 'index.js'), 'utf8')).toContain('wire');
  }
  expect(await leftIn(folder)).toEqual([]);
  expect(await readdir(join(project, 'node_modules'))).toEqual(['wire']);
});

test('the copy may lie in a folder that an outer repository ignores', async () => {
  const git = (...words: string[]): unknown => execFileSync('git', words, { cwd: project, stdio: 'pipe' });
  git('init', '-q');
  await writeFile(join(project, '.gitignore'), 'results/\nnode_modules/\n');
  git('add', '.');
  await using source = await sourceFor(system, 'W1', folder);
  expect(await readFile(join(source.folder ?? '', 'deep', 'limits.ts'), 'utf8')).toContain('retries = 0');
  expect(await original()).toBe(GOOD);
  const { stdout } = await promisify(execFile)('git', ['status', '--porcelain', '--untracked-files=all'], { cwd: project });
  expect(stdout).not.toContain('results/');
});

test('a patch that no longer applies names the patch, the file and the hunk, and no copy stays', async () => {
  await writeFile(join(project, 'stack', 'deep', 'limits.ts'), GOOD.replace('retries = 3', 'retries = 5'));
  await expect(sourceFor(system, 'W1', folder)).rejects.toThrow(
    'W1-gives-up.patch no longer applies: deep/limits.ts, hunk 1 of 1 (@@ -1,2 +1,2 @@)',
  );
  expect(await leftIn(folder)).toEqual([]);
});

test('a patch of a file outside the copy is refused, and nothing is written there', async () => {
  const outside = '--- /dev/null\n+++ b/../outside.ts\n@@ -0,0 +1 @@\n+export {};\n';
  await writeFile(
    join(project, 'defects', 'P1-leads-out.patch'),
    `Defect: P1\n\ndiff --git a/../outside.ts b/../outside.ts\nnew file mode 100644\n${outside}`,
  );
  await expect(sourceFor(system, 'P1', folder)).rejects.toThrow(/P1-leads-out\.patch no longer applies: .*outside\.ts/);
  expect(await leftIn(folder)).toEqual([]);
});

test('a patch of a file that is gone names the file', async () => {
  await rm(join(project, 'stack', 'deep', 'limits.ts'));
  await expect(sourceFor(system, 'W1', folder)).rejects.toThrow(/W1-gives-up\.patch no longer applies: .*deep\/limits\.ts/);
});

test('without a defect the system runs from where it is, and nothing is copied', async () => {
  await using source = await sourceFor(system, undefined, folder);
  expect(source.folder).toBe(join(project, 'stack'));
  expect(await leftIn(folder)).toEqual([]);
});

test('an unknown defect is answered with those there are, and a system without source with its name', async () => {
  await writeFile(join(project, 'defects', 'W12-other.patch'), PATCH);
  await writeFile(join(project, 'defects', 'W2-other.patch'), PATCH);
  await expect(sourceFor(system, 'W9', folder)).rejects.toThrow("no defect 'W9'; there are W1, W2, W12");
  await expect(sourceFor({ name: 'bare', topology: system.topology, clients: system.clients }, 'W1', folder)).rejects.toThrow(
    "system 'bare' declares no source, so defect 'W1' cannot be brought back",
  );
});

test('the head of a patch is read, lines that go on included', async () => {
  expect(await defectsIn(join(project, 'defects'))).toEqual([
    {
      id: 'W1',
      file: join(project, 'defects', 'W1-gives-up.patch'),
      head: { Reported: 'the bridge never comes back', Scenario: 'a bridge comes back', Oracle: 'hang' },
    },
  ]);
});
