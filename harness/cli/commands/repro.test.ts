// `tornwire repro` as a user meets it: only replays that were judged count, and a file that names what is not here makes nothing.
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Repro } from '../../model/repro.ts';
import { cut } from '../../model/faults/steps.ts';
import type { Replays } from '../../results/replays.ts';
import type { Summary } from '../../results/summary.ts';
import { userProject, type Ended, type UserProject } from '../testing/user-project.double.ts';

const PS_FIRST: Repro['case']['schedule'][number] = {
  id: 'ps',
  on: 'node',
  armAt: 'start',
  mustFire: 0,
  fault: { kind: 'environment', node: 'server', first: { ps: '#!/bin/sh\ntouch ran' } },
};

let user: UserProject;
let saved: Repro;

beforeAll(async () => {
  user = await userProject();
  const { out } = await user.tornwire('run', 'echo/hangs');
  saved = JSON.parse(await readFile(join(user.root, /npx tornwire repro (\S+)/.exec(out)?.[1] ?? ''), 'utf8')) as Repro;
});
afterAll(() => user[Symbol.asyncDispose]());

test('what came back is counted among the replays that were judged', async () => {
  const { code, out } = await replayed({}, '--times', '2', '--json');
  expect((JSON.parse(out) as Summary & { reproduced: Replays }).reproduced).toEqual({
    times: 2,
    judged: 2,
    of: 2,
    notJudged: [],
    cleanNeeded: 13,
  });
  expect(code).toBe(1);
});

test('replays whose fault never fires are not told as "not reproduced"', async () => {
  const never = onLink('client->server', { connection: 99 });
  const { code, out } = await replayed({ scenario: 'echo/misses-its-fault', schedule: [never] }, '--times', '2');
  expect(out).toContain('could not tell: 0 of 2 replays were judged (2 times vacuous: ');
  expect(out).not.toContain('the same as then');
  expect(code).toBe(4);
});

test('a failure that is gone is told as 0 of n judged, exit 0', async () => {
  const { code, out } = await replayed({ scenario: 'echo/answers-in-time', schedule: [] });
  expect(out).toContain('reproduced 0 of 1 judged');
  // It failed once of once, which may be one of five: 0.7935^12 is above 5 %, 0.7935^13 is not.
  expect(out).toContain(
    'fixed with 95 % confidence after 13 clean replays (when it was saved it came back 1 of 1 times): 12 more are needed, or all at once: npx tornwire repro',
  );
  expect(out).toContain('changed.json --times 13\n');
  expect(code).toBe(0);
});

test.each<[string, Partial<Repro['case']>, string]>([
  ['a defect that leads to another folder', { defect: 'x/../../../../outside' }, 'case.defect: it becomes a part of a path'],
  ['a defect that is not here', { defect: 'E9' }, "no defect 'E9'; did you mean 'E1'?"],
  ['a scenario that is not here', { scenario: 'echo/nowhere' }, "'echo/nowhere', which is not here"],
  ['a link that is not here', { schedule: [onLink('client->sever')] }, "no link 'client->sever'"],
  [
    'a program that its scenario does not run',
    { schedule: [PS_FIRST] },
    'first":{"ps":"#!/bin/sh\\ntouch ran"}}. If you want that run, say --trust',
  ],
])('%s is refused in one line, exit 2, and nothing is made', async (_what, more, line) => {
  const before = await tree();
  const { code, err } = await replayed(more);
  expect(err).toContain(line);
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
  expect(await tree()).toEqual(before);
  expect(existsSync(join(user.root, '..', 'outside'))).toBe(false);
});

test('what a file does that its scenario does not is run where that is wanted', async () => {
  const { code, out } = await replayed({ scenario: 'echo/answers-in-time', schedule: [PS_FIRST] }, '--trust');
  expect(out).toContain('reproduced 0 of 1 judged');
  expect(code).toBe(0);
});

function onLink(link: string, more: { connection?: number } = {}): Repro['case']['schedule'][number] {
  return JSON.parse(JSON.stringify(cut(link, { how: 'fin', atByte: 1, ...more }))) as Repro['case']['schedule'][number];
}

async function replayed(more: Partial<Repro['case']>, ...words: readonly string[]): Promise<Ended> {
  const file = join(user.root, 'changed.json');
  await writeFile(file, JSON.stringify({ ...saved, case: { ...saved.case, ...more } }));
  return user.tornwire('repro', file, ...words);
}

async function tree(): Promise<string[]> {
  const entries = await readdir(user.root, { recursive: true });
  return entries.filter((entry) => !entry.includes('node_modules') && entry !== 'changed.json').sort();
}
