// The page about sweeps is followed to the letter: its files are written where it says, init writes the adapter, and the bug is found.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { blocksOf, commandsIn } from './reference/blocks.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGE = 'docs/how-to/sweep.md';
const WARM = 'scenarios/notes-warm.workload.ts';
const BLOCKS = blocksOf(PAGE, readFileSync(join(ROOT, PAGE), 'utf8'));

test('its server and its workload are complete, and its sweep finds what the page says', { timeout: 300_000 }, () => {
  const project = mkdtempSync(join(tmpdir(), 'tw-sweep-page-'));
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  writeFileSync(join(project, 'package.json'), '{ "name": "notes", "type": "module" }');
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  const files = BLOCKS.flatMap(({ text }) => {
    const path = /^\/\/ (\S+\.ts)$/m.exec(text)?.[1];
    return path === undefined ? [] : [{ path, text }];
  });
  expect(files.map(({ path }) => path)).toEqual(['server.ts', 'scenarios/notes.workload.ts', WARM]);
  const write = ({ path, text }: (typeof files)[number]): void => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  };
  files.filter(({ path }) => path !== WARM).forEach(write);
  const tornwire = (words: readonly string[]): { code: number | null; out: string; stdout: string } => {
    const main = join(ROOT, 'harness/main.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { cwd: project, encoding: 'utf8' });
    return { code: status, out: `${stdout}${stderr}`, stdout };
  };
  const commands = BLOCKS.filter(({ language }) => language === 'sh').flatMap(({ text }) => commandsIn(text));
  const init = commands.find((words) => words[2] === 'init')?.slice(2) ?? [];
  expect(tornwire(init)).toMatchObject({ code: 0, out: expect.stringContaining('wrote scenarios/system.ts') });
  const [, fault = '', ...place] =
    /; under (cut half-close), at (.*?), first, before it;/.exec(BLOCKS.map(({ text }) => text).join('')) ?? [];
  const only = ['--only', `${place.join()}, first, before it: ${fault}`, '--until-found', '--replays', '0', '--shrink', '0'];
  const swept = tornwire(['sweep', '--seed', '1', '--budget', '4min', ...only]);
  expect(swept.out).toMatch(
    /^found [0-9a-f]{12} crash: 'server' ended with code 1 without being asked: Error: aborted; under cut half-close, at driver->server upstream body, first, before it(?: \(other work [\d.]+\))?; repro: results\/sweeps\/notes-1\/cases\/\S+\/repro\.json$/m,
  );
  expect(swept.code).toBe(1);
  files.filter(({ path }) => path === WARM).forEach(write);
  const warm = tornwire([
    'sweep',
    'notes-warm',
    '--warm',
    '--seed',
    '1',
    '--budget',
    '4min',
    '--cases',
    '12',
    '--only',
    'latency',
    '--json',
  ]);
  const { workloads } = JSON.parse(warm.stdout) as { workloads: { outcome: { warm: Warm } }[] };
  expect(workloads[0]?.outcome.warm).toMatchObject({ points: expect.toSatisfy((points: number) => points > 0), contradicted: [] });
  expect(warm.code).toBe(0);
});

interface Warm {
  points: number;
  contradicted: string[];
}
