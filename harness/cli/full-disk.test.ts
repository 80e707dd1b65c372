// What happens to results when their disk is full or may not be written: exit 3, one line that says so, and everything
// that was saved before can still be read.
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Summary } from '../results/summary.ts';
import { freeze, freezingUnavailable } from '../runtime/linux/frozen.ts';
import {
  emptySmallDisk,
  fillSmallDisk,
  freeBytesOn,
  mountSmallDisk,
  smallDiskUnavailable,
  unmountBelow,
} from '../runtime/linux/small-disk.ts';
import { userProject, type Ended, type UserProject } from './testing/user-project.double.ts';

const SIZE_KB = 2_048;
const noDisk = smallDiskUnavailable();
let user: UserProject;
let results: string;

beforeAll(async () => {
  user = await userProject();
  results = join(user.root, 'results');
  if (noDisk === undefined) await mountSmallDisk(results, SIZE_KB);
});
afterAll(async () => {
  await unmountBelow(user.root);
  await user[Symbol.asyncDispose]();
});

test('a disk that fills up in mid-campaign ends the run, and its saved cases can be read', async ({ skip }) => {
  skip(noDisk !== undefined, noDisk);
  await emptySmallDisk(results, SIZE_KB);
  await fillSmallDisk(results, 128);
  const ended = await user.tornwire('run', 'echo/answers', '--repeat', '50', '--jobs', '2');
  expectOneLine(ended, /^tornwire: cannot (write|make) \S+: ENOSPC/);
  const saved = await user.summary();
  expect(saved.cases.length).toBeGreaterThan(0);
  expect(saved.cases.length).toBeLessThan(100);
  expect(saved.counts.passed).toBe(saved.cases.length);
  await expectReadable();
  await emptySmallDisk(results, SIZE_KB);
});

test('on a disk that is full from the start nothing begins, and the earlier run is still the latest', async ({ skip }) => {
  skip(noDisk !== undefined, noDisk);
  const before = await user.summary();
  await fillSmallDisk(results, 0);
  expectOneLine(await user.tornwire('run', 'echo/answers'), /^tornwire: cannot write \S+summary\.json: ENOSPC/);
  expect(await user.summary()).toEqual(before);
  await expectReadable();
  await emptySmallDisk(results, SIZE_KB);
});

test('a disk that is full when the report is written changes neither the verdict nor the exit code, and one line says so', async ({
  skip,
}) => {
  skip(noDisk !== undefined, noDisk);
  // What such a run takes, and how much of that is its report.
  const before = await freeBytesOn(results);
  expect((await user.tornwire('run', 'echo/crashes')).code).toBe(1);
  const taken = before - (await freeBytesOn(results));
  const { size } = await stat(join(results, 'latest', 'report.html'));
  await fillSmallDisk(results, Math.floor((taken - size / 2) / 1_024));
  const { code, out, err } = await user.tornwire('run', 'echo/crashes');
  await emptySmallDisk(results, SIZE_KB);
  expect(out.split('\n').filter((line) => line.startsWith('the report was not written: '))).toEqual([
    expect.stringMatching(/: cannot write \S+report\.html: ENOSPC/),
  ]);
  expect(out).toContain('0 passed, 1 failed');
  expect({ code, err }).toEqual({ code: 1, err: '' });
  const { cases, finished } = await user.summary();
  expect({ verdicts: cases.map(({ verdict }) => verdict), finished }).toEqual({ verdicts: ['fail'], finished: true });
  expect(existsSync(join(results, 'latest', 'report.html'))).toBe(false);
  await expectReadable();
}, 120_000);

test('a results folder that may not be written is named in one line', async ({ skip }) => {
  const why = await freezingUnavailable(user.root);
  skip(why !== undefined, why);
  await mkdir(join(results, 'runs'), { recursive: true });
  await using _frozen = await freeze(join(results, 'runs'), false);
  expectOneLine(await user.tornwire('run', 'echo/answers'), /^tornwire: cannot make \S+: (EPERM|EACCES)/);
});

function expectOneLine({ code, err }: Ended, line: RegExp): void {
  expect(err).toMatch(line);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  expect(code).toBe(3);
}

/** Every summary is whole, and every line of every history is an event. */
async function expectReadable(): Promise<void> {
  const runs = join(results, 'runs');
  const files = await readdir(runs, { recursive: true });
  expect(files.filter((file) => file.includes('.draft'))).toEqual([]);
  for (const file of files.filter((name) => name.endsWith('summary.json')))
    expect((JSON.parse(await readFile(join(runs, file), 'utf8')) as Summary).version).toBe(1);
  for (const file of files.filter((name) => name.endsWith('history.ndjson'))) {
    const text = await readFile(join(runs, file), 'utf8');
    expect(text === '' || text.endsWith('\n')).toBe(true);
    for (const line of text.split('\n').filter(Boolean)) expect(() => JSON.parse(line) as unknown).not.toThrow();
  }
  expect(existsSync(join(results, 'latest', 'summary.json'))).toBe(true);
}
