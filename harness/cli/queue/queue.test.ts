// A sweep whose cases wait in a real PostgreSQL, and workers as a user starts them. Skipped, and said so, where there is none.
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { met, type Started, userProject, type UserProject } from '../testing/user-project.double.ts';
import { noPostgres, privatePostgres } from './testing/private-postgres.ts';

const missing = noPostgres();
const CASES = 8;
const SWEEP = ['sweep', 'clean', '--depth', '1', '--cases', String(CASES), '--budget', '5min'] as const;

/** How far a sweep is stands on stderr every ten seconds. */
const butProgress = (err: string): string => err.replaceAll(/^\d+ cases, none failed, .* of 5 min\n/gm, '');

test.skipIf(missing === undefined)(`sweeps on several machines were not tried here: ${missing}`, () => {});

/** What the ledger says of each case, in order. */
async function judgedIn(project: UserProject, seed: number): Promise<{ key: string; outcome: string }[]> {
  const text = await readFile(join(project.root, 'results', 'sweeps', `clean-${seed}`, 'ledger.ndjson'), 'utf8').catch(() => '');
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as { kind: string; key: string; outcome: string }).filter(({ kind }) => kind === 'case');
}

const playsIn = async (project: UserProject, { pid }: Started): Promise<boolean> =>
  (await readdir(join(project.root, 'results', 'worker', String(pid))).catch(() => [])).length > 0;

/** How many cases it says that it has played. */
const playedBy = (out: string): number => Number(/^(\d+) case\(s\) played$/m.exec(out)?.[1]);

async function everythingBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1'));
  return (await Promise.all(files)).join('\n');
}

test.skipIf(missing !== undefined)(
  'of three workers one is killed: each case has one result; other sources take none; the password is nowhere',
  { timeout: 600_000 },
  async () => {
    await using postgres = await privatePostgres();
    await using project = await userProject('sweep-project');
    await using other = await userProject('sweep-project');
    await appendFile(join(other.root, 'program', 'store.mjs'), '// Changed.\n');
    const work = (where: UserProject): Started => where.start(['worker', '--queue', postgres.url, '--jobs', '1']);
    const [killed, ...kept] = [work(project), work(project), work(project)] as const;
    const stranger = work(other);
    const sweeping = project.start([...SWEEP, '--seed', '2', '--lost-after', '10s', '--queue', postgres.url]);
    await met('a case that the first worker plays', () => playsIn(project, killed), 150_000);
    const titles = await Promise.all([sweeping, killed].map(({ pid }) => readFile(`/proc/${pid}/cmdline`, 'utf8')));
    process.kill(killed.pid, 'SIGKILL');
    const swept = await sweeping.ended;
    // How far it is stands there every ten seconds.
    expect({ code: swept.code, err: swept.err.replaceAll(/^\d+ cases, none failed, \d+ s of 5 min\n/gm, '') }).toEqual({
      code: 0,
      err: '',
    });
    const judged = await judgedIn(project, 2);
    expect([judged.length, new Set(judged.map(({ key }) => key)).size]).toEqual([CASES, CASES]);
    expect(judged.filter(({ outcome }) => outcome === 'unclear')).toEqual([]);
    for (const { pid } of [...kept, stranger]) process.kill(pid, 'SIGTERM');
    const ended = await Promise.all([...kept, stranger].map((each) => each.ended));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    const [first = Number.NaN, second = Number.NaN, strangers] = ended.map(({ out }) => playedBy(out));
    expect(strangers).toBe(0);
    expect(ended[2]?.out).toMatch(/cases of 'clean' are refused: the sources there \(\w{16}\) are not those here.*\[TW-QUEUE\]/);
    expect(Math.min(first, second)).toBeGreaterThan(0);
    // The killed one may have finished some before.
    expect(first + second).toBeLessThanOrEqual(CASES);
    const said = [swept, await killed.ended, ...ended].flatMap(({ out, err }) => [out, err]).join('\n');
    for (const text of [...titles, said, await everythingBelow(join(project.root, 'results'))])
      expect(text).not.toContain(postgres.password);
    expect(titles.join()).toContain('tornwire sweep --queue');
    await project.tornwire('clean');
    expect([await project.alive(), await other.alive()]).toEqual([[], []]);
  },
);

