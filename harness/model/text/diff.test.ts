import { expect, test } from 'vitest';
import type { Json } from '../values/json.ts';
import { diff, diffLines } from './diff.ts';

const lines = (left: Json, right: Json, max = 10) => diffLines(diff(left, right), 'room', 'desktop', max);

test('equal values have no difference, in whatever order their keys stand', () => {
  expect(diff({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toEqual([]);
});

test('each difference is named by the pointer to the smallest part that differs', () => {
  expect(lines({ w1: { x: 5, y: 5 }, w2: [1, 2] }, { w1: { x: 5, y: 0 }, w2: [1] })).toEqual([
    '/w1/y: room 5, desktop 0',
    '/w2/1: room 2, desktop has nothing',
  ]);
});

test('a key that holds a slash or a tilde is escaped as RFC 6901 says', () => {
  expect(lines({ 'a/b~c': 1 }, { 'a/b~c': 2 })).toEqual(['/a~1b~0c: room 1, desktop 2']);
});

test('a list and an object, null and an object differ as a whole', () => {
  expect(lines([1], { 0: 1 })).toEqual(['(all): room [1], desktop {"0":1}']);
  expect(lines({ a: null }, { a: {} })).toEqual(['/a: room null, desktop {}']);
});

test('many differences end in their count, long values are shortened', () => {
  const many = lines(
    Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, i])),
    Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, -i - 1])),
  );
  expect(many).toHaveLength(10);
  expect(many.at(-1)).toBe('and 21 more');
  expect(lines('a'.repeat(500), 'b')[0]?.length).toBeLessThan(100);
});
