// What grows and what does not: a file of each session, a log that is rotated, a cache, a state that is made once.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { filesIn, growingIn, homeOf, type HomeFiles } from './home-files.ts';

test.each([
  ['a file of each session', (session: number) => [`.name/sessions/${session}.json`], { folder: '.name/sessions', more: 6 }],
  [
    'a folder of each session',
    (session: number) => [`.name/s/${session}/log`, `.name/s/${session}/state`],
    { folder: '.name/s', more: 12 },
  ],
  ['a state that is made once', () => ['.name/state.json'], undefined],
  ['logs that are rotated', (session: number) => [`.name/log.${session % 5}`], undefined],
  ['a cache', (session: number) => [`.cache/name/${session}`], undefined],
  ['logs of npm', (session: number) => [`.npm/_logs/${session}.log`], undefined],
  ['a file now and then', (session: number) => (session % 3 === 0 ? [`.name/${session}`] : []), undefined],
])('%s', (_, written, grows) => {
  const home = mkdtempSync(join(tmpdir(), 'tw-home-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const series: HomeFiles[] = [];
  for (let session = 0; session < 8; session++) {
    for (const file of written(session)) {
      mkdirSync(dirname(join(home, file)), { recursive: true });
      writeFileSync(join(home, file), '');
    }
    series.push(filesIn(home));
  }
  expect(growingIn(series, 6)).toEqual(grows);
});

test('too few sessions tell nothing, and a process that has gone has no HOME', () => {
  expect(growingIn([new Map([['.a', 1]]), new Map([['.a', 2]])], 6)).toBeUndefined();
  expect(homeOf(2 ** 30)).toBeUndefined();
  expect(homeOf(process.pid)).toBe(process.env['HOME']);
});
