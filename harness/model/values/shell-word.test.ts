import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from './shell-word.ts';

test.each(['links/cut', 'two words', "it's", '$(touch x)', '`x`', 'a;b', 'a\nb', '', '*', '"', '\\', '#x', '!', '~'])(
  'a shell reads %j back as it was',
  (text) => {
    const read = execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' });
    expect(read).toBe(text);
  },
);

test('what needs no quotes has none', () => {
  expect(shellWord('results/repros/links-cut-f00d.json')).toBe('results/repros/links-cut-f00d.json');
});
