import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { History } from '../model/judging/history.ts';
import { randomHandshakeKeys } from './handshake-keys.ts';
import { historyOf, PLAN, textOf } from './testing/written-history.contract.ts';

const LINK = 'bridge->room';
const oracle = randomHandshakeKeys({ link: LINK, handshakes: 16 });

/** A history in which the bridge makes one handshake with each of these keys. */
function handshakes(keys: readonly string[]): History {
  return historyOf(
    keys.map((key, index) => ({
      atMs: index,
      kind: 'frame',
      link: LINK,
      connection: index + 1,
      direction: 'upstream',
      index: 1,
      type: 'request-head',
      offset: 0,
      payload: `GET /party/lobby HTTP/1.1\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nHost: room\r\n\r\n`,
    })),
  );
}

/** As good as random, and the same in each run of this test. */
function drawn(count: number, seed: number): string[] {
  return Array.from({ length: count }, (_, index) => createHash('md5').update(`${seed} ${index}`).digest('base64'));
}

function fromClock(count: number, shift: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const nowNs = 98_123_456_789_012n + BigInt(index) * 1_203_457n;
    return Buffer.from(Array.from({ length: 16 }, (_byte, at) => Number((nowNs >> BigInt(at * shift)) & 0xffn))).toString('base64');
  });
}

test('keys that were drawn at random pass, in each of 300 runs', () => {
  const outcomes = Array.from({ length: 300 }, (_, seed) => oracle.judge(handshakes(drawn(16, seed)), PLAN).outcome);
  expect(new Set(outcomes)).toEqual(new Set(['pass']));
});

test('keys whose adjacent bytes share bits of a clock are found out, and the finding names the bits and the odds', () => {
  const verdict = oracle.judge(handshakes(fromClock(16, 4)), PLAN);
  expect(verdict).toMatchObject({ outcome: 'fail', oracle: 'protocol', findings: [{ subject: LINK }] });
  expect(textOf(verdict)).toMatch(/bit 4 of a byte agrees with bit 0 of the next in 240 of 240 cases \(by chance .* 1e-9 of all runs\)/);
});

test.each([1, 2, 3, 5, 6, 7, 8])('a clock that is shifted by %i bits from byte to byte is found out', (shift) => {
  expect(oracle.judge(handshakes(fromClock(16, shift)), PLAN).outcome).toBe('fail');
});

test('bytes that are random within a key and stay from key to key are found out', () => {
  const [base = ''] = drawn(1, 7);
  const counted = Array.from({ length: 16 }, (_, index) => {
    const bytes = Buffer.from(base, 'base64');
    bytes[15] = index;
    return bytes.toString('base64');
  });
  expect(textOf(oracle.judge(handshakes(counted), PLAN))).toContain('the same as in the key before');
});

test('a key that comes twice is found out', () => {
  const keys = drawn(16, 1);
  expect(textOf(oracle.judge(handshakes([...keys, keys[3] ?? '']), PLAN))).toContain('2 handshake keys');
});

test.each(['c2hvcnQ=', 'not base64 at all!', ''])('the key %j is malformed', (key) => {
  expect(textOf(oracle.judge(handshakes([...drawn(16, 2), key]), PLAN))).toContain('are not 16 bytes');
});

test('too few handshakes prove nothing', () => {
  expect(oracle.judge(handshakes(fromClock(15, 4)), PLAN)).toMatchObject({ outcome: 'unknown', reason: 'vacuous' });
  expect(() => randomHandshakeKeys({ link: LINK, handshakes: 4 })).toThrow('too few');
});
