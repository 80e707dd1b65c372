import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event } from '../../model/judging/history.ts';
import { NO_SECRETS, redactor } from '../../model/secrets/redact.ts';
import { mountSmallDisk, smallDiskUnavailable, unmountBelow } from '../../runtime/linux/small-disk.ts';
import { openRecorder } from './recorder.ts';
import { until } from '../waits/until.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tw-recorder-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const asItIs = NO_SECRETS;

async function linesIn(file: string): Promise<Event[]> {
  const text = await readFile(file, 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Event);
}

test('the file holds what the history holds, a line each, numbered from 1 and in time, in folders that it makes', async () => {
  const file = join(folder, 'deep', 'er', 'history.ndjson');
  const recorder = openRecorder(file, asItIs);
  recorder.record({ kind: 'mark', name: 'one' });
  recorder.record({ kind: 'log', node: 'room', stream: 'stdout', line: 'a\nb\u2028c "quoted" \ud800' });
  recorder.record({ kind: 'operation', id: 1, client: 'c', name: 'n', state: 'ok', value: { deep: [null, 1.5] } });
  recorder[Symbol.dispose]();
  expect(await linesIn(file)).toEqual(recorder.history);
  expect(recorder.history.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  const times = recorder.history.map(({ atMs }) => atMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('only its owner may read the history', async () => {
  const file = join(folder, 'private', 'history.ndjson');
  openRecorder(file, asItIs)[Symbol.dispose]();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('events reach the disk while the run goes on', async () => {
  const file = join(folder, 'live.ndjson');
  using recorder = openRecorder(file, asItIs);
  recorder.record({ kind: 'mark', name: 'one' });
  const written = await until(async () => (await readFile(file, 'utf8')).includes('one'), {
    withinMs: 5_000,
    signal: new AbortController().signal,
  });
  expect(written.met).toBe(true);
});

test('secrets do not reach the disk, wherever in an event they stand; the oracles see everything', async () => {
  const file = join(folder, 'secrets.ndjson');
  const recorder = openRecorder(file, redactor(['hunter22']));
  recorder.record({ kind: 'log', node: 'room', stream: 'stderr', line: 'login with hunter22 and Authorization: Bearer abcdefgh' });
  recorder.record({
    kind: 'operation',
    id: 1,
    client: 'c',
    name: 'login',
    state: 'ok',
    value: { password: 'correct horse', list: ['hunter22'] },
  });
  recorder[Symbol.dispose]();
  expect(await readFile(file, 'utf8')).not.toMatch(/hunter22|abcdefgh|correct horse/);
  expect(JSON.stringify(recorder.history)).toMatch(/hunter22.*abcdefgh.*correct horse/);
  expect((await linesIn(file)).map(({ seq, kind }) => [seq, kind])).toEqual(recorder.history.map(({ seq, kind }) => [seq, kind]));
});

test('of the bytes around a hit no secret is written, also not a piece of one that the window cuts', async () => {
  const file = join(folder, 'around.ndjson');
  const recorder = openRecorder(file, redactor(['hunter22', 'gräßlich-geheim']));
  const fired = (bytes: string, at: number) => {
    const hit = { kind: 'link', connection: 1, direction: 'upstream', byteOffset: 9_000, around: { bytes, at } } as const;
    recorder.record({ kind: 'fault', step: 's', fault: 'cut', target: 'a->b', state: 'fired', hit });
  };
  fired('\u0001\u00ff open', 2);
  fired(`hunter22 ${'x'.repeat(20)}`, 9);
  fired(`pass hunter22 on`, 9);
  fired(`hunter22${'x'.repeat(124)}|${'y'.repeat(126)}hunter22`, 132);
  fired(`${Buffer.from('gräßlich-geheim').toString('latin1')}|`, 17);
  recorder[Symbol.dispose]();
  const text = await readFile(file, 'utf8');
  expect(text).not.toMatch(/hunter|unter22|ter22|er22|gehe/);
  const around = (await linesIn(file)).map((event) => (event as unknown as { hit: { around: object } }).hit.around);
  expect(around).toEqual([
    { bytes: '\u0001\u00ff open', at: 2 },
    { bytes: `*** ${'x'.repeat(20)}`, at: 4 },
    { bytes: 'pass *** on', at: 8 },
    { bytes: `***${'x'.repeat(124)}|${'y'.repeat(126)}*`, at: 127 },
    { bytes: '***|', at: 3 },
  ]);
});

test('a run that talks without end is cut at the cap, and the last event says so', async () => {
  const file = join(folder, 'capped.ndjson');
  const recorder = openRecorder(file, asItIs, { eventsMax: 3 });
  let heard = 0;
  recorder.subscribe(() => heard++);
  for (let i = 1; i <= 10; i++) recorder.record({ kind: 'mark', name: String(i) });
  recorder[Symbol.dispose]();
  expect(recorder.history).toHaveLength(4);
  expect(recorder.history.at(-1)).toMatchObject({
    seq: 4,
    kind: 'harness',
    problem: 'lost-events',
    detail: 'more than 3 events: the rest was not recorded',
  });
  expect(await linesIn(file)).toEqual(recorder.history);
  expect(heard).toBe(4);
});

test('a listener hears each event right after it was recorded, until it stops listening', () => {
  using recorder = openRecorder(join(folder, 'heard.ndjson'), asItIs);
  const heard: number[] = [];
  const stop = recorder.subscribe((event) => heard.push(event.seq, recorder.history.length));
  recorder.record({ kind: 'mark', name: 'one' });
  recorder.record({ kind: 'mark', name: 'two' });
  stop();
  recorder.record({ kind: 'mark', name: 'three' });
  expect(heard).toEqual([1, 1, 2, 2]);
});

test('what comes after the end is not written, and ending twice is no error', async () => {
  const file = join(folder, 'closed.ndjson');
  const recorder = openRecorder(file, asItIs);
  recorder[Symbol.dispose]();
  recorder.record({ kind: 'mark', name: 'late' });
  recorder[Symbol.dispose]();
  expect(await linesIn(file)).toEqual([]);
});

test('a full disk is told to whoever asks whether the history is saved, and ends nothing before', () => {
  using recorder = openRecorder('/dev/full', asItIs);
  recorder.record({ kind: 'mark', name: 'lost' });
  expect(() => recorder.saved()).toThrow('cannot write /dev/full: ENOSPC');
  recorder.record({ kind: 'mark', name: 'still counted' });
  expect(recorder.history).toHaveLength(2);
});

test('what a full disk took of the last line is cut off again', async ({ skip }) => {
  skip(smallDiskUnavailable() !== undefined, smallDiskUnavailable());
  const disk = join(folder, 'disk');
  await mountSmallDisk(disk, 64);
  try {
    using recorder = openRecorder(join(disk, 'history.ndjson'), asItIs);
    for (let i = 0; i < 100; i++) recorder.record({ kind: 'mark', name: 'x'.repeat(1_000) });
    expect(() => recorder.saved()).toThrow('ENOSPC');
    const lines = await linesIn(join(disk, 'history.ndjson'));
    expect(lines.length).toBeGreaterThan(40);
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, i) => i + 1));
  } finally {
    await unmountBelow(folder);
  }
});

test('what happened before something that is recorded already comes before it, on the disk as well', async () => {
  const file = join(folder, 'ordered.ndjson');
  const recorder = openRecorder(file, asItIs, { heldMs: 60_000 });
  const cutMs = Number(process.hrtime.bigint()) / 1e6;
  recorder.record({ kind: 'operation', id: 1, client: 'c', name: 'n', state: 'failed' });
  recorder.record({ kind: 'mark', name: 'later' });
  const cut = recorder.record({ kind: 'frame-error', link: 'a->b', connection: 1, direction: 'upstream', offset: 0, reason: 'cut' }, cutMs);
  expect(cut.seq).toBe(1);
  expect(recorder.history.map(({ kind }) => kind)).toEqual(['frame-error', 'operation', 'mark']);
  recorder[Symbol.dispose]();
  expect(await linesIn(file)).toEqual(recorder.history);
  expect(recorder.history.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test('nothing happens before the recorder was opened, or after it was recorded', () => {
  using recorder = openRecorder(join(folder, 'bounds.ndjson'), asItIs);
  expect(recorder.record({ kind: 'mark', name: 'before' }, 0).atMs).toBe(0);
  const { atMs } = recorder.record({ kind: 'mark', name: 'after' }, Number.MAX_SAFE_INTEGER);
  expect(atMs).toBeLessThanOrEqual(recorder.nowMs());
});
