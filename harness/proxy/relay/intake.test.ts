import { expect, test } from 'vitest';
import { Intake } from './intake.ts';

const MIB = 1024 * 1024;

test('its buffer grows once reads fill it, within the budget of all, which gets it back', () => {
  const budget = { leftBytes: MIB };
  const intakes = [1, 2, 3].map(() => new Intake(budget, () => true));
  const buffers = intakes.map((intake) => read(intake, 1));
  expect(buffers.map((buffer) => buffer.length)).toEqual([16_384, 16_384, 16_384]);
  // Each read fills what it is given; the third finds the budget spent.
  expect(intakes.map((intake) => read(intake, 16_384).length)).toEqual([512 * 1024, 512 * 1024, 16_384]);
  expect(budget.leftBytes).toBe(0);
  for (const intake of intakes) intake.release();
  expect(budget.leftBytes).toBe(MIB);
});

test('a limit makes reads small, and lifting it makes them large again', () => {
  const intake = new Intake({ leftBytes: MIB }, () => true);
  intake.bytesMax = 100;
  expect(read(intake, 1).length).toBe(100);
  intake.bytesMax = undefined;
  expect(read(intake, 1).length).toBe(16_384);
});

/** One read of so many bytes; gives the buffer for the next. */
function read(intake: Intake, bytes: number): Uint8Array {
  const next = intake.onread.buffer as () => Uint8Array;
  intake.onread.callback(bytes, next());
  return next();
}
