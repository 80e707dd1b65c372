// What becomes of workers and of what they have started, whoever dies, and of a fault proxy that dies before its case begins.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { met, userProject, type UserProject } from '../testing/user-project.double.ts';

const WITHIN_MS = 120_000;
let user: UserProject;
beforeEach(async () => {
  user = await userProject();
});
afterEach(() => user[Symbol.asyncDispose]());

const LOOPS = `
import answers from './answers.scenario.ts';
import { writeFileSync } from 'node:fs';
export default {
  ...answers,
  title: 'a script in an endless loop',
  async script({ say }) {
    await say('hello');
    writeFileSync('looping', '');
    for (;;);
  },
};
`;

describe('nothing is left', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('after %s, exit 130', async (signal) => {
    const run = user.start(['run', 'waits-long']);
    await met('the server', async () => (await user.serversAlive()).length > 0);
    process.kill(run.pid, signal);
    expect((await run.ended).code).toBe(130);
    expect(await user.alive()).toEqual([]);
    expect(await user.summary()).toMatchObject({
      interrupted: true,
      finished: false,
      planned: 1,
      pending: [{ scenario: 'echo/waits-long' }],
    });
  });

  test('after the process that counts was killed: its workers clean up by themselves', async () => {
    const tmp = join(user.root, 't');
    await mkdir(tmp);
    const run = user.start(['run', 'waits-long'], { TMPDIR: tmp });
    await met('the server', async () => (await user.serversAlive()).length > 0);
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    await met('the end of all', async () => (await user.alive()).length === 0);
    const base = join(tmp, `tornwire-${process.getuid?.() ?? 0}`);
    expect(await readdir(base)).toEqual(['compile-cache']);
  });

  test(
    'after the process that counts was killed while a worker is in an endless loop',
    async () => {
      await writeFile(join(user.root, 'scenarios', 'echo', 'loops.scenario.ts'), LOOPS);
      const run = user.start(['run', 'echo/loops']);
      await met('the loop', async () => (await readdir(user.root)).includes('looping'));
      process.kill(run.pid, 'SIGKILL');
      await run.ended;
      await met('the end of the worker', async () => (await user.alive()).every((line) => !line.includes('worker/main')), 60_000);
      expect((await user.tornwire('clean')).code).toBe(0);
      expect(await user.alive()).toEqual([]);
    },
    WITHIN_MS,
  );
});

test('a worker that somebody kills is one row, and the next case has another one', async () => {
  const run = user.start(['run', 'echo/waits-long', '--repeat', '2', '--jobs', '1', '--seed', '1']);
  const killed: number[] = [];
  for (const row of ['1/2 ', '2/2 ']) {
    await met('its server', async () => (await user.serversAlive()).length > 0, 60_000);
    const workers = await user.workers();
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    killed.push(...workers);
    await met('its row', async () => run.out().includes(row), 60_000);
  }
  const { code } = await run.ended;
  expect(code).toBe(3);
  expect(new Set(killed).size).toBe(2);
  const lost = { scenario: 'echo/waits-long', verdict: 'unknown', reason: expect.stringMatching(/^harness: .*ended by SIGKILL/) };
  expect((await user.summary()).cases).toMatchObject([lost, lost]);
  expect(await user.alive()).toEqual([]);
}, 150_000);

describe('a fault proxy', () => {
  test.each([
    ['dies before it listens', 'process.exit(7);', /^injector: .*ended with code 7 before it was listening/],
    ['dies while it is set up', 'process.stdout.write = (text) => write(text, () => process.exit(7));', /^injector: /],
    [
      'freezes while it is set up',
      "process.stdout.write = (text) => { write(text); process.kill(process.pid, 'SIGSTOP'); };",
      /^injector: .*gave no answer/,
    ],
  ])(
    'that %s is one row, and the next case is judged',
    async (_what, does, reason) => {
      await using hooked = await firstProxy(user, does);
      const { code } = await user.start(['run', 'echo/answers', '--repeat', '2', '--jobs', '1'], hooked.env).ended;
      const rows = (await user.summary()).cases.filter((row) => row.scenario === 'echo/answers');
      expect(rows.map((row) => row.verdict)).toEqual(['unknown', 'pass']);
      expect(rows[0]?.reason).toMatch(reason);
      expect(rows[0]?.durationMs).toBeLessThan(15_000);
      expect(code).toBe(3);
      expect(await user.alive()).toEqual([]);
    },
    WITHIN_MS,
  );
});

/** Code that the first fault proxy of a run runs when it starts, and no later one. */
async function firstProxy({ root }: UserProject, does: string): Promise<AsyncDisposable & { env: NodeJS.ProcessEnv }> {
  const hook = join(root, 'hook.mjs');
  await writeFile(
    hook,
    `import { mkdirSync } from 'node:fs';
     const isFirst = () => { try { mkdirSync(${JSON.stringify(join(root, 'first'))}); return true; } catch { return false; } };
     const write = process.stdout.write.bind(process.stdout);
     if (/proxy\\/serve\\.[tj]s$/.test(process.argv[1] ?? '') && isFirst()) { ${does} }`,
  );
  return { env: { NODE_OPTIONS: `--import ${hook}` }, [Symbol.asyncDispose]: () => rm(hook) };
}
