// The end of a worker, put in words, and what ends with it.
import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process';
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

const ALONE = ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc'];
const mayChooseNumbers = spawnSync('unshare', [...ALONE, 'sh', '-c', 'echo 100 > /proc/sys/kernel/ns_last_pid']).status === 0;

test.skipIf(!mayChooseNumbers)('whoever has the number of a worker that has ended is left alone', () => {
  // In a namespace of its own a process can be given a number, pid_namespaces(7).
  const program = `
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    import { writeFileSync } from 'node:fs';
    const { killGroup } = await import(${JSON.stringify(join(import.meta.dirname, 'fork-worker.ts'))});
    const worker = spawn('true', { detached: true, stdio: 'ignore' });
    await once(worker, 'exit');
    writeFileSync('/proc/sys/kernel/ns_last_pid', String(worker.pid - 1));
    const other = spawn('cat', { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    await once(other, 'spawn');
    killGroup(worker);
    other.stdin.end();
    const [code, signal] = await once(other, 'exit');
    console.log(JSON.stringify({ sameNumber: other.pid === worker.pid, code, signal }));
  `;
  const said = execFileSync('unshare', [...ALONE, process.execPath, '--input-type=module', '--eval', program], { encoding: 'utf8' });
  expect(JSON.parse(said)).toEqual({ sameNumber: true, code: 0, signal: null });
});
