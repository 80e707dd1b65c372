import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`tornwire: the tests need Node 24 or newer, this is ${process.version}; start them with 'npm test'\n`);
  process.exit(3);
}

// Programs that tests start compile their modules once. A test's own node gets what it gets by hand.
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled-for-tests') };

// Tests of functions, which start no program and leave nothing in their process. They share one: to load Vitest and the
// modules anew for each of these files takes longer than the tests themselves.
const FUNCTIONS = ['model', 'oracles', 'results', 'explore', 'gate', 'init', 'clients', 'selftest'].map(
  (room) => `harness/${room}/**/*.test.ts`,
);

// Most tests wait for processes more than they compute: one worker more than there are cores keeps these busy.
const shared = {
  pool: 'forks',
  testTimeout: 30_000,
  hookTimeout: 30_000,
  retry: 0,
  maxWorkers: availableParallelism() + 1,
  env,
} as const;

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: 'functions', include: FUNCTIONS, isolate: false } },
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['harness/**/*.test.ts', 'fixtures/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...FUNCTIONS],
        },
      },
      // The scenarios have the machine to themselves: beside other tests a verdict could end as unknown, for want of time.
      {
        test: {
          ...shared,
          name: 'scenarios',
          include: ['scenarios/**/*.test.ts'],
          maxConcurrency: availableParallelism() * 2,
          strictTags: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
