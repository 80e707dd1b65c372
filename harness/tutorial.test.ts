// The tutorial is followed to the letter: its files are written where it says, and its server is red before it is mended.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf } from './reference/blocks.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGE = 'docs/tutorials/first-red-scenario.md';
const FILES = blocksOf(PAGE, readFileSync(join(ROOT, PAGE), 'utf8')).flatMap(({ text }) => {
  const [, path, mended] = /^\/\/ (\S+\.ts)( \(mended\))?$/m.exec(text) ?? [];
  return path === undefined ? [] : [{ path, text, isMended: mended !== undefined }];
});

let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'tw-tutorial-'));
  writeFileSync(join(project, 'package.json'), '{ "name": "counter", "type": "module" }');
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  write(false);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('the scenario with the fault is red as the page shows it, and green when the server is mended', () => {
  expect(FILES.map(({ path }) => path)).toEqual([
    'server.ts',
    'scenarios/system.ts',
    'scenarios/adds.scenario.ts',
    'scenarios/adds-in-pieces.scenario.ts',
    'server.ts',
  ]);
  const red = run();
  expect(red.out).toMatch(/pass.* adds \(/);
  // On a busy machine the server may be asked to stop before its own end has come.
  expect(red.out).toMatch(
    /FAIL.* adds-in-pieces \([^]*crash: 'server' ended with code 1 (?:without being asked|when it was asked to stop): SyntaxError: .* \[TW-CRASH-(?:UNASKED|AT-STOP)\]/,
  );
  expect(red.code).toBe(1);
  write(true);
  const green = run();
  expect(green.out).toContain('2 passed, 0 failed, 0 unknown, 0 skipped');
  expect(green.code).toBe(0);
}, 90_000);

function write(isMended: boolean): void {
  for (const file of FILES) {
    if (file.isMended !== isMended) continue;
    mkdirSync(dirname(join(project, file.path)), { recursive: true });
    writeFileSync(join(project, file.path), file.text);
  }
}

function run(): { code: number | null; out: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'harness/main.ts'), 'run'], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: status, out: `${stdout}${stderr}` };
}
