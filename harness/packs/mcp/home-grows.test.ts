// A server that keeps files in HOME, over stdio: those of the last sessions are its own affair, and those of every session fill a disk.
import { expect, test } from 'vitest';
import { checked, WITHIN_MS } from '../testing/checked.ts';

test.concurrent(
  'files of each session are named with their folder, and are a habit that is not kept',
  async () => {
    const { said, outcomes, code } = await checked('mcp', 'keeps.mjs', ['keeps-all'], ['--only', 'home-grows', 'sixteen-sessions']);
    expect(said['home-grows']).toMatch(
      /^HABIT GROWS {2}your server left files of each session in \$HOME\/\.keeps\/sessions: (\d+) more after \1 sessions\.$/,
    );
    expect(outcomes).toEqual({ 'home-grows': 'habit', 'sixteen-sessions': 'holds' });
    expect(code).toBe(0);
  },
  WITHIN_MS,
);

test.concurrent(
  'files of the last three sessions hold, and a HOME of its user is not looked at',
  async () => {
    const { outcomes } = await checked('mcp', 'keeps.mjs', [], ['--only', 'home-grows']);
    expect(outcomes['home-grows']).toBe('holds');
    const own = await checked('mcp', 'keeps.mjs', ['keeps-all'], ['--env', 'HOME=/tmp', '--only', 'home-grows']);
    expect(own.said['home-grows']).toMatch(/^NOT APPLICABLE .*: its HOME is one of yours$/);
  },
  WITHIN_MS,
);
