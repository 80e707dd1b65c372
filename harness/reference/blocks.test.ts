// A code block that nobody runs is a promise that nobody keeps. TypeScript is compiled against the package's types, shell lines go through
// the parser of the command line, YAML through the schema of what it shows; what is output is marked `text`.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { commands } from '../cli/program.ts';
import { find } from '../init/find.ts';
import { filesFor } from '../init/write.ts';
import { knownFlawSchema } from '../model/judging/known-flaw.ts';
import { policySchema } from '../model/policy.ts';
import { type Block, blocksOf, commandProblem, commandsIn } from './blocks.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = ['README.md', 'harness/README.md', ...globSync('docs/**/*.md', { cwd: ROOT })].toSorted();
const BLOCKS = PAGES.flatMap((page) => blocksOf(page, readFileSync(join(ROOT, page), 'utf8')));
const SCRIPTS = Object.keys((JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }).scripts);

const of = (...languages: readonly string[]): Block[] => BLOCKS.filter(({ language }) => languages.includes(language));

test('every block says what it is', () => {
  expect(BLOCKS.length).toBeGreaterThan(15);
  expect(BLOCKS.filter(({ language }) => !['ts', 'sh', 'yaml', 'json', 'text'].includes(language)).map(({ place }) => place)).toEqual([]);
});

test('every command in a shell block is one that there is', async () => {
  expect(await problemsOf(of('sh'))).toEqual([]);
});

test('every YAML block is what its schema reads, and its commands are ones that there are', async () => {
  const problems = await Promise.all(of('yaml').map(yamlProblems));
  expect(problems.flat()).toEqual([]);
});

test('every JSON block is JSON', () => {
  expect(
    of('json')
      .filter(({ text }) => !isJson(text))
      .map(({ place }) => place),
  ).toEqual([]);
});

test('a block with a mistake is found', async () => {
  const wrong = '```sh\nnpx tornwire run --repeats 3   # no such option\nnpx tornwire rum\nnpm run no-such\n  fsck /\n```\n';
  expect((await problemsOf(blocksOf('page.md', wrong))).map((problem) => problem.replace(/\n[^]*/, ''))).toEqual([
    "page.md:1: error: unknown option '--repeats'",
    "page.md:1: error: unknown command 'rum'",
    "page.md:1: package.json has no script 'no-such'",
    "page.md:1: nobody knows the program 'fsck'",
  ]);
  const policy = '```yaml\nversion: 1\nbudgets: 8min\n```\n';
  expect(await yamlProblems(blocksOf('page.md', policy)[0] as Block)).toEqual([expect.stringContaining('budgets')]);
  const step = '```yaml\n- run: npx tornwire gate --polisy a.yaml\n```\n';
  expect(await yamlProblems(blocksOf('page.md', step)[0] as Block)).toEqual([expect.stringContaining('--polisy')]);
});

describe('TypeScript', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'blocks-'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as { compilerOptions: object };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['page-*/scenarios/**/*', 'page-*/*.ts'] }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('every block compiles against the types of the package, and one that does not is named', () => {
    const blocks = of('ts');
    expect(blocks.length).toBeGreaterThan(4);
    const files = blocks.map((block, index) => ({ ...block, file: placed(block, index) }));
    for (const { file, text } of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    for (const page of new Set(files.map(({ file }) => join(folder, file.split('/')[0] as string)))) withAdapter(page);
    const wrong = "import { cut } from 'tornwire';\n\nexport const step = cut('a->b', { how: 'gently' });\n";
    writeFileSync(join(folder, files[0]?.file.replace(/[^/]+$/, 'wrong.ts') ?? ''), wrong);
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    const { stdout, stderr } = spawnSync(tsc, ['--project', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8' });
    const named = files.reduce((text, { place, file }) => text.replaceAll(file, place), `${stdout}${stderr}`);
    const errors = named.split('\n').filter((line) => line.includes('): error '));
    expect(errors).toEqual([expect.stringMatching(/\/wrong\.ts\(3,.*"gently"/)]);
  }, 120_000);

  /** What a page imports as `./system.ts` and does not show is what init writes. */
  function withAdapter(page: string): void {
    const file = join(page, 'scenarios/system.ts');
    if (existsSync(file)) return;
    mkdirSync(dirname(file), { recursive: true });
    const written = filesFor(find(page, { command: ['node', 'server.ts'] }).found, page).find((each) => each.file === file);
    writeFileSync(file, written?.content ?? '');
  }

  /** Where the block says in its first line, or in a folder of scenarios. A page has a folder, with what its blocks import. */
  function placed({ place, text }: Block, index: number): string {
    const page = `page-${PAGES.indexOf(place.replace(/:\d+$/, ''))}`;
    if (!existsSync(join(folder, page))) {
      mkdirSync(join(folder, page));
      symlinkSync(join(ROOT, 'fixtures'), join(folder, page, 'fixtures'));
      // The adapter of a program that repeats lines, as the pages have it.
      symlinkSync(join(ROOT, 'harness/cli/testing/test-project/system.ts'), join(folder, page, 'system.ts'));
    }
    return `${page}/${/^\/\/ (\S+\.ts)$/m.exec(text)?.[1] ?? `scenarios/blocks/block-${index}.ts`}`;
  }
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function problemsOf(blocks: readonly Block[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { place, text } of blocks)
    for (const words of commandsIn(text)) {
      const problem = await commandProblem(
        words,
        commands(() => {}),
        SCRIPTS,
      );
      if (problem !== undefined) problems.push(`${place}: ${problem}`);
    }
  return problems;
}

const flawsSchema = z.strictObject({ version: z.literal(1), accept: z.array(knownFlawSchema) });

/** A policy, known flaws, or what a CI service runs. */
async function yamlProblems({ place, text }: Block): Promise<string[]> {
  const value = parse(text) as unknown;
  const isSettings = typeof value === 'object' && value !== null && 'version' in value;
  if (!isSettings) return problemsOf(scriptsIn(value).map((script) => ({ place, language: 'sh', text: script })));
  // A day in YAML is a text for us.
  const parsed = ('accept' in value ? flawsSchema : policySchema).safeParse(value);
  return parsed.success ? [] : [`${place}: ${parsed.error.message}`];
}

function scriptsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(scriptsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'run' || key === 'script') return [inner].flat().filter((each) => typeof each === 'string');
    return scriptsIn(inner);
  });
}
