// The command itself, with one small pair. A busy machine may leave a verdict unknown; it makes none wrong. What all pairs show is too long for a test: `.ci/run` and the nightly do that.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { PairOutcome } from '../../selftest/outcome.ts';
import { programFile } from '../../model/values/program-file.ts';
import { onlyHere } from '../base/only-here.ts';

const MAIN = programFile(import.meta.url, '../../main.ts');

test('a pair is made, run by hand and judged in a folder that is no project', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'tw-self-'));
  try {
    const words = [MAIN, 'selftest', 'backslash-is-eaten-shell', '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd, timeout: 60_000 }).catch(
      ({ stdout: out }: { stdout: string }) => ({ stdout: out }),
    );
    const { pairs } = JSON.parse(stdout) as { pairs: readonly PairOutcome[] };
    expect(pairs).toMatchObject([{ byHand: [{ twin: 'bug' }, { twin: 'clean' }], bug: { of: 1, wrong: 0 }, clean: { of: 1, wrong: 0 } }]);
    expect(existsSync(join(cwd, 'results/selftest/programs/backslash-is-eaten-shell/bug.sh'))).toBe(true);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}, 90_000);

test('a second one in the same folder says so and takes nothing away from the first', async () => {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), 'tw-self-')));
  try {
    const first = join(cwd, 'results/selftest/programs/of-the-first');
    await mkdir(first, { recursive: true });
    await using _first = await onlyHere('selftest', cwd, 'the test itself');
    const asked = promisify(execFile)(process.execPath, [MAIN, 'selftest', 'backslash-is-eaten-shell'], { cwd, timeout: 60_000 });
    await expect(asked).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringContaining('a self-test is running in this folder: wait for its end') as string,
    });
    expect(existsSync(first)).toBe(true);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}, 90_000);

test('a filter that fits no pair is a mistake of usage', async () => {
  const asked = promisify(execFile)(process.execPath, [MAIN, 'selftest', 'child-only-says'.toUpperCase()]);
  await expect(asked).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("no pair matches 'CHILD-ONLY-SAYS'") as string });
});
