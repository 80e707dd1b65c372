// The command line as a user meets it: real processes, a project of its own in a temporary folder.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Summary } from '../results/summary.ts';
import { met, userProject, type Ended, type Started, type UserProject } from './testing/user-project.double.ts';

let user: UserProject;
let project: string;

beforeAll(async () => {
  user = await userProject();
  project = user.root;
});
afterAll(() => user[Symbol.asyncDispose]());

const start = (...words: readonly string[]): Started => user.start(words);
const tornwire = (...words: readonly string[]): Promise<Ended> => user.tornwire(...words);
const summary = (): Promise<Summary> => user.summary();
const serversAlive = (): Promise<string[]> => user.serversAlive();

describe('run', () => {
  test('a passing scenario exits 0 and leaves its summary, JUnit report and history', async () => {
    const { code, out } = await tornwire('run', 'echo/answers', '--seed', '7');
    expect(out).toContain('1 passed, 0 failed, 0 unknown, 0 skipped');
    expect(code).toBe(0);
    const [row] = (await summary()).cases;
    expect(row).toMatchObject({ scenario: 'echo/answers', seed: 7, verdict: 'pass', oracle: null, runtime: 'process' });
    expect(await readFile(join(project, 'results', 'latest', 'junit.xml'), 'utf8')).toContain('a line comes back, slowly');
    const history = await readFile(join(project, row?.folder ?? '', 'history.ndjson'), 'utf8');
    expect(history.split('\n').filter((line) => line.includes('"state":"fired"'))).not.toEqual([]);
  });

  test.each([
    ['echo/crashes', 'crash', 2],
    ['echo/hangs', 'hang', 1],
    ['echo/leaves-a-process', 'leak', 1],
  ])('%s fails by the %s oracle, prints one command that replays it, and that command brings it back', async (name, oracle, times) => {
    const { code, out, err } = await tornwire('run', name);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    const [row] = (await summary()).cases;
    expect(row).toMatchObject({ verdict: 'fail', oracle });
    expect(out).toMatch(new RegExp(`^ +${oracle}: .* \\[TW-${oracle.toUpperCase()}-[A-Z-]+\\]$`, 'm'));
    const file = /npx tornwire repro (\S+)/.exec(out)?.[1] ?? '';
    const again = await tornwire('repro', file, '--times', String(times));
    expect(again.out).toContain(`reproduced ${times} of ${times}`);
    expect(again.out).toContain('every fault did the same as then');
    expect(again.code).toBe(1);
    expect(await serversAlive()).toEqual([]);
  });

  test('a node that does not come up is named with what was awaited and its last lines', async () => {
    const { code, out } = await tornwire('run', 'never-comes-up');
    expect(code).toBe(1);
    expect(out).toContain("'server' ended with code 3 before it was ready");
    expect(out).toContain('I would rather not');
  });

  test('a fault that never fired is unknown, exit 4, never a pass', async () => {
    const { code, out } = await tornwire('run', 'misses-its-fault');
    expect(out).toContain('vacuous');
    expect(code).toBe(4);
  });

  test('with --json stdout holds the summary and nothing else', async () => {
    const { code, out } = await tornwire('run', 'echo/answers', '--json', '--repeat', '2');
    expect(code).toBe(0);
    const parsed = JSON.parse(out) as Summary;
    expect(parsed).toMatchObject({ version: 1, counts: { passed: 2, failed: 0 } });
    expect(new Set(parsed.cases.map((row) => row.seed)).size).toBe(2);
  });
});

