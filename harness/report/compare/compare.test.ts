// Two histories by hand, held against each other: what is chance in them is no difference, and what is none is found first.
import { expect, test } from 'vitest';
import type { Event, EventBody } from '../../model/judging/history.ts';
import { compareCases } from './cases.ts';
import { caseComparisonText } from './text.ts';

/** One event a millisecond. */
function history(...bodies: readonly EventBody[]): Event[] {
  return bodies.map((body, index) => ({ seq: index + 1, atMs: index, wallMs: 0, ...body }));
}

const DRIVE: EventBody = { kind: 'phase', phase: 'drive', state: 'began' };
const STOP: EventBody = { kind: 'phase', phase: 'stop', state: 'began' };

function frame(direction: 'upstream' | 'downstream', payload: string, more: { connection?: number; type?: string } = {}): EventBody {
  return { kind: 'frame', link: 'a->b', connection: 1, index: 1, type: 'text', offset: 0, direction, payload, ...more };
}
const poll = (connection: number, answer: string): EventBody[] => [
  frame('upstream', 'GET /state', { connection }),
  frame('downstream', answer, { connection }),
];

test('ids, ports, times and numbers are no difference, and are told apart from one', () => {
  const one = history(DRIVE, frame('upstream', '{"id":1,"port":4711}'), { kind: 'node', node: 'b', state: 'ready', pid: 17 });
  const other = history(DRIVE, frame('upstream', '{"id":2,"port":4712}'), { kind: 'node', node: 'b', state: 'ready', pid: 18 });
  const { differences, values } = compareCases(one, other);
  expect(differences).toEqual([]);
  expect(values).toMatchObject([{ where: 'a->b, connection 1, upstream', a: { text: 'text {"id":1,"port":4711}' } }]);
});

test('what differed first comes first, with the frame of each side and how many were the same before it', () => {
  const good = history(DRIVE, frame('upstream', 'hi'), frame('downstream', 'ok'), frame('downstream', 'done'));
  const bad = history(DRIVE, frame('upstream', 'hi'), frame('downstream', 'ok'), {
    kind: 'node',
    node: 'b',
    state: 'exited',
    code: 1,
    signal: null,
    asked: false,
  });
  const compared = compareCases(good, bad);
  expect(compared.differences.map(({ where }) => where)).toEqual(['a->b, connection 1, downstream', 'node b']);
  expect(compared.differences[0]).toMatchObject({ same: 1, a: { text: 'text done', seq: 4 }, b: null });
  const text = caseComparisonText({ folder: 'one' }, { folder: 'two' }, compared);
  expect(text).toMatch(
    /what differed first:\n {2}a->b, connection 1, downstream \(after 1 that were the same\)\n {4}a: 0.003 s, event 4: text done\n {4}b: nothing/,
  );
  expect(text).toContain('b: 0.003 s, event 4: exited with code 1 without being asked');
});

test('a poll that took more turns, on one connection or on one each, is no difference; its other answer is', () => {
  const soon = history(DRIVE, ...poll(1, 'not yet'), ...poll(1, 'here'));
  const late = history(DRIVE, ...poll(1, 'not yet'), ...poll(1, 'not yet'), ...poll(1, 'not yet'), ...poll(1, 'here'));
  expect(compareCases(soon, late).differences).toEqual([]);
  const each = history(DRIVE, ...poll(1, 'not yet'), ...poll(2, 'not yet'), ...poll(3, 'here'));
  const fewer = history(DRIVE, ...poll(1, 'not yet'), ...poll(2, 'here'));
  expect(compareCases(each, fewer).differences).toEqual([]);
  const never = history(DRIVE, ...poll(1, 'not yet'), ...poll(2, 'gone'));
  expect(compareCases(each, never).differences).toMatchObject([
    { where: 'a->b, connection 2, downstream', a: { text: 'text here' }, b: { text: 'text gone' } },
  ]);
});

test('heartbeats, and what is said while all is stopped, decide nothing; a line that only one says does', () => {
  const quiet = history(DRIVE, frame('upstream', 'x'), STOP);
  const lively = history(DRIVE, frame('upstream', 'x'), frame('upstream', '', { type: 'ping' }), STOP, frame('downstream', 'bye'));
  expect(compareCases(quiet, lively).differences).toEqual([]);
  const log = (line: string): EventBody => ({ kind: 'log', node: 'b', stream: 'stderr', line });
  const [only] = compareCases(history(DRIVE, log('ready in 3 ms')), history(DRIVE, log('ready in 5 ms'), log('EPIPE'))).differences;
  expect(only).toMatchObject({ where: 'log of b', a: null, b: { text: 'EPIPE' } });
});

test('a fault that struck another frame is a difference', () => {
  const fired = (frameIndex: number): EventBody => ({
    kind: 'fault',
    step: 'cut',
    fault: 'cut',
    target: 'a->b',
    state: 'fired',
    hit: { kind: 'link', connection: 1, direction: 'upstream', byteOffset: 9, frameIndex },
  });
  expect(compareCases(history(DRIVE, fired(2)), history(DRIVE, fired(2))).differences).toEqual([]);
  expect(compareCases(history(DRIVE, fired(2)), history(DRIVE, fired(3))).differences).toMatchObject([
    {
      where: "fault 'cut'",
      a: { text: 'fired at connection 1 upstream, frame 2' },
      b: { text: 'fired at connection 1 upstream, frame 3' },
    },
  ]);
});
