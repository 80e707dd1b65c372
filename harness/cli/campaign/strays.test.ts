// An error that nobody caught spoils the pass of its case, whenever it is heard of.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { brokenScenario } from '../../model/described-scenario.ts';
import { pass } from '../../model/judging/verdict.ts';
import { resultDouble } from '../../results/case-result.double.ts';
import { runCampaign } from './campaign.ts';

const LINE = 'Error: after the end (scenarios/links/cut.scenario.ts:5:9)';

test.each(['before the case has its row', 'after the last case'])('an error that comes %s', async (when) => {
  const root = await mkdtemp(join(tmpdir(), 'tw-strays-'));
  const { broken: _, ...scenario } = brokenScenario('links/cut', '', '');
  const { broken: __, ...another } = brokenScenario('links/whole', '', '');
  const given = resultDouble(pass('all')).case;
  const items = [scenario, another].map((each) => ({
    scenario: each,
    case: { ...given, scenario: each.name },
    repeat: 1,
    expectedOracle: null,
  }));
  let stray: (line: string, owner: string) => void;
  let folderOfCut = '';
  try {
    const { cases } = await runCampaign(items, {
      project: { root, scenarios: root, results: join(root, 'results') },
      seed: 1,
      jobs: 1,
      maker: { tornwire: '0', commit: null },
      signal: new AbortController().signal,
      players: {
        async play(played, taken, folder) {
          if (played.name === 'links/cut') folderOfCut = folder;
          // As a worker tells it whose answer has been given and is not counted yet.
          if (played.name === 'links/cut' && when.startsWith('before')) stray(LINE, folder);
          return resultDouble(pass('all'), { folder, case: taken });
        },
        onStray: (listener) => void (stray = listener),
        async rest() {
          if (when.startsWith('after')) stray(LINE, folderOfCut);
        },
      },
      onRow: () => undefined,
    });
    expect(cases).toMatchObject([
      { scenario: 'links/cut', verdict: 'unknown', reason: expect.stringContaining(LINE) },
      { scenario: 'links/whole', verdict: 'pass' },
    ]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
