// Known flaws and variants that must fail, as a user meets them, and cases that are never beside others.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { brokenScenario, type DescribedScenario } from '../../model/described-scenario.ts';
import { pass } from '../../model/judging/verdict.ts';
import { resultDouble } from '../../results/case-result.double.ts';
import { userProject } from '../testing/user-project.double.ts';
import { runCampaign } from './campaign.ts';
import { knownFlawsOf } from './known-flaws.ts';

const FLAWS = `
accept:
  - { scenario: echo/crashes, oracle: crash, contains: "'server' ended", reason: T-1, until: 2999-12-31 }
  - { scenario: echo/crashes, oracle: crash, contains: "'server' ended", reason: T-2, until: 2001-01-01 }
  - { oracle: leak, contains: a window, reason: T-3, until: 2999-12-31 }
  - { scenario: echo/hangs, oracle: hang, contains: no answer, reason: of a case that does not run, until: 2999-12-31 }
`;
const MUST_FAIL = `
import crashes from './crashes.scenario.ts';
export default { ...crashes, title: 'the judge of crashes sees this one', expect: 'crash', alone: true };
`;

test('what is accepted passes and is told everywhere, what has expired or was not seen is said, what must fail may', async () => {
  await using project = await userProject();
  await writeFile(join(project.root, 'tornwire.accept.yaml'), FLAWS);
  await writeFile(join(project.root, 'scenarios', 'echo', 'must-fail.scenario.ts'), MUST_FAIL);
  const { code, out } = await project.tornwire('run', 'echo/crashes', 'must-fail', 'echo/answers', 'not echo/answers');
  expect(out).toMatch(/accepted.* echo\/crashes \(/);
  expect(out).toContain("accepted until 2999-12-31 (T-1): crash: 'server' ended");
  expect(out).toContain("no longer accepted, its day has passed: crash ''server' ended' of echo/crashes (T-2, until 2001-01-01)");
  expect(out).toContain("accepted and not seen in this run: leak 'a window' (T-3, until 2999-12-31)");
  expect(out).not.toContain('of a case that does not run');
  expect(out).toMatch(/pass.* echo\/must-fail \(\d+ ms\), it failed by crash, as it must/);
  expect(out).toContain('2 passed (1 with accepted flaws), 0 failed');
  expect(code).toBe(0);
  const { cases, counts } = await project.summary();
  expect(counts).toMatchObject({ passed: 2, accepted: 1 });
  expect(cases).toMatchObject([
    {
      scenario: 'echo/crashes',
      verdict: 'pass',
      findings: [],
      fingerprint: null,
      accepted: [{ oracle: 'crash', reason: 'T-1', until: '2999-12-31' }],
    },
    { scenario: 'echo/must-fail', verdict: 'pass', expected: 'crash' },
  ]);
  const junit = await readFile(join(project.root, 'results', 'latest', 'junit.xml'), 'utf8');
  expect(junit).toContain('<system-out>accepted until 2999-12-31 (T-1): crash: ');
});

test('a file that does not fit is one line: a key, a day, a scenario that is not here', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tw-flaws-'));
  const refusedBy = async (text: string): Promise<string> => {
    await writeFile(join(root, 'tornwire.accept.yaml'), text);
    return knownFlawsOf(root, [brokenScenario('echo/answers', '', '')]).then(
      () => '',
      (error: Error) => error.message.replace(root, ''),
    );
  };
  try {
    expect(await refusedBy('accept:\n  - { oracle: leak, contains: x, reason: y }')).toMatch(
      /^\/tornwire\.accept\.yaml:2: accept\.0\.until: /,
    );
    expect(await refusedBy('accept:\n  - { oracle: leak, contains: x, reason: y, until: soon }')).toContain(
      'write a day such as 2026-12-31',
    );
    expect(await refusedBy('accept:\n  - { scenario: echo/answer, oracle: leak, contains: x, reason: y, until: 2026-12-31 }')).toBe(
      "tornwire.accept.yaml names the scenario 'echo/answer', which is not here; did you mean 'echo/answers'?",
    );
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});

test('a case that must be alone has nobody beside it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tw-alone-'));
  const scenario = (name: string): DescribedScenario => {
    const { broken: _, ...rest } = brokenScenario(name, '', '');
    return name.startsWith('alone') ? { ...rest, alone: true } : rest;
  };
  const names = ['alone/1', 'beside/1', 'beside/2', 'alone/2', 'beside/3'];
  const given = resultDouble(pass('all')).case;
  const running = new Set<string>();
  const beside: Record<string, number> = {};
  try {
    await runCampaign(
      names.map((name) => ({ scenario: scenario(name), case: { ...given, scenario: name }, repeat: 1, expectedOracle: null })),
      {
        project: { root, scenarios: root, results: join(root, 'results') },
        seed: 1,
        jobs: 4,
        maker: { tornwire: '0', commit: null },
        signal: new AbortController().signal,
        players: {
          async play({ name }, played, folder) {
            running.add(name);
            for (const each of running) beside[each] = Math.max(beside[each] ?? 0, running.size - 1);
            await setTimeout(20);
            running.delete(name);
            return resultDouble(pass('all'), { folder, case: played });
          },
          onStray: () => undefined,
          rest: async () => undefined,
        },
        onRow: () => undefined,
      },
    );
    expect(beside).toEqual({ 'beside/1': 2, 'beside/2': 2, 'beside/3': 2, 'alone/1': 0, 'alone/2': 0 });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
