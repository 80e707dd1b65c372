// A campaign that cannot be derailed: a project whose modules, adapters, scripts and clients do everything that they should not,
// beside scenarios that are well. Each poison gives one row, every other case its verdict, and nothing is left running.
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GateOutcome } from '../results/gate-outcome.ts';
import type { LedgerCase } from '../results/ledger.ts';
import type { CaseRow, Summary } from '../results/summary.ts';
import { met, userProject, type Ended, type UserProject } from './testing/user-project.double.ts';

/** Two cores that are also busy with other tests. */
const WITHIN_MS = 240_000;
const LITTLE_MEMORY = { NODE_OPTIONS: '--max-old-space-size=160' };

const ROWS: readonly [name: string, verdict: CaseRow['verdict'], reason: RegExp | null][] = [
  ['healthy/a-line-comes-back', 'pass', null],
  ['healthy/javascript', 'pass', null],
  ['healthy/module', 'pass', null],
  ['healthy/typed-module', 'pass', null],
  ['healthy/z-line-comes-back', 'pass', null],
  ['load/adapter-exits', 'unknown', /^harness: .*process\.exit\(0\) was called \(program\/main\.mjs:3:9\)/],
  ['load/availability-exits', 'unknown', /^harness: .*process\.exit\(0\) was called \(scenarios\/load\/availability-exits/],
  ['load/common', 'unknown', /^harness: .*not in \.cjs/],
  ['load/exits', 'unknown', /^harness: .*process\.exit\(0\) was called \(scenarios\/load\/exits\.scenario\.ts:3:9\)/],
  ['load/lets-a-promise-go', 'unknown', /^harness: .*let go by the module \(scenarios\/load\/lets-a-promise-go/],
  ['load/link-that-is-none', 'unknown', /^mistaken: .*no link 'client->sever'/],
  ['load/never-settles', 'unknown', /^harness: .*did not come to its end within 10 s/],
  ['load/nothing', 'unknown', /^harness: .*does not export a scenario by default/],
  ['load/one-variant/half', 'unknown', /^harness: .*it is no scenario, for it has no system/],
  ['load/one-variant/whole', 'pass', null],
  ['load/only-a-title', 'unknown', /^harness: .*has no system, no script/],
  ['load/syntax', 'unknown', /^harness: .*syntax\.scenario\.mjs gives no scenario: SyntaxError: /],
  ['load/throws', 'unknown', /^harness: .*Error: of the module \(scenarios\/load\/throws\.scenario\.ts:1:7\)/],
  ['load/throws-later', 'unknown', /^harness: stray-error: .*of a timer of the module \(scenarios\/load\/throws-later\.scenario\.ts:4:9\)/],
  ['play/client-exits', 'unknown', /^harness: .*process\.exit\(0\) was called \(system\.ts:\d+:\d+\)/],
  ['play/exits-late', 'unknown', /^harness: .*process\.exit\(0\) was called \(scenarios\/play\/exits-late\.scenario\.ts:5:28\)/],
  // On a machine that is busy enough a server that gives no answer may have had no time to.
  ['play/freezes-the-proxy', 'unknown', /^(?:injector|starved): .*gave no answer within/],
  ['play/kills-the-proxy', 'unknown', /^injector: /],
  ['play/loops', 'unknown', /^harness: .*an endless loop/],
  [
    'play/port-is-taken',
    'unknown',
    new RegExp(`^harness: port \\d+ at .* cannot be bound \\(EADDRINUSE\\): it is held by process ${process.pid} \\(`),
  ],
  ['play/prints', 'pass', null],
  ['play/rejects', 'unknown', /^harness: stray-error: Error: let go by the script \(scenarios\/play\/rejects\.scenario\.ts:5:23\)/],
  ['play/script-exits', 'unknown', /^harness: .*process\.exit\(0\) was called \(scenarios\/play\/script-exits/],
  ['play/throws-in-a-timer', 'unknown', /^harness: stray-error: Error: of a timer \(scenarios\/play\/throws-in-a-timer/],
  ['play/throws-late', 'unknown', /^harness: stray-error: .*Error: after the end \(scenarios\/play\/throws-late/],
  ['play/uses-all-memory', 'unknown', /^harness: .*SIGABRT, as Node ends when its memory is used up/],
];

let user: UserProject;
beforeAll(async () => {
  user = await userProject('poison-project');
  // Not kept as a file, for every tool that reads the repository would stumble over it.
  await writeFile(join(user.root, 'scenarios', 'load', 'syntax.scenario.mjs'), 'export default {{;\n');
});
afterAll(() => user[Symbol.asyncDispose]());

describe('run over everything at once', () => {
  let ended: Ended;
  let summary: Summary;
  let taken: Server;
  beforeAll(async () => {
    taken = createServer().listen(0);
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    ended = await user.start(['run', '--json', '--jobs', '4', '--isolation', 'addresses'], { ...LITTLE_MEMORY, POISON_PORT: String(port) })
      .ended;
    summary = JSON.parse(ended.out) as Summary;
  }, WITHIN_MS);
  afterAll(() => void taken.close());

  test.each(ROWS)('%s: %s', (name, verdict, reason) => {
    const rows = summary.cases.filter((row) => row.scenario === name);
    expect({ verdicts: rows.map((row) => row.verdict), reason: rows[0]?.reason ?? 'none' }).toEqual({
      verdicts: [verdict],
      reason: expect.stringMatching(reason ?? /^none$/),
    });
  });

  test('the run exits 3, and its files name every case that was asked for', async () => {
    expect(ended.code).toBe(3);
    expect(summary.cases.map((row) => row.scenario).sort()).toEqual(ROWS.map(([name]) => name));
    expect(summary).toMatchObject({ planned: ROWS.length, finished: true, interrupted: false, pending: [] });
    const junit = await readFile(join(user.root, 'results', 'latest', 'junit.xml'), 'utf8');
    expect(junit.match(/<testcase /g)).toHaveLength(ROWS.length);
  });

  test('what scripts print is seen, and not where the results are', () => {
    expect(ended.err).toContain('printed by the script');
  });

  test('nothing is left running', async () => {
    await met('the end of every server and worker', async () => (await user.alive()).length === 0);
  });
});

describe('a patch that no longer applies', () => {
  test(
    'is the row of its own defect; the other defect is judged',
    async () => {
      // It has been seen above, and each command waits for it.
      await rm(join(user.root, 'scenarios', 'load', 'never-settles.scenario.ts'));
      const { code } = await user.tornwire('run', '--defect', 'all');
      const rows = (await user.summary()).cases.map(({ defect, verdict, reason }) => [defect, verdict, reason]);
      expect(rows).toEqual([
        ['E1', 'fail', null],
        ['E2', 'unknown', expect.stringMatching(/^harness: E2-stale\.patch no longer applies: echo\.mjs, hunk 1 of 1/)],
      ]);
      expect(code).toBe(3);
    },
    WITHIN_MS,
  );
});

describe('a gate and a nightly over modules and scripts that end the process', () => {
  let mine: UserProject;
  beforeAll(async () => {
    mine = await userProject('poison-project');
    const keep = ['healthy/a-line-comes-back', 'load/exits', 'play/script-exits'];
    for (const [name] of ROWS)
      if (!keep.includes(name))
        for (const ending of ['ts', 'js', 'mjs', 'mts', 'cjs'])
          await rm(join(mine.root, 'scenarios', `${name}.scenario.${ending}`), { force: true });
    await rm(join(mine.root, 'scenarios', 'load', 'one-variant.scenario.ts'));
  });
  afterAll(() => mine[Symbol.asyncDispose]());

  test(
    'the gate is a harness error with its outcome written, and the healthy case is judged',
    async () => {
      await writeFile(join(mine.root, 'policy.yaml'), 'version: 1\nclean: { repeats: 2 }\ndefects: { required: [] }\n');
      const { code } = await mine.tornwire('gate', '--policy', 'policy.yaml');
      const outcome = JSON.parse(await readFile(join(mine.root, 'results', 'latest', 'gate.json'), 'utf8')) as GateOutcome;
      expect(outcome).toMatchObject({ outcome: 'harness-error', notRun: 0 });
      const healthy = outcome.scenarios.find(({ scenario }) => scenario === 'healthy/a-line-comes-back');
      // On a busy machine one of the two repeats may end as unknown; judged it was.
      expect(healthy).toMatchObject({ failed: 0 });
      expect(healthy?.passed).toBeGreaterThan(0);
      expect(code).toBe(3);
    },
    WITHIN_MS,
  );

  test(
    'the nightly takes round after round, has a row for each, and is no pass',
    async () => {
      const here = { DOCKER_HOST: 'unix:///nonexistent/docker.sock', TORNWIRE_TOXIPROXY: '', PATH: join(process.execPath, '..') };
      const words = ['nightly', '--seed', '5', '--budget', '60min', '--replays', '0'];
      const first = mine.start(words, here);
      await met('the second round', () => first.out().includes('round 2: '), 60_000);
      process.kill(first.pid, 'SIGKILL');
      await first.ended;
      const again = mine.start(words, here);
      await met('the fourth round', () => again.out().includes('round 4: '), 60_000);
      process.kill(again.pid, 'SIGTERM');
      expect((await again.ended).code).toBe(130);
      const text = await readFile(join(mine.root, 'results', 'nightly', '5.ndjson'), 'utf8');
      const rows = text.split('\n').flatMap((line) => (line.includes('"kind":"case"') ? [JSON.parse(line) as LedgerCase] : []));
      const own = rows.filter((row) => row.engine === 'own');
      expect(own.filter((row) => row.scenario === 'load/exits').map((row) => [row.round, row.verdict])).toEqual([[1, 'unknown']]);
      for (const [name, verdict] of [
        ['healthy/a-line-comes-back', 'pass'],
        ['play/script-exits', 'unknown'],
      ] as const)
        expect(own.filter((row) => row.scenario === name && row.round <= 3).map((row) => [row.round, row.verdict])).toEqual(
          [1, 2, 3].map((round) => [round, verdict]),
        );
    },
    WITHIN_MS,
  );
});
