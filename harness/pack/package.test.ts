// What `npm pack` would put into the package, tried on a copy: other tests run on these very sources meanwhile.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, matchesGlob, normalize, posix } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SCHEMA_NAMES } from '../schemas/schemas.ts';
import { AS_THEY_ARE, MADE, PACKAGE_ROOT, published, type Manifest } from './manifest.ts';

const REPOSITORY = join(PACKAGE_ROOT, '..');
const manifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

let copy: string;
let packed: string[];
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'tw-pack-'));
  for (const part of ['harness', 'docs', 'docker', 'package.json', 'tsconfig.json', 'LICENSE', '.gitignore'])
    await cp(join(REPOSITORY, part), join(copy, part), { recursive: true });
  await symlink(join(REPOSITORY, 'node_modules'), join(copy, 'node_modules'));
  await leaveKilledPack(join(copy, 'harness'));
  packed = await pack();
}, 180_000);
afterAll(() => rm(copy, { recursive: true, force: true }));

/** What `prepack` had done when an earlier pack was killed, and a file that was compiled then and has no source now. */
async function leaveKilledPack(root: string): Promise<void> {
  await cp(join(root, 'package.json'), join(root, MADE.source));
  await writeFile(join(root, 'package.json'), JSON.stringify(published(manifest(PACKAGE_ROOT))));
  await mkdir(join(root, MADE.compiled));
  await writeFile(join(root, MADE.compiled, 'stale.js'), '');
}

/** The paths that npm would pack. */
async function pack(): Promise<string[]> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--silent', '--offline'], {
    cwd: join(copy, 'harness'),
    env,
  });
  const told = JSON.parse(stdout) as Record<string, { files: { path: string }[] }>;
  return Object.values(told).flatMap(({ files }) => files.map(({ path }) => path));
}

const packedSources = (): string[] =>
  packed.filter((path) => path.endsWith('.js')).map((path) => posix.relative(MADE.compiled, path).replace(/\.js$/, '.ts'));

test('the package holds compiled files with their maps and declarations, and nothing that only the repository needs', () => {
  const compiled = packed.filter((path) => path.startsWith(`${MADE.compiled}/`));
  const schemas = SCHEMA_NAMES.map((name) => `schemas/${name}.json`);
  expect(packed.filter((path) => !compiled.includes(path) && !path.startsWith(`${MADE.docs}/`)).sort()).toEqual(
    [
      'LICENSE',
      'README.md',
      'docker/node.Dockerfile',
      'docker/toxiproxy.Dockerfile',
      'bin/tornwire.mjs',
      'package.json',
      ...schemas,
    ].sort(),
  );
  const programs = AS_THEY_ARE.flatMap((folder) =>
    readdirSync(join(PACKAGE_ROOT, folder)).map((file) => `${MADE.compiled}/${folder}/${file}`),
  );
  expect(compiled.filter((path) => !/\.(js|js\.map|d\.ts)$/.test(path)).sort()).toEqual(programs.sort());
  expect(packed.filter((path) => /\.(test|contract|double)\.|\/(bench|pack|test-project|test-programs)\//.test(path))).toEqual([]);
  for (const source of packedSources().map((path) => path.slice(0, -'.ts'.length))) expect(packed).toContain(`dist/${source}.js.map`);
});

test('every page of documentation that a message names is in it', async () => {
  const wrong: string[] = [];
  for (const source of packedSources()) {
    const text = await readFile(join(PACKAGE_ROOT, source), 'utf8');
    if (/^[^/\n]*['"`(]docs\/[\w/-]+\.md/m.test(text)) wrong.push(`${source} names a page without docPage`);
    for (const [, page = ''] of text.matchAll(/docPage\('([^']+)'\)/g))
      if (!packed.includes(`${MADE.docs}/${page}`)) wrong.push(`${source} names docs/${page}, which the package has not`);
  }
  expect(wrong).toEqual([]);
  expect(packed).toContain('docs/reference/gate.md');
  expect(packed.filter((path) => path.startsWith('docs/decisions'))).toEqual([]);
});

/** What it writes is a file of the user's project, with the scripts and the paths of that. */
const TEMPLATE = /^init\/templates\//;

test("no message names a script of the repository's own package.json", async () => {
  const wrong: string[] = [];
  for (const source of packedSources().filter((path) => !TEMPLATE.test(path)))
    for (const line of (await readFile(join(PACKAGE_ROOT, source), 'utf8')).split('\n'))
      if (/npm (run|ci|start|test)\b/.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line)) wrong.push(`${source}: ${line.trim()}`);
  expect(wrong).toEqual([]);
});

test("the room results/ is in it, which the repository's .gitignore names too", () => {
  expect(packed).toContain('dist/results/paths.js');
});

test('every door of the package is there', () => {
  const { exports, bin } = published(manifest(PACKAGE_ROOT)) as Manifest & { bin: Record<string, string> };
  const targets = [...Object.values(exports), bin].flatMap((door) => (typeof door === 'string' ? door : Object.values(door as object)));
  const missing = targets.map((target: string) => normalize(target)).filter((target) => !packed.some((path) => matchesGlob(path, target)));
  expect(missing).toEqual([]);
  expect(targets).toContain('./dist/index.d.ts');
});

test('a file is found by programFile alone, and every program so named is compiled', async () => {
  const wrong: string[] = [];
  for (const source of packedSources().filter((path) => path !== 'model/values/program-file.ts' && !TEMPLATE.test(path))) {
    // What a source writes into a project's file is that file's.
    const text = (await readFile(join(PACKAGE_ROOT, source), 'utf8')).replaceAll(/^ *`[^`\n]*`,?$/gm, '');
    if (/import\.meta\.(dirname|filename|resolve)|new URL\([^)]*import\.meta/.test(text)) wrong.push(`${source} has a path of its own`);
    for (const [, path = ''] of text.matchAll(/programFile\(import\.meta\.url, '([^']+)'\)/g)) {
      const program = posix.join('dist', posix.dirname(source), path).replace(/\.ts$/, '.js');
      if (!packed.some((each) => each === program || each.startsWith(`${program}/`)))
        wrong.push(`${source} starts ${path}: add it to the files of harness/tsconfig.package.json`);
    }
  }
  expect(wrong).toEqual([]);
});

test('every door and program brings what Node 22 lacks; the proxy needs nothing of it', async () => {
  const { files } = JSON.parse(await readFile(join(PACKAGE_ROOT, 'tsconfig.package.json'), 'utf8')) as { files: string[] };
  const texts = await Promise.all(
    files.map(async (file) => ({ file, brings: (await readFile(join(PACKAGE_ROOT, file), 'utf8')).includes("/node-22.ts'") })),
  );
  expect(texts.filter(({ file, brings }) => brings === file.startsWith('proxy/')).map(({ file }) => file)).toEqual([]);
});

test('after packing the folder is as before, also when an earlier pack was killed', async () => {
  const root = join(copy, 'harness');
  expect(packed).not.toContain('dist/stale.js');
  expect(await readFile(join(root, 'package.json'), 'utf8')).toBe(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
  expect(Object.values(MADE).filter((name) => existsSync(join(root, name)))).toEqual([]);
});