test.skipIf(missing !== undefined)(
  'PostgreSQL goes away and comes back, then the coordinator is killed and goes on: no case is lost, and none is played twice',
  { timeout: 600_000 },
  async () => {
    await using postgres = await privatePostgres();
    await using project = await userProject('sweep-project');
    const words = [...SWEEP, '--seed', '3', '--lost-after', '120s', '--queue', postgres.url];
    const workers = [1, 2].map(() => project.start(['worker', '--queue', postgres.url, '--jobs', '1']));
    const sweeping = project.start(words);
    const playing = async (): Promise<Started | undefined> => {
      for (const worker of workers) if (await playsIn(project, worker)) return worker;
      return undefined;
    };
    await met('a case that is played', playing, 150_000);
    const busy = (await playing()) ?? workers[0];
    await postgres.stop();
    // It has finished its case, and could not say so.
    await met('a worker that has a result and no queue', () => /does not answer: .*; it is waited for/.test(busy?.out() ?? ''), 60_000);
    expect(busy?.out()).not.toContain('is back');
    await met('a coordinator without queue', () => /does not answer/.test(sweeping.out()));
    await postgres.start();
    await met('three results', async () => (await judgedIn(project, 3)).length >= 3, 60_000);
    expect([sweeping.out(), busy?.out()].map((out) => out?.includes('the queue is back'))).toEqual([true, true]);
    process.kill(sweeping.pid, 'SIGKILL');
    await sweeping.ended;
    const before = (await judgedIn(project, 3)).length;
    const went = await project.start(words).ended;
    expect({ code: went.code, err: butProgress(went.err) }).toEqual({ code: 0, err: '' });
    const judged = await judgedIn(project, 3);
    expect(before).toBeLessThan(CASES);
    expect([judged.length, new Set(judged.map(({ key }) => key)).size]).toEqual([CASES, CASES]);
    for (const { pid } of workers) process.kill(pid, 'SIGTERM');
    const ended = await Promise.all(workers.map((each) => each.ended));
    expect(ended.map(({ code, err }) => [code, err.includes('no further case is taken')])).toEqual([
      [0, true],
      [0, true],
    ]);
    expect(ended.reduce((sum, { out }) => sum + playedBy(out), 0)).toBe(CASES);
    expect(await project.alive()).toEqual([]);
  },
);

test.skipIf(missing !== undefined)('a wrong password is one line without it, and exit code 3', { timeout: 60_000 }, async () => {
  await using postgres = await privatePostgres();
  await using project = await userProject('sweep-project');
  const url = postgres.url.replace(postgres.password, 'guessed-and-wrong');
  const { code, err } = await project.start(['worker'], { TORNWIRE_QUEUE: url }).ended;
  expect([code, err]).toEqual([
    3,
    `tornwire: the queue ${url.replace(':guessed-and-wrong', '')} cannot be used: password authentication failed for user "sweeper" [TW-QUEUE]\n`,
  ]);
});

test.skipIf(missing !== undefined)('a password that is not in the URL comes from PGPASSWORD', { timeout: 60_000 }, async () => {
  await using postgres = await privatePostgres();
  await using project = await userProject('sweep-project');
  const url = postgres.url.replace(`:${postgres.password}`, '');
  const given = { PGPASSWORD: postgres.password };
  const { code, out, err } = await project.start(['worker', '--queue', url, '--idle-exit', '1s'], given).ended;
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain(`takes cases of `);
  expect(out).toContain('0 case(s) played');
  expect(`${out}${await everythingBelow(project.root)}`).not.toContain(postgres.password);
});

const NOWHERE = 'postgres://me:pass-word@127.0.0.1:1/none';

test.each([
  ['sweep', 'http://me:pass-word@host/none', 2, 'tornwire: --queue is no URL of PostgreSQL: postgres://user@host:5432/database\n'],
  ['sweep', NOWHERE, 3, 'tornwire: the queue postgres://me@127.0.0.1:1/none cannot be used: connect ECONNREFUSED 127.0.0.1:1 [TW-QUEUE]\n'],
  [
    'worker',
    NOWHERE,
    3,
    'tornwire: the queue postgres://me@127.0.0.1:1/none cannot be used: connect ECONNREFUSED 127.0.0.1:1 [TW-QUEUE]\n',
  ],
])('%s --queue %s ends with code %i and one line', { timeout: 60_000 }, async (command, url, code, err) => {
  await using project = await userProject('sweep-project');
  const ended = await project.tornwire(command, '--queue', url);
  expect([ended.code, ended.err]).toEqual([code, err]);
});

test('without pg-boss the line that installs it is named', { timeout: 60_000 }, async () => {
  await using project = await userProject('sweep-project');
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ resolve: (name, about, next) => next(name === 'pg-boss' ? 'pg-boss-that-is-not-there' : name, about) });`;
  const without = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
  const { code, err } = await project.start(['worker', '--queue', NOWHERE], without).ended;
  expect([code, err]).toEqual([
    3,
    'tornwire: pg-boss, which keeps the queue in PostgreSQL, is not installed: npm install --save-dev pg-boss@12 [TW-QUEUE]\n',
  ]);
});
