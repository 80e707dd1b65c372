import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { childThat } from './child.contract.ts';
import { zombiesOf } from './processes.ts';
import { resourcesOf, type Resources } from './resources.ts';

async function readable(pids: readonly number[]): Promise<Resources> {
  const resources = await resourcesOf(pids);
  if ('unreadable' in resources) throw new Error(resources.unreadable);
  return resources;
}

const SERVER = `
  const net = require('node:net');
  const held = [];
  const server = net.createServer((socket) => { held.push(socket); socket.on('error', () => {}); });
  globalThis.on = (line) => {
    if (line === 'connect') net.connect({ port: server.address().port, host: server.address().address, allowHalfOpen: true }, function () { held.push(this); setTimeout(() => console.log('connected'), 20); });
    if (line === 'half close') { held.find((socket) => socket.remotePort === server.address().port).end(); setTimeout(() => console.log('closed'), 50); }
  };`;

test('sockets are counted by state and name both ends', async () => {
  await using child = await childThat(
    `${SERVER} server.allowHalfOpen = true; server.listen(0, '127.0.0.1', () => console.log(server.address().port));`,
  );
  const before = await readable([child.pid]);
  expect(before.counts['socket tcp LISTEN']).toBe(1);
  expect(before.counts['socket tcp ESTABLISHED']).toBeUndefined();
  await child.ask('connect');
  const after = await readable([child.pid]);
  expect(after.counts['socket tcp ESTABLISHED']).toBe(2);
  expect((after.counts['fd socket'] ?? 0) - (before.counts['fd socket'] ?? 0)).toBe(2);
  expect(after.holders['socket tcp ESTABLISHED']?.[0]).toMatch(/^pid \d+ fd \d+: tcp 127\.0\.0\.1:\d+->127\.0\.0\.1:\d+ ESTABLISHED$/);
});

test('a socket whose peer has gone is told from a living one', async () => {
  await using child = await childThat(`${SERVER} server.allowHalfOpen = true; server.listen(0, '127.0.0.1', () => console.log('up'));`);
  await child.ask('connect');
  await child.ask('half close');
  const { counts } = await readable([child.pid]);
  expect(counts['socket tcp CLOSE_WAIT']).toBe(1);
  expect(counts['socket tcp FIN_WAIT2']).toBe(1);
});

test('IPv6 and Unix sockets are known by their addresses', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tw-probe-'));
  try {
    const path = join(folder, 'a.sock');
    await using child = await childThat(`
      const net = require('node:net');
      net.createServer().listen(0, '::1', () => net.createServer().listen(${JSON.stringify(path)}, () => console.log('up')));`);
    const { holders } = await readable([child.pid]);
    expect(holders['socket tcp LISTEN']?.[0]).toMatch(/tcp \[::1\]:\d+ LISTEN$/);
    expect(holders['socket unix']?.some((holder) => holder.endsWith(`unix ${path} LISTEN`))).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('files, pipes, watches, threads and child processes are counted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tw-probe-'));
  try {
    await using child = await childThat(`
      const fs = require('node:fs');
      const folder = ${JSON.stringify(folder)};
      globalThis.on = () => {
        fs.openSync(folder + '/log', 'w');
        fs.watch(folder);
        new (require('node:worker_threads').Worker)('setInterval(() => {}, 1000)', { eval: true }).on('online', () => console.log('held'));
      };
      console.log('up');`);
    const before = await readable([child.pid]);
    await child.ask('hold');
    const after = await readable([child.pid]);
    expect((after.counts['fd file'] ?? 0) - (before.counts['fd file'] ?? 0)).toBe(1);
    expect(after.holders['fd file']?.some((holder) => holder.endsWith(`: ${folder}/log`))).toBe(true);
    expect(before.counts['inotify watches']).toBeUndefined();
    expect(after.counts['inotify watches']).toBe(1);
    expect(after.counts['threads']).toBeGreaterThan(before.counts['threads'] as number);
    expect(after.counts['fd pipe']).toBeGreaterThan(0);
    expect(after.counts['processes']).toBe(1);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('several processes add up, and one that has gone counts nothing', async () => {
  await using one = await childThat(`console.log('up'); setInterval(() => {}, 1000);`);
  await using two = await childThat(`console.log('up'); setInterval(() => {}, 1000);`);
  expect((await readable([one.pid, two.pid])).counts['processes']).toBe(2);
  await one[Symbol.asyncDispose]();
  const { counts, holders } = await readable([one.pid, two.pid]);
  expect(counts['processes']).toBe(1);
  expect(holders['processes']?.[0]).toContain(`pid ${two.pid}: `);
  await two[Symbol.asyncDispose]();
  expect(await readable([one.pid, two.pid])).toEqual({ counts: {}, holders: {} });
});

test('what this user may not read is said so, never counted as zero', async ({ skip }) => {
  const isRoot = process.getuid?.() === 0;
  const module = JSON.stringify(import.meta.resolve('./resources.ts'));
  const script = `
    import { resourcesOf } from ${module};
    if (process.getuid() === 0) process.setuid(65534);
    console.log(JSON.stringify(await resourcesOf([${isRoot ? process.pid : 1}])));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const resources = JSON.parse(stdout) as { unreadable?: string; counts?: Record<string, number> };
  if (!isRoot && resources.counts?.['processes'] === 1) skip('the first process is readable here');
  expect(resources.unreadable).toMatch(/^\/proc\/\d+\/fd is not readable by this user \(EACCES\)/);
});

test('children that nobody asks how they ended are counted at their parent, although they have no environment', async () => {
  // A shell that becomes another program has children which that one knows nothing of.
  const parent = spawn('sh', ['-c', 'true & true & true & exec sleep 600'], { stdio: 'ignore' });
  try {
    const pid = parent.pid ?? 0;
    await expect.poll(async () => (await readable([pid])).counts['zombies'], { timeout: 10_000 }).toBe(3);
    const { counts, holders } = await readable([pid]);
    expect(counts['processes']).toBe(1);
    expect(holders['zombies']?.[0]).toMatch(new RegExp(`^pid \\d+: (true|sh), a child of ${pid} that has ended$`));
  } finally {
    parent.kill('SIGKILL');
  }
});

/** Answers each line once one more child of its own has ended, which it does not ask how. */
const CARELESS = `
import os, sys
for line in sys.stdin:
    child = os.fork()
    if child == 0: os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    os.write(1, b"ended\\n")`;

test('a reading that follows at once sees what has ended since the one before', async ({ skip }) => {
  const parent = spawn('python3', ['-c', CARELESS], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    if (parent.pid === undefined) skip('there is no Python here');
    const zombies = (): number => zombiesOf([parent.pid ?? 0], {}).length;
    const seen: number[] = [];
    for (let round = 0; round < 20; round++) {
      seen.push(zombies());
      parent.stdin.write('\n');
      await once(parent.stdout, 'data');
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, round) => round));
  } finally {
    parent.kill('SIGKILL');
  }
});
