import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSweepLedger } from './sweep-ledger.ts';

const ABOUT = { workload: 'a', seed: 1, defect: null, tornwire: '0', commit: null };
const crash = (fingerprint: string, input: string, line = 5) => ({
  oracle: 'crash',
  fingerprint,
  message: `'relay' ended with code 1 without being asked: Error: bad line: ${input}\n  |     at take (file:///srv/relay.mjs:${line}:3)`,
});

test('a bug that was found before in other words keeps its fingerprint, in the next sitting too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tw-ledger-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'ledger.ndjson');
  {
    using ledger = openSweepLedger(file, ABOUT);
    expect(ledger.bugOf(crash('f1', 'hello'))).toBe('f1');
    ledger.judged({ key: 'first', outcome: 'found', durationMs: 1, elapsedMs: 1, ...crash('f1', 'hello') });
    expect(ledger.bugOf(crash('f2', 'Grüße'))).toBe('f1');
  }
  using again = openSweepLedger(file, ABOUT);
  expect(again.bugOf(crash('f3', '東京'))).toBe('f1');
  expect(again.bugOf(crash('f4', 'hello', 9))).toBe('f4');
  again.judged({ key: 'second', outcome: 'found', durationMs: 1, elapsedMs: 2, ...crash('f1', 'Grüße') });
  expect(again.untriaged().map(({ fingerprint }) => fingerprint)).toEqual(['f1']);
});
