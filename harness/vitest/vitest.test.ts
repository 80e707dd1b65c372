// Scenarios as Vitest tests: Vitest itself runs on a small project in a temporary folder.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const HARNESS = join(import.meta.dirname, '..');
const VITEST = join(HARNESS, '..', 'node_modules', 'vitest', 'vitest.mjs');
/** Ten times what it takes on a quiet machine. */
const WITHIN_MS = 60_000;
const SCENARIOS = ['answers', 'crashes', 'misses-its-fault'];

const UNAVAILABLE = `import { defineScenario } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a scenario that lacks a program is not played',
  expectation: 'skipped with its reason',
  tags: ['quick'],
  system: echo(),
  unavailable: () => 'no moon tonight: wait a week',
  async script() {
    throw new Error('it was played');
  },
});
`;

const REFUSED = `import { defineScenario, networkCut } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a scenario that only another runtime can carry is not played',
  expectation: 'skipped with its reason',
  tags: ['quick'],
  system: echo(),
  schedule: [networkCut('server', { mark: 'busy' })],
  async script() {
    throw new Error('it was played');
  },
});
`;

const MISTAKEN = `import { cut, defineScenario } from 'tornwire';
import { echo } from '../../system.ts';

const system = echo();
const [link] = system.topology.links;

export default defineScenario({
  title: 'a scenario that no engine can ever carry is a mistake',
  expectation: 'failed with its reason',
  tags: ['quick'],
  system: { ...system, topology: { ...system.topology, links: [{ ...link, framing: 'raw' }] } },
  schedule: [cut('client->server', { frame: { index: 1 }, how: 'fin' })],
  async script() {
    throw new Error('it was played');
  },
});
`;

let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'tw-vitest-'));
  const from = join(HARNESS, 'cli', 'testing', 'test-project');
  const scenarios = join(project, 'scenarios', 'echo');
  await mkdir(scenarios, { recursive: true });
  for (const part of ['system.ts', 'program', 'defects']) await cp(join(from, part), join(project, part), { recursive: true });
  for (const name of SCENARIOS) await cp(join(from, 'scenarios', 'echo', `${name}.scenario.ts`), join(scenarios, `${name}.scenario.ts`));
  await writeFile(join(scenarios, 'impossible.scenario.ts'), MISTAKEN);
  await writeFile(join(scenarios, 'refused.scenario.ts'), REFUSED);
  await writeFile(join(scenarios, 'unavailable.scenario.ts'), UNAVAILABLE);
  await writeFile(
    join(project, 'scenarios', 'scenarios.test.ts'),
    "import { registerScenarios } from 'tornwire/vitest';\n\nawait registerScenarios(import.meta.dirname);\n",
  );
  await writeFile(
    join(project, 'vitest.config.ts'),
    "export default { test: { include: ['**/*.test.ts'], retry: 0, tags: [{ name: 'quick' }] } };\n",
  );
  await writeFile(join(project, 'package.json'), '{ "type": "module" }\n');
  await symlink(join(HARNESS, '..', 'node_modules'), join(project, 'node_modules'));
});
afterAll(() => rm(project, { recursive: true, force: true }));

interface Ran {
  code: number;
  /** What a person sees. */
  out: string;
  /** By the test's own title. */
  tests: ReadonlyMap<string, { status: string; failureMessages: readonly string[] }>;
}

async function vitest(...words: readonly string[]): Promise<Ran> {
  const report = join(project, 'report.json');
  const reporters = ['--reporter', 'default', '--reporter', 'json', '--outputFile.json', report];
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', CI: '1' };
  // The outer Vitest's own variables would make the inner one a worker of it.
  for (const name of Object.keys(env)) if (/^VITEST|^TORNWIRE_SEED$/.test(name)) delete env[name];
  const { code, out } = await new Promise<{ code: number; out: string }>((resolve) => {
    execFile(
      process.execPath,
      [VITEST, 'run', ...reporters, ...words],
      { cwd: project, env, timeout: WITHIN_MS },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, out: stdout + stderr }),
    );
  });
  const text = await readFile(report, 'utf8').catch(() => {
    throw new Error(`Vitest wrote no report; it said:\n${out}`);
  });
  const { testResults } = JSON.parse(text) as {
    testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[];
  };
  return { code, out, tests: new Map(testResults.flatMap((file) => file.assertionResults.map((each) => [each.title, each]))) };
}

test(
  'each scenario is a test by its name and title; failures print their replay line, what is unavailable its reason',
  { timeout: WITHIN_MS },
  async () => {
    const { code, out, tests } = await vitest();
    const statuses = [...tests].map(([title, { status }]) => [title, status]);
    expect(statuses).toEqual([
      ['echo/answers: a line comes back, slowly', 'passed'],
      ['echo/crashes: a server that crashes is told from one that answers', 'failed'],
      ['echo/impossible: a scenario that no engine can ever carry is a mistake', 'failed'],
      ['echo/misses-its-fault: a fault that never fires proves nothing', 'failed'],
      ['echo/refused: a scenario that only another runtime can carry is not played', 'skipped'],
      ['echo/unavailable: a scenario that lacks a program is not played', 'skipped'],
    ]);
    expect(code).toBe(1);

    const crash = tests.get('echo/crashes: a server that crashes is told from one that answers')?.failureMessages.join('\n') ?? '';
    const replay = /replay: npx tornwire repro (results\/repros\/echo-crashes-[\w-]+\.json)/;
    expect(crash).toMatch(/crash: .*server/);
    expect(crash).toMatch(replay);
    expect(out).toMatch(replay);
    const repro = JSON.parse(await readFile(join(project, replay.exec(out)?.[1] ?? ''), 'utf8')) as { case: { scenario: string } };
    expect(repro.case.scenario).toBe('echo/crashes');

    const missed = tests.get('echo/misses-its-fault: a fault that never fires proves nothing')?.failureMessages.join('\n') ?? '';
    expect(missed).toContain('unknown, vacuous: ');
    expect(missed).toMatch(/replay: npx tornwire run echo\/misses-its-fault --runtime process --engine auto --seed \d+/);

    expect(out).toContain('no moon tonight: wait a week');
    expect(out).toMatch(/echo\/refused.*\[.*network-cut.*\]/);
    const impossible =
      tests.get('echo/impossible: a scenario that no engine can ever carry is a mistake')?.failureMessages.join('\n') ?? '';
    expect(impossible).toContain("impossible.scenario.ts: step 'cut client->server' on link 'client->server' is impossible on tcp (raw): ");
  },
);

test(
  '-t and a declared tag select scenarios, a tag that the configuration does not declare is no error, and the others are not played',
  { timeout: WITHIN_MS },
  async () => {
    const { code, tests } = await vitest('--tags-filter', 'quick', '-t', 'echo/(answers|crashes)');
    expect(code).toBe(0);
    expect([...tests].filter(([, { status }]) => status === 'passed').map(([title]) => title)).toEqual([
      'echo/answers: a line comes back, slowly',
    ]);
    expect([...tests.values()].filter(({ status }) => status === 'failed')).toEqual([]);
  },
);
