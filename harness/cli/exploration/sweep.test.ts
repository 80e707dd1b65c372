// A sweep of two tiny programs as a user starts it: it finds the bug that nobody wrote a scenario for, and nothing in the clean twin.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { met, userProject } from '../testing/user-project.double.ts';

interface Outcome {
  failsAlone?: string;
  coverage: { points: number; done: number; totals: Record<string, number> };
  findings: { oracle: string; story: string; faults: number; work: number; repro: string; message: string }[];
  untriaged: unknown[];
  cases: number;
}

const outcomesIn = (out: string): Outcome[] =>
  (JSON.parse(out) as { workloads: { outcome: Outcome }[] }).workloads.map(({ outcome }) => outcome);

test('a relay that does not dial again after a loss is found, made small, and replayed', { timeout: 300_000 }, async () => {
  await using project = await userProject('sweep-project');
  const swept = await project.tornwire(
    'sweep',
    'deaf',
    '--seed',
    '1',
    '--only',
    'relay->store upstream line op=set, first: restart store',
    '--budget',
    '4min',
    '--until-found',
    '--replays',
    '1',
    '--json',
  );
  const [outcome] = outcomesIn(swept.out);
  // What goes on is said on stderr then: a line for the failure, and none of it holds a stack.
  expect(swept.err).toMatch(
    /^found [0-9a-f]{12} hang: 'what is set can be got again' did not happen within 1 s; under restart store \(\w+\), at relay->store upstream line op=set, first; repro: results\/sweeps\/deaf-1\/\S+\/repro\.json$/m,
  );
  expect(swept.err).toMatch(/^recorded 3 times without faults in [\d.]+ (?:s|min)$/m);
  expect(swept).toMatchObject({ code: 1 });
  const [finding] = outcome?.findings ?? [];
  expect(finding).toMatchObject({ oracle: 'hang', message: expect.stringContaining('what is set can be got again') });
  expect(finding?.faults).toBeLessThanOrEqual(2);
  expect(finding?.work).toBeLessThanOrEqual(2);
  const replayed = await project.tornwire('repro', finding?.repro ?? '', '--times', '3');
  expect(replayed.out).toMatch(/^reproduced [1-3] of 3/m);
  const before = await readFile(join(project.root, finding?.repro ?? ''), 'utf8');
  const shrunk = await project.tornwire('shrink', finding?.repro ?? '', '--replays', '1', '--json');
  expect({ code: shrunk.code, err: shrunk.code === 0 ? '' : shrunk.err }).toEqual({ code: 0, err: '' });
  const {
    was,
    finding: least,
    whole,
  } = JSON.parse(shrunk.out) as { was: Outcome['findings'][0]; finding: Outcome['findings'][0]; whole: string };
  expect(least.work).toBeLessThanOrEqual(was.work);
  expect(least.faults).toBeLessThanOrEqual(was.faults);
  expect(await readFile(join(project.root, whole), 'utf8')).toBe(before);
  const lost = await project.tornwire('shrink', 'no-such.json');
  expect([lost.code, lost.err]).toEqual([2, expect.stringContaining('cannot read')]);
  expect(await project.alive()).toEqual([]);
});

test('what a program leaves behind when everything is told to stop in the middle of the work is found', { timeout: 300_000 }, async () => {
  await using project = await userProject('sweep-project');
  const only = 'relay->store upstream line op=set, first: stop everything';
  const words = ['--seed', '1', '--cases', '1', '--only', only, '--budget', '4min', '--shrink', '0', '--replays', '0', '--json'];
  const [outcome] = outcomesIn((await project.tornwire('sweep', 'leaves', ...words)).out);
  const [finding] = outcome?.findings ?? [];
  expect(finding).toMatchObject({ oracle: 'leak', message: expect.stringContaining('sleep 60') });
  expect(finding?.story).toMatch(/then all nodes are told to stop \(SIGTERM\)$/);
  expect((await project.tornwire('repro', finding?.repro ?? '')).out).toMatch(/^reproduced 1 of 1/m);
  const [clean] = outcomesIn((await project.tornwire('sweep', 'clean', ...words)).out);
  expect(clean).toMatchObject({ findings: [], cases: 1, coverage: { totals: { clean: 1 } } });
  expect(await project.alive()).toEqual([]);
});

