import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLedger, type LedgerCase } from './ledger.ts';
import { resultPaths } from './paths.ts';

const CASE: LedgerCase = {
  kind: 'case',
  round: 1,
  scenario: 'links/cut',
  runtime: 'process',
  engine: 'own',
  seed: 7,
  verdict: 'pass',
  oracle: null,
  reason: null,
  fingerprint: null,
  durationMs: 10,
  repro: null,
  replay: 'npx tornwire run links/cut',
  reproduced: null,
  elapsedMs: 20,
};

test('a later line of one case replaces the earlier one, also when the ledger is read again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tw-ledger-'));
  const about = { seed: 7, tornwire: '0.1.0', commit: null };
  const spoilt: LedgerCase = { ...CASE, verdict: 'unknown', reason: 'harness: stray-error: after its end: Error: late' };
  {
    using ledger = openLedger(resultPaths(folder), about);
    for (const entry of [CASE, { ...CASE, round: 2 }, spoilt]) ledger.add(entry);
    expect(ledger.cases).toEqual([spoilt, { ...CASE, round: 2 }]);
  }
  using again = openLedger(resultPaths(folder), about);
  expect(again.cases).toEqual([spoilt, { ...CASE, round: 2 }]);
  expect(again.spentMs).toBe(20);
  await rm(folder, { recursive: true });
});
