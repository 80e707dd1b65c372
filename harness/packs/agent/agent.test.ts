// The pack on a tiny agent that does everything well, and on the same one with planted mistakes, each named by its check.
import { expect, test } from 'vitest';
import { checked, WITHIN_MS } from '../testing/checked.ts';

const MODEL = ['--model', 'openai', '--prompt', 'say hi'];

test.concurrent(
  'an agent that does everything well holds in every check',
  async () => {
    const { total, said, code } = await checked('agent', 'agent.mjs', [], MODEL);
    expect(Object.values(said).filter((line) => !line.startsWith('HOLDS'))).toEqual([]);
    expect(total).toBe('13 checks: 13 hold, 0 broken, 0 not proved');
    expect(code).toBe(0);
  },
  WITHIN_MS,
);

test.concurrent(
  'each planted mistake is named by its check',
  async () => {
    const mistakes = ['banner', 'exits-before-written', 'believes-half', 'needs-git', 'dies-of-epipe', 'leaves-a-tool', 'deaf'];
    const checks = ['handshake', 'stdout-unread', 'model-cut', 'no-tools', 'stdout-closed', 'parent-killed', 'term-idle', 'prompt-never'];
    const { said, outcomes, code } = await checked(
      'agent',
      'agent.mjs',
      [...mistakes, 'waits-without-prompt'],
      [...MODEL, '--only', ...checks],
    );
    expect(said['handshake']).toBe('PROTOCOL your agent printed a line on stdout that is no JSON value: "Welcome!", after a task.');
    expect(said['stdout-unread']).toMatch(/^CUT LINE your agent ended in the middle of a line: /);
    expect(said['model-cut']).toMatch(/^HALF ANSWER your agent ended with exit code 0, and neither/);
    expect(said['no-tools']).toMatch(/^CRASH exit code 1, Error: git is not there after a start with few programs on its PATH/);
    expect(said['stdout-closed']).toMatch(/^HABIT CRASH +exit code 1, Error: write EPIPE after its stdout was closed/);
    expect(outcomes['stdout-closed']).toBe('habit');
    expect(said['parent-killed']).toMatch(/^ORPHAN a process of your agent is left \(1: \/bin\/sleep 60\) after its parent was killed/);
    expect(said['term-idle']).toMatch(
      /^(DEAF your agent lived 6 s|ORPHAN a process of your agent is left \(1: node .*agent\.mjs\)) after SIGTERM/,
    );
    expect(said['prompt-never']).toMatch(/^ORPHAN /);
    expect(code).toBe(1);
  },
  WITHIN_MS,
);

test.concurrent(
  'a program that prints no JSON lines is told so in one line',
  async () => {
    const { err, code } = await checked('agent', 'no-such-file.mjs', [], ['--only', 'handshake']);
    expect(err).toMatch(/does not do its task: exit code 1; it said: /);
    expect(code).toBe(2);
  },
  WITHIN_MS,
);
