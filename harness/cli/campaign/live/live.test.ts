// A run that goes on, with a clock of the test's own: what is told at once, what is told together, and what stands at the bottom.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { liveOn, type Live } from './live.ts';
import { leftMs } from './live-words.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

function watched(isTTY: boolean, planned: readonly string[]): { live: Live; text: () => string; lines: () => string[] } {
  let text = '';
  const stream = { isTTY, columns: 60, write: (more: string) => void (text += more) };
  const live = liveOn(stream, { total: planned.length, jobs: 2, planned, expectedMs: () => undefined });
  return { live, text: () => text, lines: () => text.split('\n').slice(0, -1) };
}
const pass = (name: string) => ({ name, word: 'pass' });

test('where output is no terminal, cases that pass are one line a second at most, and none is lost', () => {
  const { live, lines } = watched(false, ['a', 'b', 'c', 'd', 'e', 'f']);
  for (const name of ['a', 'b', 'c', 'd', 'e']) live.row(pass(name), [`pass ${name}`], true);
  expect(lines()).toEqual(['pass a']);
  vi.advanceTimersByTime(1_000);
  expect(lines()).toEqual(['pass a', 'pass e; just before: pass b, pass c, pass d']);
  live.row(pass('f'), ['pass f'], true);
  live[Symbol.dispose]();
  expect(lines().at(-1)).toBe('pass f');
});

test('a failure is told at once with all its lines, behind what was held back', () => {
  const { live, lines } = watched(false, ['a', 'b', 'c']);
  live.row(pass('a'), ['pass a'], true);
  live.row(pass('b'), ['pass b'], true);
  live.row({ name: 'c', word: 'FAIL' }, ['FAIL c', '      replay: x'], false);
  expect(lines()).toEqual(['pass a', 'pass b', 'FAIL c', '      replay: x']);
  live[Symbol.dispose]();
});

test('what goes on for long is told each half minute, with the time that is left once something is known', () => {
  const { live, lines } = watched(false, ['a', 'b', 'c']);
  live.begun('a');
  vi.advanceTimersByTime(29_000);
  live.ended('a');
  live.row(pass('a'), ['pass a'], true);
  live.begun('b');
  vi.advanceTimersByTime(31_000);
  expect(lines()).toEqual(['pass a', '1/3; running b (30 s); about 15 s left']);
  live[Symbol.dispose]();
});

test('on a terminal the status is the last line, drawn anew, no wider than it, and gone at the end', () => {
  const { live, text } = watched(true, ['a'.repeat(90), 'b']);
  live.begun('a'.repeat(90));
  vi.advanceTimersByTime(1_000);
  expect(text()).toMatch(/^0\/2; running a+/);
  expect(text().length).toBeLessThanOrEqual(59);
  live.say('hello');
  expect(text()).toMatch(/\r\u001b\[2Khello\n0\/2; running a+[^\n]*$/);
  live[Symbol.dispose]();
  expect(text()).toMatch(/\r\u001b\[2K$/);
});

test('the time that is left counts what is running and waiting, shared by the jobs', () => {
  const about = {
    total: 4,
    done: 1,
    failed: 0,
    jobs: 2,
    endedMs: [],
    expectedMs: (name: string) => ({ slow: 10_000, quick: 1_000 })[name],
  };
  const running = [{ name: 'slow', sinceMs: 0 }];
  expect(leftMs({ ...about, running, waiting: ['quick', 'quick'] }, 4_000)).toBe((6_000 + 2_000) / 2);
  expect(leftMs({ ...about, running: [], waiting: ['unknown'] }, 0)).toBeUndefined();
  expect(leftMs({ ...about, running: [], waiting: ['quick', 'unknown'] }, 0)).toBe(1_000);
});
