// The page as text: nothing that was captured is ever markup, and what a reader needs is there without any script.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reportAfter } from '../../cli/campaign/run-report.ts';
import { runViewOf } from '../view/run-view.ts';
import { escaped, scriptJson } from './base/html.ts';
import { page } from './page.ts';
import { hostileEvents, hostileRow, writtenRun } from './testing/hostile.double.ts';

const rootOf = (folder: string): string => join(folder, '../../..');

test('twenty kinds of hostile fields become text: the page has the elements that it always has', async () => {
  const { folder, summary } = await writtenRun([hostileRow()], hostileEvents());
  const text = page(await runViewOf(folder, summary));
  expect(text.match(/<script/g)).toHaveLength(2);
  expect(text.match(/<style/g)).toHaveLength(1);
  expect(/<(img|iframe|svg onload|!--).{0,60}/.exec(text)).toBe(null);
  expect(/.{0,60}[\u202a-\u202e\u2066-\u2069\u001b]/.exec(text)).toBe(null);
  expect(text).toContain("default-src 'none'; script-src 'sha256-");
  expect(/ (src|href)="(?!#).{0,60}/.exec(text)).toBe(null);
  await rm(rootOf(folder), { recursive: true });
});

test('without a script the sentence, expected, actual and the replay line are there', async () => {
  const row = hostileRow({
    scenario: 'a/b',
    oracle: 'crash',
    findings: [{ oracle: 'crash', message: "'server' ended with code 1 without being asked: Error: EPIPE", events: [1] }],
    replay: 'npx tornwire repro results/repros/x.json',
  });
  const { folder, summary } = await writtenRun(
    [row],
    [{ kind: 'node', node: 'server', state: 'exited', code: 1, signal: null, asked: false }],
  );
  const text = page(await runViewOf(folder, summary)).replaceAll(/<script[^]*?<\/script>/g, '');
  for (const said of [
    '&#39;server&#39; ended with code 1 without being asked: Error: EPIPE',
    '&#39;server&#39; lives until it is asked to end',
    'it ended with code 1, and nobody had asked it',
    'npx tornwire repro results/repros/x.json',
  ])
    expect(text).toContain(said);
  await rm(rootOf(folder), { recursive: true });
});

test('a run without cases, and a case without a history, have a report', async () => {
  const empty = await writtenRun([], []);
  expect(page(await runViewOf(empty.folder, empty.summary))).toContain('No case was played.');
  const lost = await writtenRun([hostileRow({ folder: 'results/runs/one/cases/0009' })], []);
  expect(page(await runViewOf(lost.folder, lost.summary))).toContain('the history could not be read: ENOENT');
  for (const { folder } of [empty, lost]) await rm(rootOf(folder), { recursive: true });
});

test('the run tells which oracle found what, and of a defect whether the oracle that its patch names found it each time', async () => {
  const found = (oracle: string) => ({ oracle, findings: [{ oracle, message: 'x', events: [] }], folder: null });
  const passed = { verdict: 'pass', oracle: null, findings: [], folder: null } as const;
  const { folder, summary } = await writtenRun(
    [
      hostileRow({ scenario: 'a/b', ...found('hang') }),
      hostileRow({ scenario: 'a/b', ...passed }),
      hostileRow({ scenario: 'a/b', defect: 'W1', expectedOracle: 'leak', ...found('leak') }),
      hostileRow({ scenario: 'a/b', defect: 'W1', expectedOracle: 'leak', ...found('leak') }),
      hostileRow({ scenario: 'c/d', defect: 'W2', expectedOracle: 'crash', ...found('crash') }),
      hostileRow({ scenario: 'c/d', defect: 'W2', expectedOracle: 'crash', ...passed }),
    ],
    [],
  );
  const [, table = ''] = page(await runViewOf(folder, summary)).split('Findings by oracle</h3>');
  const rows = (table.split('</tbody>')[0] ?? '').split('<tr>').map((row) =>
    row
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
  expect(rows.slice(1)).toEqual(['Scenario Defect Cases crash hang leak', 'a/b 1 1', 'a/b W1 2 ✓ 2 of 2', 'c/d W2 2 missed: 1 of 2']);
  await rm(rootOf(folder), { recursive: true });
});

test('a report is written after a failure and not after a pass, and one that cannot be written is told and nothing else', async () => {
  const { folder, summary } = await writtenRun([hostileRow()], hostileEvents());
  const project = { root: rootOf(folder), scenarios: '', results: '' };
  expect(await reportAfter('failures', summary, project)).toEqual(['report: results/runs/one/report.html']);
  expect(await readFile(join(folder, 'junit.xml'), 'utf8')).toContain('[[ATTACHMENT|results/runs/one/report.html]]\n[[ATTACHMENT|');
  const passed = { ...summary, cases: [hostileRow({ verdict: 'pass', findings: [] })] };
  expect(await reportAfter('failures', passed, project)).toEqual([]);
  expect(await reportAfter('always', passed, project)).toHaveLength(1);
  expect(await reportAfter('never', summary, project)).toEqual([]);
  const nowhere = { ...summary, folder: 'results/runs/one/cases/0001/history.ndjson' };
  expect(await reportAfter('failures', nowhere, project)).toEqual([
    expect.stringMatching(/^the report was not written: cannot write .*ENOTDIR|EEXIST/),
  ]);
  await rm(project.root, { recursive: true });
});

test('text is escaped for elements and attributes, and JSON ends no script', () => {
  expect(escaped(`<a title="x" href='y'>&`)).toBe('&#60;a title=&#34;x&#34; href=&#39;y&#39;&#62;&#38;');
  expect(scriptJson({ a: '</script><!--\u2028' }).markup).toBe(String.raw`{"a":"\u003c/script\u003e\u003c!--\u2028"}`);
});
