// `sweep --warm` of two tiny programs as a user starts it: what it decides in running nodes, what it plays in fresh ones again, and what a
// reset that hides something comes to.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { userProject, type UserProject } from './testing/user-project.double.ts';

interface Outcome {
  coverage: { totals: Record<string, number> };
  findings: { repro: string }[];
  cases: number;
  warm: { points: number; freshToo: number; contradicted: string[] };
}

const WORDS = ['--warm', '--only', 'relay->store', '--depth', '1', '--seed', '1', '--replays', '1', '--shrink', '2', '--budget', '4min'];

async function sweptIn(project: UserProject, ...words: string[]): Promise<{ outcome: Outcome; err: string; code: number | null }> {
  const { out, err, code } = await project.tornwire('sweep', ...words, '--json');
  const [swept] = (JSON.parse(out) as { workloads: { outcome: Outcome }[] }).workloads;
  return { outcome: swept?.outcome as Outcome, err, code };
}

async function ledgerOf(project: UserProject, name: string): Promise<{ kind: string; key: string; outcome: string; warm?: string }[]> {
  const text = await readFile(join(project.root, 'results', 'sweeps', `${name}-1`, 'ledger.ndjson'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; key: string; outcome: string; warm?: string });
}

test(
  'what was clean in running nodes is clean in fresh ones; points are counted, and a later sitting goes on',
  { timeout: 300_000 },
  async () => {
    await using project = await userProject('sweep-project');
    const first = await sweptIn(project, 'warm-clean', ...WORDS, '--cases', '30');
    expect({ code: first.code, err: first.code === 0 ? '' : first.err }).toEqual({ code: 0, err: '' });
    const { warm, cases, findings } = first.outcome;
    expect([cases, findings, warm.contradicted]).toEqual([30, [], []]);
    expect(warm.points).toBeGreaterThan(10);
    expect(warm.freshToo).toBeGreaterThanOrEqual(3);
    const played = (await ledgerOf(project, 'warm-clean')).filter(({ kind }) => kind === 'case');
    expect(played.filter(({ warm: how }) => how !== undefined)).toHaveLength(warm.points);
    const more = await sweptIn(project, 'warm-clean', ...WORDS, '--cases', '36');
    expect([more.outcome.cases, more.outcome.warm.points >= warm.points]).toEqual([36, true]);
    const all = (await ledgerOf(project, 'warm-clean')).filter(({ kind }) => kind === 'case');
    expect(new Set(all.map(({ key }) => key)).size).toBe(36);
    expect(await project.alive()).toEqual([]);
  },
);

test('a bug that running nodes show is found in fresh ones, and its saved case replays there', { timeout: 300_000 }, async () => {
  await using project = await userProject('sweep-project');
  const { outcome, code } = await sweptIn(project, 'warm-deaf', ...WORDS, '--cases', '20', '--until-found');
  expect([code, outcome.warm.contradicted]).toEqual([1, []]);
  const { repro } = outcome.findings[0] ?? { repro: '' };
  const saved = JSON.parse(await readFile(join(project.root, repro), 'utf8')) as { case: { parameters: object } };
  expect(saved.case.parameters).not.toHaveProperty('warm');
  expect((await project.tornwire('repro', repro)).out).toMatch(/^reproduced 1 of 1/m);
  const failed = (await ledgerOf(project, 'warm-deaf')).filter((line) => line.outcome === 'found');
  expect(failed.filter(({ warm }) => warm !== undefined && warm !== 'contradicted')).toEqual([]);
});

test('a reset that hides a bug is contradicted by the sample, and nothing is played warm from there on', { timeout: 300_000 }, async () => {
  await using project = await userProject('sweep-project');
  // The relay does not dial again after a loss before it has passed on a reset: the first round of a start alone shows it.
  const { outcome, err, code } = await sweptIn(project, 'warm-young', ...WORDS, '--cases', '60');
  expect(code).toBe(1);
  expect(outcome.warm.contradicted.length).toBeGreaterThan(0);
  expect(err).toMatch(
    /^--warm: '.*' was clean in running nodes and failed in fresh ones, so the reset hides something: from here on each fault point of warm-young has a start of its own$/m,
  );
  const [key = ''] = outcome.warm.contradicted;
  expect((await ledgerOf(project, 'warm-young')).find((line) => line.key === key)).toMatchObject({
    outcome: 'found',
    warm: 'contradicted',
  });
  const again = await sweptIn(project, 'warm-young', ...WORDS, '--cases', '64');
  expect(again.err).toContain('--warm: an earlier sitting has contradicted the reset of warm-young');
  expect(again.outcome.warm).toEqual(outcome.warm);
  expect(again.outcome.cases).toBe(64);
});

test('a workload without a reset says so, and is played fresh; workers of a queue play nothing warm', { timeout: 120_000 }, async () => {
  await using project = await userProject('sweep-project');
  const { outcome, err } = await sweptIn(project, 'clean', ...WORDS, '--cases', '2');
  expect(err).toContain('--warm: clean declares no reset, so each fault point has a start of its own');
  expect([outcome.cases, outcome.warm]).toEqual([2, { points: 0, freshToo: 0, contradicted: [] }]);
  const queued = await project.tornwire('sweep', 'warm-clean', '--warm', '--queue', 'postgres://nobody@127.0.0.1:1/none');
  expect([queued.code, queued.err]).toEqual([2, expect.stringContaining('--warm plays on this machine only')]);
});
