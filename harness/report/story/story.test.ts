// Stories of the written histories: each oracle's finding with its expected and actual, its first wrong event and its fault.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Event } from '../../model/judging/history.ts';
import { ALWAYS_ON } from '../../oracles/table.ts';
import { historyOf, writtenHistoriesOf } from '../../oracles/testing/written-history.contract.ts';
import type { CaseRow } from '../../results/summary.ts';
import { excerptOf } from './excerpt.ts';
import { proofOf, storyOf, type Story } from './story.ts';

const folder = mkdtempSync(join(tmpdir(), 'story-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROW: CaseRow = {
  scenario: 'a/b',
  title: 'a is b',
  defect: null,
  expectedOracle: null,
  runtime: 'process',
  engine: 'own',
  engines: [],
  seed: 1,
  repeat: 1,
  verdict: 'fail',
  oracle: 'crash',
  reason: null,
  reasonKind: null,
  findings: [],
  fingerprint: null,
  durationMs: 1,
  driveMs: 1,
  folder: null,
  repro: null,
  replay: 'npx tornwire repro x.json',
};

async function excerpted(lines: readonly string[], wanted: readonly number[] = [], bounds = {}) {
  const file = join(folder, 'history.ndjson');
  writeFileSync(file, lines.join('\n'));
  return await excerptOf(file, wanted, bounds);
}

async function told(oracle: string, title: string): Promise<Story> {
  const written = writtenHistoriesOf(oracle).find((each) => each.title === title);
  const verdict = ALWAYS_ON.find(({ name }) => name === oracle)?.judge(written?.history ?? [], written!.plan);
  const findings = verdict?.outcome === 'fail' ? verdict.findings : [];
  expect(findings).not.toEqual([]);
  const lines = written?.history.map((event) => JSON.stringify(event)) ?? [];
  const row = { ...ROW, oracle, findings };
  return storyOf(row, await excerpted([...lines, ''], proofOf(row)));
}

test.each([
  ['crash', 'a node dies of an uncaught error', 'lives until it is asked to end', 'it ended with code 1, and nobody had asked it'],
  ['divergence', 'one view differs at rest', 'is the same at', 'has'],
  ['leak', 'one socket more after each cycle', 'holds as much after each', '->'],
  ['leak', 'a process is alive after everything was stopped', 'is left after everything was stopped', '2 left: process pid 4711'],
  ['leak', 'a node keeps all that a stalled peer does not read', 'stays near the', 'it occupied'],
  ['leak', 'thirteen connections at rest where there was one', '1 connections at rest', "holds 13 connections of 'bridge->room' at rest"],
  ['hang', 'a request is never answered and every process stands still', 'within', 'it did not come in'],
  ['hang', 'a stalled link holds up an unrelated request', 'is answered within', 'answer'],
  ['protocol', 'a node sends bytes that do not decode', 'decodes under its framing', 'byte'],
  ['script', 'an assertion of the script did not hold', 'the script comes to its end', ''],
] as const)('%s, %s: expected beside actual', async (oracle, title, expected, actual) => {
  const story = await told(oracle, title);
  expect(story.compared.expected).toContain(expected);
  expect(story.compared.actual).toContain(actual);
  expect(story.sentence).not.toBe('');
  expect(story.around.length).toBeLessThanOrEqual(10);
  expect(story.around.filter(({ role }) => role === 'wrong').map(({ seq }) => seq)).toEqual([story.firstWrong?.seq]);
});

test('the fault that did it and the frame that it hit', async () => {
  const frame = { kind: 'frame', link: 'a->b', connection: 1, direction: 'upstream' } as const;
  const hit = { kind: 'link', connection: 1, direction: 'upstream', byteOffset: 7, frameIndex: 2, offsetInFrame: 3 } as const;
  const step = { kind: 'fault', step: 'cut a->b', fault: 'cut', target: 'a->b' } as const;
  const history = historyOf([
    { atMs: 0, ...step, state: 'armed' },
    { atMs: 1, ...frame, index: 1, type: 'line', offset: 0, payload: 'one' },
    { atMs: 2, ...step, state: 'fired', hit },
    { atMs: 3, ...frame, index: 2, type: 'line', offset: 4, payload: 'two' },
    { atMs: 4, kind: 'node', node: 'b', state: 'exited', code: 1, signal: null, asked: false },
  ]);
  const findings = [{ oracle: 'crash', message: "'b' ended with code 1 without being asked", events: [5] }];
  const story = storyOf({ ...ROW, findings }, await excerpted([...history.map((event) => JSON.stringify(event)), '']));
  expect(story.fault).toMatchObject({ step: 'cut a->b', seq: 3, hitOn: 'a->b: line frame 2 upstream, connection 1: two' });
  expect(story.fault?.where).toContain('in frame 2 behind 3 bytes of it');
  expect(story.around.map(({ role }) => role)).toEqual(['beside', 'beside', 'fault', 'beside', 'wrong']);
  expect(story.restsOn[0]).toBe("'cut a->b' fired once on a->b, connection 1");
});

test('the values of an assertion stand side by side', async () => {
  const compared = { expected: '3', actual: '2' };
  const [event] = historyOf([
    { atMs: 0, kind: 'script', state: 'failed', error: 'AssertionError: 2 is not 3', detail: '', place: 'a.ts:4', compared },
  ]);
  const findings = [{ oracle: 'script', message: 'AssertionError: 2 is not 3 (a.ts:4)', events: [1] }];
  const story = storyOf({ ...ROW, oracle: 'script', findings }, await excerpted([JSON.stringify(event), '']));
  expect(story).toMatchObject({ place: 'a.ts:4', compared });
});

test('a history that is cut off, has lines of a newer version and broken ones is told as far as it goes', async () => {
  const node = { seq: 1, atMs: 1, wallMs: 1, kind: 'node', node: 'b', state: 'ready' };
  const lines = [JSON.stringify(node), '{"seq":2,"atMs":2,"wallMs":2,"kind":"dream","about":"sheep"}', 'no json', '[]', '{"seq":3,"at'];
  const excerpt = await excerpted(lines);
  expect(excerpt.events.map(({ seq }) => seq)).toEqual([1, 2]);
  const story = storyOf({ ...ROW, verdict: 'unknown', reason: 'interrupted: x', reasonKind: 'interrupted' }, excerpt);
  expect(story.gaps).toEqual([
    'the history ends in the middle of a line: the run was cut off',
    '2 lines of the history are no events that this version can read',
  ]);
  expect(story.around.map(({ text }) => text)).toEqual(['ready', 'dream']);
});

test('of a long history remain what tells how it went, what is wanted with its surroundings, the beginning and the end', async () => {
  const lines = Array.from({ length: 5_000 }, (_, index) => {
    const event = { seq: index + 1, atMs: index, wallMs: index };
    return JSON.stringify(
      index % 1_000 === 0
        ? { ...event, kind: 'mark', name: 'm' }
        : {
            ...event,
            kind: 'frame',
            link: 'a->b',
            connection: 1,
            direction: 'upstream',
            index,
            type: 'line',
            offset: 0,
            payload: 'x'.repeat(99),
          },
    );
  });
  const excerpt = await excerpted([...lines, ''], [2_500], { bulkMax: 100, around: 10, textMax: 20 });
  const seqs = excerpt.events.map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  expect(new Set(seqs).size).toBe(seqs.length);
  expect(seqs).toEqual(expect.arrayContaining([1, 100, 1_001, 2_491, 2_500, 2_509, 4_001, 5_000]));
  expect(seqs.length).toBeLessThan(230);
  expect(excerpt.leftOut['frame']).toBe(5_000 - seqs.length);
  expect((excerpt.events[1] as Extract<Event, { kind: 'frame' }>).payload).toBe(`${'x'.repeat(20)}… (99 characters)`);
});
