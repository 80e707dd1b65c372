// A verdict that a busy machine spoilt is taken again alone, and the row says so and why.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { brokenScenario } from '../../model/described-scenario.ts';
import { pass, unknown } from '../../model/judging/verdict.ts';
import { resultDouble } from '../../results/case-result.double.ts';
import type { CaseRow } from '../../results/summary.ts';
import { runCampaign } from './campaign.ts';

test('a case that was taken again alone keeps the reason in its row', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tw-retaken-'));
  const verdicts = [unknown('machine', 'starved', 'CPU pressure 98 %'), pass('all')];
  const told: CaseRow[] = [];
  const { broken: _, ...scenario } = brokenScenario('links/cut', '', '');
  const item = { scenario, case: resultDouble(pass('all')).case, repeat: 1, expectedOracle: null };
  try {
    const { cases } = await runCampaign([item], {
      project: { root, scenarios: root, results: join(root, 'results') },
      seed: 1,
      jobs: 1,
      maker: { tornwire: '0', commit: null },
      signal: new AbortController().signal,
      players: {
        play: async (_scenario, _given, folder) => resultDouble(verdicts.shift() ?? pass('all'), { folder }),
        onStray: () => undefined,
        rest: async () => undefined,
      },
      onRow: (row) => void told.push(row),
    });
    expect(cases).toMatchObject([{ verdict: 'pass', retakenBecause: 'starved: CPU pressure 98 %' }]);
    expect(told).toEqual(cases);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
