import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { whyNoEngine } from './engine-socket.ts';

const NOBODY = 65_534;
let folder: string;
beforeAll(async () => {
  // Somebody else has to come as far as the socket, and a temporary folder may be closed to them.
  folder = await mkdtemp('/tmp/tw-engine-');
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('an engine that is not there is to be installed', async () => {
  expect(await whyNoEngine([join(folder, 'nowhere.sock')])).toMatchObject({ cure: 'install docker.io and start dockerd' });
});

test('a socket that nobody listens on any more asks for a start', async () => {
  const path = join(folder, 'dead.sock');
  const leave = `process.umask(0); require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  await promisify(execFile)(process.execPath, ['-e', leave, path]).catch(() => undefined);
  expect(await whyNoEngine([path])).toEqual({ why: `nothing answers at ${path} (ECONNREFUSED)`, cure: 'start dockerd' });
});

test('a running engine that refuses this user is not to be installed', async () => {
  const path = join(folder, 'closed.sock');
  const engine = createServer().listen(path);
  await once(engine, 'listening');
  await chmod(path, 0o600);
  try {
    const { why, cure } = await asNobody(path);
    expect(why).toMatch(new RegExp(`^the engine at ${path} refuses this user \\(\\w+\\)$`));
    expect(cure).toContain('usermod -aG docker');
  } finally {
    engine.close();
  }
});

/** Root may write to any socket, so it looks as somebody else. */
async function asNobody(path: string): Promise<{ why: string; cure: string }> {
  if (process.getuid?.() !== 0) {
    await chmod(path, 0o000);
    return whyNoEngine([path]);
  }
  const script = `
    const { whyNoEngine } = await import(${JSON.stringify(join(import.meta.dirname, 'engine-socket.ts'))});
    process.setgid(${NOBODY});
    process.setuid(${NOBODY});
    console.log(JSON.stringify(await whyNoEngine([${JSON.stringify(path)}])));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout) as { why: string; cure: string };
}