test('the clean twin has no finding; a sweep that was interrupted goes on with its plan', { timeout: 300_000 }, async () => {
  await using project = await userProject('sweep-project');
  const sweeping = project.start(['sweep', 'clean', '--seed', '2', '--budget', '4min', '--jobs', '1']);
  await met('the plan is made', () => /fault points in/.test(sweeping.out()), 150_000);
  process.kill(sweeping.pid, 'SIGINT');
  expect((await sweeping.ended).code).toBe(130);
  const went = await project.tornwire('sweep', 'clean', '--seed', '2', '--budget', '4min', '--cases', '3', '--json');
  const [outcome] = outcomesIn(went.out);
  expect({ code: went.code, err: went.code === 0 ? '' : went.err, findings: outcome?.findings }).toEqual({
    code: 0,
    err: '',
    findings: [],
  });
  const { points, done, totals } = outcome?.coverage ?? { points: 0, done: 0, totals: {} };
  expect(Object.values(totals).reduce((sum, count) => sum + count, 0)).toBe(points);
  expect(done).toBeGreaterThan(0);
  const ledger = await readFile(join(project.root, 'results', 'sweeps', 'clean-2', 'ledger.ndjson'), 'utf8');
  expect(ledger.split('\n').filter((line) => line.startsWith('{"kind":"plan"'))).toHaveLength(1);
  for (const key of ['node store, the work begins: full disk', 'KEYS_MAX=1, and the work twice', 'one byte at a time, without end'])
    expect(ledger).toContain(key);
  expect(await readdir(join(project.root, 'results', 'sweeps', 'clean-2'))).toContain('coverage.md');
  expect(await project.alive()).toEqual([]);
});

test('a workload that fails without faults says so, and nothing is swept', { timeout: 120_000 }, async () => {
  await using project = await userProject('sweep-project');
  const { code, out } = await project.tornwire('sweep', 'fails-alone', '--seed', '1');
  expect(code).toBe(1);
  expect(out).toContain("the workload fails without faults, so nothing is swept: answers: 'set' without any fault was refused");
  expect(out).not.toContain('coverage');
  const [, repro = ''] = /^ {2}replay: npx tornwire repro (\S+)$/m.exec(out) ?? [];
  expect((await project.tornwire('repro', repro)).out).toMatch(/^reproduced 1 of 1/m);
});

test('all workloads are recorded before one is swept: what fails without faults is known first', { timeout: 120_000 }, async () => {
  await using project = await userProject('sweep-project');
  const { code, out } = await project.tornwire('sweep', 'deaf', 'fails-alone', '--seed', '1', '--until-found', '--cases', '2');
  expect(code).toBe(1);
  // 'deaf' comes before it.
  expect(out).toMatch(/recorded 3 times without faults[^]*the workload fails without faults/);
  expect(out).not.toContain('coverage');
});

test(
  'a failure that was not made small before Ctrl+C is by the next sitting, and counts; nobody sweeps beside it',
  { timeout: 300_000 },
  async () => {
    await using project = await userProject('sweep-project');
    const words = [
      'sweep',
      'deaf',
      '--seed',
      '3',
      '--depth',
      '1',
      '--only',
      'restart store',
      '--jobs',
      '1',
      '--shrink',
      '3',
      '--replays',
      '1',
    ];
    const sweeping = project.start([...words, '--budget', '4min']);
    await met('a failure', () => /^found /m.test(sweeping.out()), 240_000);
    const beside = await project.tornwire(...words, '--budget', '1ms');
    expect([beside.code, beside.err]).toEqual([3, expect.stringContaining('a sweep of seed 3 is running here')]);
    process.kill(sweeping.pid, 'SIGINT');
    const stopped = await sweeping.ended;
    const [, left] = /^(\d+) findings? (?:was|were) not made small; /m.exec(stopped.out) ?? [];
    expect([stopped.code, Number(left)]).toEqual([130, expect.toSatisfy((count: number) => count > 0)]);
    const folder = join(project.root, 'results', 'sweeps', 'deaf-3');
    const findingsIn = async (): Promise<number> =>
      (await readFile(join(folder, 'ledger.ndjson'), 'utf8')).split('\n').filter((line) => line.startsWith('{"kind":"finding"')).length;
    expect(await findingsIn()).toBe(0);
    // Its budget is used up, for whatever is played.
    const late = await project.tornwire(...words, '--budget', '1ms');
    expect([late.code, late.out]).toEqual([
      1,
      expect.stringContaining('the budget of 0 s is used up: a larger --budget goes on with the plan'),
    ]);
    const [, shrink = ''] = /^ {2}npx tornwire shrink (results\/sweeps\/deaf-3\/\S+\/repro\.json)$/m.exec(late.out) ?? [];
    expect(JSON.parse(await readFile(join(project.root, shrink), 'utf8'))).toMatchObject({ outcome: 'fail' });
    expect(late.out).toMatch(new RegExp(`failed: ${left} finding`));
    expect(await findingsIn()).toBe(0);
    // All cases that may be played are: what is left of the budget makes the failure small.
    const went = await project.tornwire(...words, '--budget', '6min', '--cases', '1', '--json');
    const [outcome] = outcomesIn(went.out);
    expect(went.code).toBe(1);
    const found = outcome?.findings ?? [];
    expect([found.length, await findingsIn()]).toEqual([Number(left), Number(left)]);
    for (const { repro, oracle } of found) expect(JSON.parse(await readFile(join(project.root, repro), 'utf8'))).toMatchObject({ oracle });
    expect(outcome?.untriaged).toEqual([]);
    expect(await project.alive()).toEqual([]);
  },
);
