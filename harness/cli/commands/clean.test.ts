// `tornwire clean` as a user meets it: what killed runs left goes, what cannot go is named, and a run goes on.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { userProject, type Ended, type UserProject } from '../testing/user-project.double.ts';

/** Above the largest number that a process can have (proc_sys_kernel(5), pid_max). */
const NOBODY = 4_194_305;
let user: UserProject;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  user = await userProject();
  env = { TMPDIR: await mkdtemp(join(tmpdir(), 'tw-clean-')) };
});
afterAll(async () => {
  await user[Symbol.asyncDispose]();
  await rm(env['TMPDIR'] ?? '', { recursive: true, force: true });
});

const tornwire = (...words: readonly string[]): Promise<Ended> => user.start(words, env).ended;

test('copies of patched code of dead runs go; those of a living run, histories and what a link leads to stay', async () => {
  const living = spawn('sleep', ['60'], { stdio: 'ignore' });
  try {
    const outside = await made('elsewhere/source');
    const dead = await made(`results/runs/2026-01-01-${NOBODY}/cases/0001-a/source`);
    const replay = await made(`results/runs/2026-01-01-${NOBODY}/cases/0001-a/replay-1/source`);
    const kept = await made(`results/runs/2026-01-02-${living.pid}/cases/0001-a/source`);
    await symlink(join(user.root, 'elsewhere'), join(user.root, `results/runs/2026-01-01-${NOBODY}/cases/linked`));
    await symlink(outside, join(dead, 'node_modules'));
    const { code, out } = await tornwire('clean', '--json');
    expect(JSON.parse(out)).toEqual({ version: 1, runs: [], clocks: [], sources: expect.arrayContaining([dead, replay]) });
    expect([dead, replay, kept, outside, join(outside, 'x.ts')].map((path) => existsSync(path))).toEqual([false, false, true, true, true]);
    expect(existsSync(join(dead, '..', 'x.ts'))).toBe(true);
    expect(code).toBe(0);
  } finally {
    living.kill('SIGKILL');
    await rm(join(user.root, 'results'), { recursive: true, force: true });
  }
});

test('an owner file that is no JSON is one line with a cure, and runs go on beside it', async () => {
  const folder = join(env['TMPDIR'] ?? '', `tornwire-${process.getuid?.()}`, 'broken');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'owner.json'), 'nonsense\n');
  const cleaned = await tornwire('clean');
  expect(cleaned.out).toBe(
    `run broken is not cleaned up yet: ${folder}/owner.json does not say whose folder it is: remove ${folder} when no tornwire runs that could have made it\n`,
  );
  expect(cleaned.code).toBe(3);
  const ran = await tornwire('run', 'echo/answers');
  expect(ran.out).toContain('run broken is not cleaned up yet');
  expect(ran.code).toBe(0);
  await rm(folder, { recursive: true });
  expect(await tornwire('clean')).toMatchObject({ code: 0, out: 'nothing was left behind\n' });
});

async function made(path: string): Promise<string> {
  const folder = join(user.root, path);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'x.ts'), '');
  await writeFile(join(folder, '..', 'x.ts'), '');
  return folder;
}
