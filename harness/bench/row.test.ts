import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failOrPass, pass, unknown } from '../model/judging/verdict.ts';
import { rowDouble } from '../results/case-result.double.ts';
import { clockFigures } from './campaigns.ts';
import { atLeast, atMost, countedInWords, exitCodeOf, median, notMeasured, told } from './row.ts';

const kept = atMost('kept', 3, 'ms', 4);
const missed = atLeast('missed', 3, 'of 4', 4);
const without = notMeasured('without', 'no libfaketime:\n  apt-get install libfaketime');

test('what was not measured is not ok, and says why in one line', () => {
  expect(without).toMatchObject({ value: null, ok: false, notMeasured: 'no libfaketime: | apt-get install libfaketime' });
});

test.each([atMost, atLeast])('a figure of nothing is not measured, whatever its limit', (judged) => {
  expect(judged('share', 0 / 0, '%', 0)).toMatchObject({ ok: false, value: null, notMeasured: 'there was nothing to count or to time' });
  expect(told('median', median([]), 'ms').ok).toBe(false);
});

test.each([
  ['kept', [kept], 0, '1 ok, 0 missed, 0 not measured'],
  ['missed', [kept, missed, without], 1, '1 ok, 1 missed, 1 not measured'],
  ['not measured', [kept, without], 4, '1 ok, 0 missed, 1 not measured'],
  ['none', [], 4, '0 ok, 0 missed, 0 not measured'],
])('the exit code of figures that are %s', (_what, rows, code, words) => {
  expect(exitCodeOf(rows)).toBe(code);
  expect(countedInWords(rows)).toBe(words);
});

test('a case that was skipped or that nobody could judge has no time to its verdict', () => {
  const skipped = rowDouble(pass('all'), { verdict: 'skipped', durationMs: 0, reason: 'libfaketime is not here' });
  expect(clockFigures(skipped)).toMatchObject([
    { name: 'clock-speed-t1', ok: false, notMeasured: 'libfaketime is not here' },
    { name: 'clock-speed-t1-confirmed', ok: false, notMeasured: 'libfaketime is not here' },
  ]);
  expect(clockFigures(rowDouble(unknown('machine', 'starved', 'busy')))[0]).toMatchObject({ ok: false, notMeasured: 'starved: busy' });
  expect(clockFigures(undefined)[0]?.ok).toBe(false);
});

test('a case that was found and confirmed has its figures', () => {
  const row = rowDouble(failOrPass('hang', [{ message: 'late', events: [1] }]), {
    defect: 'T1',
    expectedOracle: 'hang',
    clock: { speed: 10, foundAfterMs: 3_000, confirmed: true },
  });
  expect(clockFigures(row)).toMatchObject([
    { value: 3, ok: true },
    { value: 1, ok: true },
  ]);
});

test('a bench without what it needs says so, counts it and exits 4', async () => {
  const { code, out } = await bench('proxy-speed', { TORNWIRE_TOXIPROXY: '/nowhere' });
  expect(out).toMatch(/^proxy-speed +not measured: TORNWIRE_TOXIPROXY is not a Toxiproxy server: \/nowhere/m);
  expect(out).toContain('0 ok, 0 missed, 1 not measured');
  expect(code).toBe(4);
});

function bench(name: string, env: Record<string, string>): Promise<{ code: number; out: string }> {
  const options = { env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(import.meta.dirname, 'main.ts'), name], options, (_error, out) =>
      resolve({ code: child.exitCode ?? -1, out }),
    );
  });
}
