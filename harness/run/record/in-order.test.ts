import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOrder, type Unnumbered } from './in-order.ts';

function mark(atMs: number, name = ''): Unnumbered {
  return { atMs, wallMs: 0, kind: 'mark', name };
}

test('a cut that arrives after the failure that it caused stands before it', () => {
  const { events, add } = inOrder(() => {});
  add(mark(10, 'invoked'), '');
  add(mark(30, 'failed'), '');
  add(mark(20, 'cut'), '');
  add(mark(30, 'told in the same moment'), '');
  expect(events.map((event) => (event.kind === 'mark' ? event.name : ''))).toEqual(['invoked', 'cut', 'failed', 'told in the same moment']);
  expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test('what is closed keeps its number, and what comes too late for its place stands directly behind it', () => {
  const closed: string[] = [];
  const { events, add, closeUntil } = inOrder((seq, line) => closed.push(`${seq} ${line}`));
  add(mark(10), 'first');
  add(mark(20), 'second');
  add(mark(300), 'third');
  closeUntil(100);
  expect(closed).toEqual(['1 first', '2 second']);
  expect(add(mark(5), 'late')).toMatchObject({ seq: 3, atMs: 20 });
  closeUntil(Infinity);
  expect(closed).toEqual(['1 first', '2 second', '3 late', '4 third']);
  expect(events.map(({ atMs }) => atMs)).toEqual([10, 20, 20, 300]);
});

test('whatever arrives when: times never fall, numbers have no gaps, and the file gets each line once with its final number', () => {
  const arrivals = fc.array(fc.record({ gapMs: fc.integer({ min: 0, max: 200 }), lagMs: fc.integer({ min: 0, max: 600 }) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(arrivals, (given) => {
      const closed: { seq: number; line: string }[] = [];
      const { events, add, closeUntil } = inOrder((seq, line) => closed.push({ seq, line }));
      let nowMs = 0;
      for (const [index, { gapMs, lagMs }] of given.entries()) {
        nowMs += gapMs;
        closeUntil(nowMs - 250);
        add(mark(Math.max(0, nowMs - lagMs), String(index)), String(index));
      }
      closeUntil(Infinity);
      const times = events.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(events.map(({ seq }) => seq)).toEqual(given.map((_, index) => index + 1));
      expect(closed).toEqual(events.map((event) => ({ seq: event.seq, line: event.kind === 'mark' ? event.name : '' })));
    }),
  );
});
