// The nightly as a user meets it: fresh seeds within a budget, repros with their rate, and a ledger that survives a kill.
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LedgerCase } from '../../results/ledger.ts';
import { met, userProject, type UserProject } from '../testing/user-project.double.ts';

let user: UserProject;
beforeEach(async () => {
  user = await userProject();
});
afterEach(() => user[Symbol.asyncDispose]());

/** Only processes and our own proxy, so that the test is the same wherever it runs. */
const HERE = { DOCKER_HOST: 'unix:///nonexistent/docker.sock', TORNWIRE_TOXIPROXY: '', PATH: join(process.execPath, '..') };

async function ledger(seed: number): Promise<LedgerCase[]> {
  const text = await readFile(join(user.root, 'results', 'nightly', `${seed}.ndjson`), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as LedgerCase).filter((line) => line.kind === 'case');
}

test('it prints its seed and command first, takes round after round with fresh seeds, and says what the machine lacks', async () => {
  const { code, out } = await user.start(['nightly', 'echo/answers', '--seed', '9', '--budget', '6s', '--jobs', '2'], HERE).ended;
  expect(out.split('\n')[0]).toContain('npx tornwire nightly echo/answers --seed 9 --budget 6s');
  expect(out).toContain('not on the container runtime: ');
  expect(code).toBe(0);
  const cases = await ledger(9);
  const rounds = cases.filter((row) => row.engine === 'own').map((row) => row.round);
  expect(Math.max(...rounds)).toBeGreaterThan(1);
  expect(new Set(cases.map((row) => row.seed)).size).toBe(new Set(rounds).size);
  const { folder } = await user.summary();
  expect(await readdir(join(user.root, folder, 'cases')).catch(() => [])).toEqual([]);
});

const WORKLOAD = `
import { defineWorkload } from 'tornwire';
import { echo } from '../../system.ts';
export default defineWorkload({
  title: 'what is said comes back',
  system: echo(),
  operations: (operation) => ({
    say: operation({ arguments: (any) => ({ line: any.oneOf('a', 'b') }), run: ({ say }, { line }) => say(line) }),
  }),
  recovered: [{ what: 'a line comes back', within: '5s', holds: async ({ say }) => (await say('x')) === 'x' }],
});
`;

test('the last quarter of the budget sweeps the workloads', { timeout: 240_000 }, async () => {
  // The rounds of all others take longer than this budget.
  const echo = join(user.root, 'scenarios', 'echo');
  for (const file of await readdir(echo)) if (!file.startsWith('answers.')) await rm(join(echo, file), { recursive: true });
  await writeFile(join(user.root, 'scenarios', 'echo', 'says.workload.ts'), WORKLOAD);
  const { out } = await user.start(['nightly', '--seed', '13', '--budget', '32s', '--jobs', '2'], HERE).ended;
  expect(out).toMatch(/^echo\/says: what is said comes back$/m);
  // How far it comes is a matter of the machine.
  expect(out).toMatch(/^coverage: \d+ of [1-9]\d* fault points are done|^nothing is swept: [12] of 3 recordings took/m);
  const chosen = await user.start(['nightly', 'echo/answers', '--seed', '14', '--budget', '1s'], HERE).ended;
  expect(chosen.out).not.toContain('coverage:');
});

test('a failing case is saved as a repro with its rate, exit 1', async () => {
  const { code, out } = await user.start(['nightly', 'echo/crashes', '--seed', '9', '--budget', '1ms', '--replays', '2'], HERE).ended;
  expect(code).toBe(4);
  const again = await user.start(['nightly', 'echo/crashes', '--seed', '10', '--budget', '2s', '--replays', '2'], HERE).ended;
  expect(again.code).toBe(1);
  expect(out).toContain('0 failed');
  expect(again.out).toMatch(/FAIL echo\/crashes .* by crash: .* came back 3 of 3 times/);
  const [row] = await ledger(10);
  expect(row?.reproduced).toEqual({ times: 3, of: 3 });
  expect(JSON.parse(await readFile(join(user.root, row?.repro ?? ''), 'utf8'))).toMatchObject({ reproduced: { times: 3, of: 3 } });
});

test('a killed nightly goes on with its ledger: no finished case is lost or taken twice, a torn line is taken again', async () => {
  const words = ['nightly', '@quick', '--seed', '11', '--budget', '30s', '--jobs', '1'];
  const killed = user.start(words, HERE);
  await met('the second round', () => killed.out().includes('round 2: '));
  process.kill(killed.pid, 'SIGKILL');
  await killed.ended;
  const before = await ledger(11);
  await appendFile(join(user.root, 'results', 'nightly', '11.ndjson'), '{"kind":"case","round":');
  const resumed = user.start(words, HERE);
  await met('the fourth round', () => resumed.out().includes('round 4: '));
  process.kill(resumed.pid, 'SIGINT');
  const { code, out } = await resumed.ended;
  expect(code).toBe(130);
  expect(out).toContain(`${before.length} finished case(s) found`);
  const after = await ledger(11);
  expect(after.slice(0, before.length)).toEqual(before);
  const keys = after.map((row) => `${row.round} ${row.runtime} ${row.engine} ${row.scenario}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test('a nightly whose budget is used up has nothing to go on with and says its end again', async () => {
  const words = ['nightly', 'echo/answers', '--seed', '12', '--budget', '1500ms'];
  await user.start(words, HERE).ended;
  const before = await ledger(12);
  const { code, out } = await user.start(words, HERE).ended;
  expect(code).toBe(0);
  expect(out).toContain(`nightly: ${before.filter((row) => row.verdict === 'pass').length} passed`);
  expect(await ledger(12)).toEqual(before);
});

test('two nightlies of one seed at once: the second is refused in one line, exit 3', async () => {
  const words = ['nightly', 'echo/waits-long', '--seed', '14', '--budget', '60s'];
  const first = user.start(words, HERE);
  await met('the first case', async () => (await user.serversAlive()).length > 0);
  const second = await user.start(words, HERE).ended;
  expect([second.code, second.err.trim().split('\n').length]).toEqual([3, 1]);
  expect(second.err).toContain('a nightly of seed 14 is running here');
  process.kill(first.pid, 'SIGINT');
  expect((await first.ended).code).toBe(130);
});

test('a file that is no ledger is refused in one line, exit 3, and a budget that is no time is usage, exit 2', async () => {
  await user.start(['nightly', 'echo/answers', '--seed', '13', '--budget', '1ms'], HERE).ended;
  await writeFile(join(user.root, 'results', 'nightly', '13.ndjson'), 'nonsense\n');
  const broken = await user.start(['nightly', 'echo/answers', '--seed', '13'], HERE).ended;
  expect([broken.code, broken.err]).toEqual([3, expect.stringContaining('13.ndjson:1 is no line of a ledger')]);
  const soon = await user.tornwire('nightly', '--budget', 'soon');
  expect([soon.code, soon.err]).toEqual([2, expect.stringContaining('90s, 30min or 8h')]);
  const longer = await user.tornwire('nightly', '--budget', '8761h');
  expect([longer.code, longer.err]).toEqual([2, expect.stringContaining('at most a year')]);
});
