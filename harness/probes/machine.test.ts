import { expect, test } from 'vitest';
import { machineWatch } from './machine.ts';

const passed = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

test('a blocked event loop shows in the reading of that time, and no longer in the next one', async () => {
  using machine = machineWatch();
  await passed(50);
  machine.read();
  await passed(20);
  const endMs = performance.now() + 700;
  while (performance.now() < endMs);
  await passed(50);
  expect(machine.read().loopDelayP99Ms).toBeGreaterThan(600);
  await passed(100);
  expect(machine.read().loopDelayP99Ms).toBeLessThan(600);
});

test('a blocked event loop is counted as long as it was blocked, and no longer', async () => {
  using machine = machineWatch();
  await passed(50);
  const beganMs = performance.now();
  machine.read();
  const endMs = performance.now() + 300;
  while (performance.now() < endMs);
  await passed(200);
  const { loopDelayMaxMs, loopStalledMs } = machine.read();
  expect(loopDelayMaxMs).toBeGreaterThan(250);
  expect(loopStalledMs).toBeGreaterThan(250);
  expect(loopStalledMs).toBeLessThan(performance.now() - beganMs);
});

test('pressure on the processors is a percentage, or null where the kernel does not tell', () => {
  using machine = machineWatch();
  const { cpuPressureAvg10 } = machine.read();
  expect(cpuPressureAvg10 === null || (cpuPressureAvg10 >= 0 && cpuPressureAvg10 <= 100)).toBe(true);
});

test('a reading right after another one has nothing to tell and says zero', () => {
  using machine = machineWatch();
  machine.read();
  expect(machine.read().loopDelayP99Ms).toBe(0);
});
