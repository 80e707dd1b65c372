import { expect, test } from 'vitest';
import { failOrPass, pass, unknown, type Verdict } from '../../model/judging/verdict.ts';
import { resultDouble } from '../../results/case-result.double.ts';
import type { PlannedCase } from './planned-case.ts';
import { confirmed } from './confirmed.ts';

const failed = failOrPass('hang', [{ message: 'no answer', events: [1] }]);

test('at speed 1 a case is run once, whatever it says', async () => {
  const { ran, taken } = await taking(1, [failed]);
  expect(ran).toEqual(['x1 in case']);
  expect(taken.result.verdict).toEqual(failed);
  expect(taken.clock).toBeUndefined();
});

test('what passes with faster clocks has passed', async () => {
  const { ran, taken } = await taking(10, [pass('all')]);
  expect(ran).toEqual(['x10 in case']);
  expect(taken).toMatchObject({ result: { verdict: pass('all') }, clock: { speed: 10 } });
});

test('a failure that comes back at speed 1 is that failure, saved as what it is there', async () => {
  const slowly = failOrPass('leak', [{ message: 'a socket', events: [2] }]);
  const { ran, taken } = await taking(10, [failed, slowly]);
  expect(ran).toEqual(['x10 in case', 'x1 in case/at-speed-1']);
  expect(taken.result.verdict).toEqual(slowly);
  expect(taken.result.durationMs).toBe(2_469);
  expect(taken.item.case.clockSpeed).toBe(1);
  expect(taken.clock).toEqual({ speed: 10, foundAfterMs: 1_235, confirmed: true });
});

test('a failure that does not come back is unknown and says what was found', async () => {
  const { taken } = await taking(10, [failed, pass('all')]);
  expect(taken.result.verdict).toMatchObject({
    outcome: 'unknown',
    reason: 'unconfirmed',
    detail: 'found at x10 and not at x1: hang: no answer',
  });
  expect(taken.clock).toEqual({ speed: 10, foundAfterMs: 1_235, confirmed: false });
});

test('what the machine spoilt at speed 1 keeps its reason, so that it is taken again alone', async () => {
  const { taken } = await taking(10, [failed, unknown('hang', 'starved', 'busy')]);
  expect(taken.result.verdict).toMatchObject({ outcome: 'unknown', reason: 'starved' });
});

async function taking(clockSpeed: number, verdicts: readonly Verdict[]) {
  const left = [...verdicts];
  const ran: string[] = [];
  const { case: given } = resultDouble(pass('all'));
  const item = { case: { ...given, clockSpeed }, repeat: 1, expectedOracle: null } as unknown as PlannedCase;
  const taken = await confirmed(item, 'case', async (planned, folder) => {
    ran.push(`x${planned.case.clockSpeed} in ${folder}`);
    return Promise.resolve(resultDouble(left.shift() as Verdict, { case: planned.case }));
  });
  return { ran, taken };
}
