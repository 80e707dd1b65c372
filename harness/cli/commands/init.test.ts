// `tornwire init` in a stranger's project: what it writes runs as it stands, and type-checks as strictly as TypeScript can.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { find } from '../../init/find.ts';
import { filesFor } from '../../init/write.ts';
import { userProject, type UserProject } from '../testing/user-project.double.ts';

async function stranger(from: string): Promise<UserProject> {
  const user = await userProject(`init-projects/${from}`);
  onTestFinished(() => user[Symbol.asyncDispose]());
  return user;
}

test('a Procfile of two programs has a verdict for each link without an edit; nothing is overwritten; mistakes have their line', async () => {
  const user = await stranger('procfile');
  const dry = await user.tornwire('init', '--dry-run', '--json');
  expect(JSON.parse(dry.out)).toMatchObject({
    from: 'Procfile',
    links: [{ name: 'web->api', framing: 'http' }, { name: 'driver->web' }],
    files: [
      { file: 'scenarios/system.mts', questions: [{ question: expect.stringMatching(/^QUESTION: /) }], content: expect.any(String) },
      { file: 'scenarios/smoke.scenario.mts' },
      { file: '.github/workflows/tornwire.yml' },
    ],
    written: false,
  });
  expect(existsSync(join(user.root, 'scenarios'))).toBe(false);

  const first = await user.tornwire('init');
  expect(first.out.split('\n')).toEqual([
    'Procfile: 2 programs: api, web',
    '  link web->api (http)',
    '  link driver->web (http)',
    'wrote scenarios/system.mts',
    'wrote scenarios/smoke.scenario.mts',
    'wrote .github/workflows/tornwire.yml',
    expect.stringMatching(/^scenarios\/system\.mts:\d+: QUESTION: Is this a request that web answers/),
    'next: npx tornwire run',
    '',
  ]);
  const run = await user.tornwire('run');
  expect(run.out).toContain('2 passed, 0 failed, 0 unknown, 0 skipped');
  expect(run.code).toBe(0);

  const again = await user.tornwire('init', '--', 'node', 'api.mjs');
  expect(again.err).toContain('scenarios/system.mts, scenarios/smoke.scenario.mts, .github/workflows/tornwire.yml are there already');
  expect(again.code).toBe(2);

  await spoil(user.root);
  const { out, code } = await user.tornwire('init', '--check');
  const lines = await linesWith(user.root);
  expect(out.split('\n')).toEqual([
    expect.stringMatching(new RegExp(`^scenarios/bytes\\.scenario\\.mts:${lines.bytes}: bytes: .*truncate-message`)),
    expect.stringMatching(/^scenarios\/none\.scenario\.mts:2: none: ReferenceError: nothing is not defined$/),
    `scenarios/smoke.scenario.mts:${lines.link}: smoke: no link 'driver->wep'; there are web->api, driver->web`,
    expect.stringContaining(
      `scenarios/words.mts:${lines.word}: words: node 'web', variable API_URL: unknown placeholder {web->ap.host}; there are `,
    ),
    '4 scenarios checked, 4 wrong',
    '',
  ]);
  expect(code).toBe(2);
  expect(await user.serversAlive()).toEqual([]);
}, 120_000);

/** Four files, each with a mistake of another kind. */
async function spoil(root: string): Promise<void> {
  const scenarios = join(root, 'scenarios');
  const adapter = await readFile(join(scenarios, 'system.mts'), 'utf8');
  const scenario = (from: string, step: string): string =>
    [
      `import { cut, defineScenario, fault } from 'tornwire';`,
      `import { system } from './${from}.mts';`,
      `export default defineScenario({ title: 't', expectation: 'e', system, script: async () => {}, schedule: [`,
      `  ${step},`,
      `]});`,
      `export { cut, fault };`,
    ].join('\n');
  await writeFile(join(scenarios, 'smoke.scenario.mts'), scenario('system', "cut('driver->wep', { how: 'fin' })"));
  await writeFile(
    join(scenarios, 'bytes.scenario.mts'),
    scenario('system', "fault('driver->web', { kind: 'truncate-message', toBytes: 3 })"),
  );
  await writeFile(join(scenarios, 'none.scenario.mts'), 'const a = 1;\nexport default nothing + a;\n');
  await writeFile(join(scenarios, 'words.mts'), adapter.replace('{web->api.host}', '{web->ap.host}'));
  await writeFile(join(scenarios, 'words.scenario.mts'), scenario('words', "cut('driver->web', { how: 'fin' })"));
}

async function linesWith(root: string): Promise<{ link: number; bytes: number; word: number }> {
  const word =
    (await readFile(join(root, 'scenarios', 'words.mts'), 'utf8')).split('\n').findIndex((line) => line.includes('web->ap.host')) + 1;
  return { link: 4, bytes: 4, word };
}

test('an MCP server of the SDK has a verdict without an edit', async () => {
  const user = await stranger('mcp');
  const { out } = await user.tornwire('init');
  expect(out).toContain("package.json: an MCP server, 'tiny'\n  link driver->tiny (json-rpc)\nwrote scenarios/system.ts\n");
  expect(out).not.toContain('QUESTION');
  const run = await user.tornwire('run');
  expect(run.out).toContain('1 passed, 0 failed, 0 unknown, 0 skipped');
}, 60_000);

const STRICT = {
  module: 'nodenext',
  target: 'es2024',
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  noImplicitReturns: true,
  types: ['node'],
};
const PROJECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  compose: {
    'compose.yaml': `services: { a: { image: x, command: ["it's", "a\`\${B}\\n"], ports: [80], environment: { "D'B": "postgres://u:\${P:-it's}@db/x" } }, db: { image: postgres } }`,
    '.env': 'P=1',
  },
  procfile: { Procfile: 'web: ./web\nworker: ./work // */\n', '.env': 'API=http://a:b@127.0.0.1:5000/x' },
  servers: {
    '.mcp.json': JSON.stringify({
      mcpServers: { a: { command: 'x', env: { K: '${K}' } }, 'b\u2028c': { url: 'http://x/\n*/' }, d: { command: 'y' } },
    }),
  },
  worker: { Procfile: 'worker: ./work\n' },
};

test('whatever is written type-checks as strictly as TypeScript can', async () => {
  const user = await stranger('procfile');
  for (const [name, files] of Object.entries(PROJECTS)) {
    const folder = join(user.root, name);
    await mkdir(folder);
    for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
    for (const { file, content } of filesFor(find(folder).found, folder).filter((each) => each.file.endsWith('ts'))) {
      await mkdir(join(folder, 'scenarios'), { recursive: true });
      await writeFile(file, content);
    }
  }
  await writeFile(join(user.root, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICT, include: ['*/scenarios'] }));
  const compiler = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', user.root], { encoding: 'utf8' });
  const ours = stdout.split('\n').filter((line) => line.includes('/scenarios/'));
  expect(ours).toEqual([]);
  expect(await readdir(join(user.root, 'worker', 'scenarios'))).toEqual(['smoke.scenario.mts', 'system.mts']);
}, 60_000);
