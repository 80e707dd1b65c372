import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';

const SERVE = join(import.meta.dirname, 'serve.ts');

let folder: string;
const children: ChildProcessWithoutNullStreams[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tw-serve-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function start(...args: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [SERVE, ...args]);
  children.push(child);
  return child;
}

async function listening(child: ChildProcessWithoutNullStreams): Promise<{ event: string; host: string; port: number; seed: string }> {
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return JSON.parse(line) as { event: string; host: string; port: number; seed: string };
}

test('says where it listens and with which seed, and reads its proxies from a file', async () => {
  const config = join(folder, 'proxies.json');
  await writeFile(config, JSON.stringify([{ name: 'p', listen: '127.0.0.1:0', upstream: '127.0.0.1:1' }]));
  const said = await listening(start('--listen', '127.0.0.1:0', '--seed', '42', '--config', config));
  expect(said).toMatchObject({ event: 'listening', host: '127.0.0.1', seed: '42' });
  const response = await fetch(`http://127.0.0.1:${said.port}/proxies/p`);
  expect(await response.json()).toMatchObject({ name: 'p', enabled: true });
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  'stops within a second on %s with an event stream open, and removes its socket files',
  async (signal) => {
    const child = start('--listen', '127.0.0.1:0');
    const { port } = await listening(child);
    const socket = join(folder, 's');
    const body = JSON.stringify({ name: 'u', listen: `unix:${socket}`, upstream: '127.0.0.1:1' });
    await fetch(`http://127.0.0.1:${port}/proxies`, { method: 'POST', body });
    const events = await fetch(`http://127.0.0.1:${port}/events`);
    await access(socket);
    const began = performance.now();
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(performance.now() - began).toBeLessThan(1000);
    await expect(access(socket)).rejects.toThrow('ENOENT');
    await events.body?.cancel().catch(() => {});
  },
);

test('with --exit-with-parent it stops when its stdin ends', async () => {
  const child = start('--listen', `unix:${join(folder, 'api')}`, '--exit-with-parent');
  expect(await listening(child)).toMatchObject({ event: 'listening', path: join(folder, 'api') });
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test.each([
  [['--listen', '0.0.0.0:0'], '--allow-remote'],
  [['--listen', ':0'], '--allow-remote'],
  [['--listen', 'nonsense'], 'missing port in address'],
  [['--listen', '127.0.0.1:65536'], 'invalid port'],
  [['--listen', '127.0.0.1:nonsense'], 'unknown port'],
  [['--listen', `unix:/${'x'.repeat(200)}`], "a socket's has at most 107"],
  [['--listen', 'unix:'], 'missing path'],
  [['--listen', '127.0.0.1:0', '--config', '/nowhere/config.json'], 'cannot read /nowhere/config.json: ENOENT'],
  [['--listen', '127.0.0.1:0', '--config', '/proc/self/status'], '/proc/self/status: '],
])('%j is a mistake of whoever asked: code 2 and one line', async (args, words) => {
  expect(await refused(...args)).toEqual({ code: 2, line: expect.stringContaining(words) });
});

test('a port that is taken is no mistake: code 1 and one line', async () => {
  const { port } = await listening(start('--listen', '127.0.0.1:0'));
  expect(await refused('--listen', `127.0.0.1:${port}`)).toEqual({ code: 1, line: expect.stringContaining('address already in use') });
});

async function refused(...args: readonly string[]): Promise<{ code: number; line: string | undefined }> {
  const child = start(...args);
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  const [code] = (await once(child, 'close')) as [number];
  const [line, ...others] = errors.trim().split('\n');
  expect(others).toEqual([]);
  return { code, line };
}

test('--allow-remote lets it listen on every interface', async () => {
  expect(await listening(start('--listen', '0.0.0.0:0', '--allow-remote'))).toMatchObject({ host: '0.0.0.0' });
});
