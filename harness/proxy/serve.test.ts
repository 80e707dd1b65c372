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
  [['--listen', '127.0.0.1:0', '--config', '/nowhere/config.json'], 'ENOENT'],
])('%j ends with code 1 and the reason', async (args, words) => {
  const child = start(...args);
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(errors).toContain(words);
});

test('--allow-remote lets it listen on every interface', async () => {
  expect(await listening(start('--listen', '0.0.0.0:0', '--allow-remote'))).toMatchObject({ host: '0.0.0.0' });
});
