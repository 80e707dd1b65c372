// `tornwire compare` as a user meets it: cases and runs that were really played.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { userProject, type UserProject } from '../../testing/user-project.double.ts';

let user: UserProject;
let good: string;
let bad: string;

/** The very scenario passes, and hangs once its server is silent. */
beforeAll(async () => {
  user = await userProject();
  await user.tornwire('run', 'echo/answers-in-time');
  good = (await user.summary()).folder;
  const system = join(user.root, 'system.ts');
  await writeFile(system, (await readFile(system, 'utf8')).replace("misbehave = ''", "misbehave = 'silent'"));
  await user.tornwire('run', 'echo/answers-in-time');
  bad = (await user.summary()).folder;
});
afterAll(() => user[Symbol.asyncDispose]());

test('two cases: the answer that did not come is what differed first, exit 1; a case and itself do not differ, exit 0', async () => {
  const [one, other] = [good, bad].map((run) => join(run, 'cases', '0001-echo-answers-in-time'));
  const { code, out, err } = await user.tornwire('compare', one as string, other as string);
  expect(err).toBe('');
  expect(out).toMatch(/^a: .*answers-in-time\n {3}echo\/answers-in-time: pass\nb: .*\n {3}echo\/answers-in-time: fail by hang: /);
  expect(out).toMatch(
    /what differed first:\n {2}client->server, connection 1, downstream\n {4}a: [\d.]+ s, event \d+: line hello\n {4}b: nothing\n/,
  );
  expect(code).toBe(1);
  const same = await user.tornwire('compare', 'answers-in-time', 'latest/cases/0001-echo-answers-in-time', '--json');
  expect(JSON.parse(same.out)).toMatchObject({ version: 1, differences: [], values: [], b: { row: { verdict: 'fail' } } });
  expect(same.code).toBe(0);
});

test('two runs: what is new, its rate, and where it parted from the one that passed, exit 1; what is fixed, exit 0', async () => {
  const worse = await user.tornwire('compare', good, 'latest');
  expect(worse.out).toMatch(
    /new: echo\/answers-in-time \(process\)\necho\/answers-in-time \(process\): failed 0 of 1 then, failed 1 of 1 now\n/,
  );
  expect(worse.out).toContain('client->server, connection 1, downstream');
  expect(worse.code).toBe(1);
  const better = await user.tornwire('compare', 'latest', good);
  expect(better.out).toContain('fixed: echo/answers-in-time (process)');
  expect(better.code).toBe(0);
});

test('what is not there, and a run beside a case, are one line each, exit 2', async () => {
  const absent = await user.tornwire('compare', 'answers', 'nowhere');
  expect([absent.code, absent.err]).toEqual([2, expect.stringMatching(/^tornwire: no case 'nowhere' in the latest run[^\n]*\n$/)]);
  const mixed = await user.tornwire('compare', 'latest', 'answers');
  expect([mixed.code, mixed.err]).toEqual([2, "tornwire: 'latest' is a run, 'answers' is none: compare two runs or two cases\n"]);
});
