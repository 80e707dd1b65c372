import { expect, test } from 'vitest';
import { type Replay, whyNotCounted } from './control.ts';

const [pass, fail] = [
  { verdict: 'pass', reasonKind: null },
  { verdict: 'fail', reasonKind: null },
] as const;
const starved = { verdict: 'unknown', reasonKind: 'starved' } as const;
const unreached = { verdict: 'unknown', reasonKind: 'vacuous' } as const;

test.each<[why: string | undefined, again: readonly Replay[], clean: readonly Replay[]]>([
  [undefined, [fail], [pass, pass, pass]],
  [undefined, [pass, starved, fail], [pass, pass, pass]],
  [undefined, [fail], [pass, starved, pass, starved, pass]],
  // What the fault strikes is there with the bug only.
  [undefined, [fail], [unreached, unreached, unreached]],
  ['did not come again in 3 replay(s)', [pass, starved, starved], []],
  ['did not come again in 0 replay(s)', [], []],
  ['fails on the clean stack too', [fail], [fail]],
  ['fails on the clean stack too', [fail], [pass, pass, fail]],
  ['only 2 of 6 replay(s) on the clean stack were judged', [fail], [pass, starved, starved, pass, starved, starved]],
  ['only 0 of 0 replay(s) on the clean stack were judged', [fail], []],
])('%s', (why, again, clean) => {
  expect(whyNotCounted(again, clean)).toBe(why);
});
