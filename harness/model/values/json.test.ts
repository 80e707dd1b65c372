import { assert, jsonValue, property } from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, type Json } from './json.ts';

test('the order in which keys were written does not show, at any depth', () => {
  const one = canonicalJson({ b: 1, a: { d: [1, { y: 0, x: 0 }], c: null } });
  const other = canonicalJson({ a: { c: null, d: [1, { x: 0, y: 0 }] }, b: 1 });
  expect(one).toBe('{"a":{"c":null,"d":[1,{"x":0,"y":0}]},"b":1}');
  expect(other).toBe(one);
});

test('the order of a list does show', () => {
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});

test('texts and keys with quotes, line ends and lone surrogates stay JSON', () => {
  const value = { 'a"\n': '\u2028\ud800"' };
  expect(JSON.parse(canonicalJson(value))).toEqual(value);
});

test('any value reads back as itself, and equal values give equal texts', () => {
  assert(
    property(jsonValue({ noUnicodeString: false }), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as Json;
      const text = canonicalJson(plain);
      expect(JSON.parse(text)).toEqual(plain);
      expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
    }),
    { seed: 20, numRuns: 200 },
  );
});
