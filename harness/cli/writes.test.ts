// What a run of the smallest project writes, and that the watch itself sees what is written elsewhere.
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changedBetween, describeWrites, watchedFolders, writtenIn } from './testing/watched-run.contract.ts';

const make = (project: string): Promise<void> => cp(join(import.meta.dirname, 'testing/test-project'), project, { recursive: true });

describe('a project of its own', () => {
  describeWrites({
    make,
    runs: [
      { words: ['run', 'echo/answers'], code: 0 },
      { words: ['run', 'echo/crashes'], code: 1 },
    ],
  });

  test('what a run writes elsewhere is named: a new file, a changed one, and one that was there only for a while', async () => {
    await using watched = await watchedFolders(async (project) => {
      await make(project);
      await writeFile(join(project, 'scenarios', 'echo', 'wanders.scenario.ts'), WANDERS);
    });
    const before = watched.tree();
    await watched.run([process.execPath, join(import.meta.dirname, '../main.ts'), 'run', 'echo/wanders', '--isolation', 'addresses'], 0);
    expect(changedBetween(before, watched.tree())).toEqual([
      '/home/.wanders appeared',
      '/home changed',
      '/xdg/cache changed',
      '/xdg/config/there-before changed',
    ]);
  }, 90_000);
});

test('a written path is found in a trace, whatever call wrote it', () => {
  const calls = [
    '7 openat(AT_FDCWD</place>, "read-only", O_RDONLY|O_CLOEXEC) = 3</place/read-only>',
    '7 openat(AT_FDCWD</place>, "made", O_WRONLY|O_CREAT|O_CLOEXEC, 0666) = 3</place/made>',
    '7 openat(AT_FDCWD</place>, "/refused", O_WRONLY|O_CREAT, 0666) = -1 EACCES (Permission denied)',
    '8 mkdir("/absolute", 0777) = 0',
    '8 renameat2(AT_FDCWD</place>, "made", AT_FDCWD</place>, "moved", 0) = 0',
    '8 symlinkat("/only/a/text", AT_FDCWD</place>, "link") = 0',
    '8 unlink("/gone") = 0',
    '8 ftruncate(4</place/cut>, 0) = 0',
    '9 statx(AT_FDCWD</place>, "seen", 0, STATX_ALL, {stx_mask=0}) = 0',
  ];
  expect(writtenIn(calls.join('\n'))).toEqual(['/absolute', '/gone', '/place/cut', '/place/link', '/place/made', '/place/moved']);
});

const WANDERS = `
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineScenario, latency } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a script that writes where it may not',
  expectation: 'the watch sees it',
  system: echo(),
  schedule: [latency('client->server', { delay: '50ms' })],
  async script({ say }) {
    await say('hello');
    writeFileSync(join(process.env.HOME, '.wanders'), 'here');
    appendFileSync(join(process.env.XDG_CONFIG_HOME, 'there-before'), 'and here');
    writeFileSync(join(process.env.XDG_CACHE_HOME, 'for-a-while'), 'and there');
    rmSync(join(process.env.XDG_CACHE_HOME, 'for-a-while'));
  },
});
`;
