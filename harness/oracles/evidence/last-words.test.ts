import { expect, test } from 'vitest';
import { lastWords } from './last-words.ts';

const frames = (count: number): string[] => Array.from({ length: count }, (_, n) => `    at step${n} (file:///app/main.js:${n}:1)`);
const chatter = (count: number): string[] => Array.from({ length: count }, (_, n) => `served request ${n}`);

test('Node: the error stands above its stack, however long that is', () => {
  const lines = [
    ...chatter(5),
    '/app/main.js:3',
    "    throw new Error('boom');",
    '    ^',
    'Error: boom',
    ...frames(30),
    'Node.js v24.21.0',
  ];
  const { error, quoted } = lastWords(lines, 12);
  expect(error).toBe('Error: boom');
  expect(quoted).toHaveLength(12);
  expect(quoted.map((index) => lines[index]).slice(0, 6)).toEqual([...lines.slice(5, 9), ...frames(2)]);
  expect(lines[quoted.at(-1) as number]).toBe('Node.js v24.21.0');
});

test('Python: the error stands below its stack, and the last of two is the one', () => {
  const traceback = Array.from({ length: 40 }, (_, n) => `  File "/app/main.py", line ${n}, in step`);
  const lines = ['Traceback (most recent call last):', 'KeyError: 1', ...traceback, 'requests.exceptions.ConnectionError: refused'];
  const { error, quoted } = lastWords(lines, 12);
  expect(error).toBe('requests.exceptions.ConnectionError: refused');
  expect(quoted.at(-1)).toBe(lines.length - 1);
});

test.each([
  [
    'Go',
    ['panic: send on closed channel', 'goroutine 1 [running]:', 'main.main()', '\t/app/main.go:5 +0x1d'],
    'panic: send on closed channel',
  ],
  ['Rust', ["thread 'main' panicked at src/main.rs:2:5:", 'boom'], "thread 'main' panicked at src/main.rs:2:5:"],
  [
    'C++',
    ["terminate called after throwing an instance of 'std::runtime_error'", '  what():  boom'],
    "terminate called after throwing an instance of 'std::runtime_error'",
  ],
  ['a cause inside of it', ['Error: outer', ...frames(2), '  [cause]: Error: inner', ...frames(2)], 'Error: outer'],
  [
    'errors inside of it',
    ['AggregateError [ECONNREFUSED]: ', ...frames(1), '  [errors]: [', '    Error: connect ECONNREFUSED ::1:1'],
    'AggregateError [ECONNREFUSED]:',
  ],
  ['an error without a message', ['ValueError'], 'ValueError'],
  ['an error of any name', ['a word', 'Refusal: it may not', ...frames(14)], 'Refusal: it may not'],
])('%s has its own way', (_what, lines, error) => {
  expect(lastWords(lines, 12).error).toBe(error);
});

test('an error that was handled long ago does not count where a later one is the end', () => {
  expect(lastWords(['Error: handled', ...chatter(30), 'TypeError: the end', ...frames(20)], 12).error).toBe('TypeError: the end');
});

test('who says nothing of an error is quoted to the end', () => {
  expect(lastWords(chatter(20), 3)).toEqual({ quoted: [17, 18, 19] });
  expect(lastWords([], 3)).toEqual({ quoted: [] });
});
