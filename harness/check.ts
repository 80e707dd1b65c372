// `npm run check`: format, types, lint, dead code, then the unit and contract tests (the import table is one of
// them). Each step says how long it took; the first that fails ends the check with its exit code.
import { spawnSync } from 'node:child_process';

const STEPS: readonly { name: string; command: readonly string[] }[] = [
  { name: 'format', command: ['oxfmt', '--check', '.'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'dead code', command: ['knip'] },
  { name: 'unit and contract tests', command: ['vitest', 'run', '--project', '!scenarios'] },
];

/** Set by a caller that has just run all tests on this very tree: they are not run a second time. */
const testsRan = process.env['TORNWIRE_TESTS_RAN'] === '1';

for (const { name, command } of STEPS) {
  if (testsRan && command[0] === 'vitest') {
    process.stdout.write(`check: ${name}: ran just before, with npm test\n`);
    continue;
  }
  process.stdout.write(`check: ${name}: ${command.join(' ')}\n`);
  const startedMs = performance.now();
  const [program = '', ...words] = command;
  const { status, signal, error } = spawnSync(program, words, { stdio: 'inherit' });
  if (status !== 0) {
    process.stderr.write(`check: ${name} failed${error ? `: ${error.message}` : signal ? ` by ${signal}` : ''}\n`);
    process.exit(status ?? 3);
  }
  process.stdout.write(`check: ${name} is clean (${((performance.now() - startedMs) / 1_000).toFixed(1)} s)\n`);
}
