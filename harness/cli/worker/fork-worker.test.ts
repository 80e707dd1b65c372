// The end of a worker, put in words.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endOf } from './fork-worker.ts';

function busyUntil(ms: number): void {
  while (performance.now() < ms);
}

test('what a process says as it ends is read before its end is told, also where the end of another one brings it to light', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tw-last-words-'));
  const program = join(folder, 'says.mjs');
  await writeFile(
    program,
    `process.on('exit', () => process.send('last words'));\nsetTimeout(() => process.exit(7), Number(process.argv[2]));\n`,
  );
  const start = (afterMs: number): ChildProcess => fork(program, [String(afterMs)], { stdio: 'ignore', serialization: 'advanced' });
  const begunMs = performance.now();
  const [first, second] = [start(0), start(900)];
  let said = '';
  second.on('message', (text: string) => (said = text));
  // The end of the first is looked at with its words still to be read, and while these are read the second says its own and ends.
  first.on('message', () => busyUntil(begunMs + 1_800));
  const end = endOf(second);
  busyUntil(begunMs + 700);
  expect([await end, said]).toEqual(['it ended with code 7', 'last words']);
  await rm(folder, { recursive: true, force: true });
});