describe('bad input', () => {
  test.each([
    ['an unknown scenario', ['run', 'echo/anwsers'], "no scenario matches 'echo/anwsers'; did you mean 'echo/answers'?"],
    ['an unknown tag', ['run', '@quik'], "no scenario matches '@quik'; did you mean '@quick'?"],
    ['an unknown link', ['run', 'wrong-link'], "no link 'client->sever'"],
    [
      'a step that no engine can carry',
      ['run', 'impossible-step'],
      "scenarios/mistaken/impossible-step.scenario.ts: step 'reset client->server' on link 'client->server' is impossible on tcp (ndjson): it lasts",
    ],
    ['an unknown option value', ['run', '--runtime', 'kontainer'], 'kontainer'],
    ['a number out of range', ['run', '--repeat', '0'], 'whole number'],
    ['an unknown command', ['rum'], 'run'],
    ['an unknown code', ['explain', 'TW-LEAK-PROCES'], "there is no code 'TW-LEAK-PROCES'; did you mean 'TW-LEAK-PROCESS'?"],
    ['an address that is none', ['proxy', '--listen', 'nonsense'], 'address nonsense: missing port in address'],
    ['a port that is none', ['proxy', '--listen', '127.0.0.1:65536'], 'invalid port'],
    ['a file of proxies that does not exist', ['proxy', '--listen', '127.0.0.1:0', '--config', 'nowhere.json'], 'cannot read nowhere.json'],
    ['a repro file that does not exist', ['repro', 'nowhere.json'], 'cannot read'],
  ])('%s is one line that names it, exit 2', async (_what, words, line) => {
    const { code, err } = await tornwire(...words);
    expect(err).toContain(line);
    expect(err.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(code).toBe(2);
  });

  test.each([
    ['not JSON', 'nonsense', 'is not a repro file'],
    ['a newer format', '{"format": 99}', 'repro format 99'],
    ['a missing field', '{"format": 1}', 'case'],
  ])('a repro file that is %s is refused in one line, exit 2', async (_what, text, line) => {
    const file = join(project, 'broken.json');
    await writeFile(file, text);
    const { code, err } = await tornwire('repro', file);
    expect(err).toContain(line);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });
});

describe('bad luck', () => {
  test('Ctrl+C stops everything, saves what is done, marks it interrupted and exits 130', async () => {
    const run = start('run', 'echo/', '--jobs', '1');
    await met('two finished cases', () => run.out().includes('2/8 '));
    process.kill(run.pid, 'SIGINT');
    const { code, out } = await run.ended;
    expect(code).toBe(130);
    expect(out).toContain('(interrupted)');
    const saved = await summary();
    expect(saved.interrupted).toBe(true);
    expect(saved.cases.length).toBeGreaterThanOrEqual(2);
    expect(await serversAlive()).toEqual([]);
  });

  test('what a killed run left is removed by the next command, and only that', async () => {
    const killed = start('run', 'waits-long');
    await met('the first server', async () => (await serversAlive()).length > 0);
    const alive = start('run', 'waits-long');
    await met('the second server', async () => (await serversAlive()).length > 1);
    process.kill(killed.pid, 'SIGKILL');
    await killed.ended;
    const cleaned = await tornwire('clean');
    expect(cleaned.code).toBe(0);
    expect(await serversAlive()).toHaveLength(1);
    process.kill(alive.pid, 'SIGINT');
    expect((await alive.ended).code).toBe(130);
    expect(await serversAlive()).toEqual([]);
  });
});

test('list names scenarios, titles and tags', async () => {
  const { code, out } = await tornwire('list', '@broken', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toContainEqual({
    name: 'echo/hangs',
    title: 'a server that never answers is a hang',
    tags: ['broken'],
    defects: [],
  });
});

test('explain says what a code means, what causes it, how to look closer, and which page is about it; without a code it lists all', async () => {
  const one = await tornwire('explain', 'leak-process');
  expect(one).toMatchObject({ code: 0, err: '' });
  expect(one.out).toMatch(
    /^TW-LEAK-PROCESS\n {2}A process[^]*^What usually causes it\n {2}- [^]*^How to look closer\n {2}- [^]*^More: \S+docs\/explanation\/verdicts\.md$/m,
  );
  const all = await tornwire('explain', '--json');
  expect((JSON.parse(all.out) as { code: string }[]).map(({ code }) => code)).toContain('TW-UNKNOWN-STARVED');
});

test("doctor says what this machine has and lacks, and the end of the project's own code is a line of it", async () => {
  await writeFile(join(project, 'scenarios', 'doctor.ts'), 'process.exit(0);\n');
  const { code, out } = await tornwire('doctor', '--json');
  expect(code).toBe(0);
  const findings = JSON.parse(out) as { name: string; detail: string }[];
  expect(findings.map(({ name }) => name)).toEqual(expect.arrayContaining(['container engine', 'run locks', 'children over stdio']));
  expect(findings.at(-1)).toMatchObject({ name: 'scenarios/doctor.ts', detail: 'process.exit(0) was called (scenarios/doctor.ts:1:9)' });
  await rm(join(project, 'scenarios', 'doctor.ts'));
});
