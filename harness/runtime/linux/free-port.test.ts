// A taken port names its holder: real listeners, of this process and of another one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { requireFree } from './free-port.ts';

const LISTENS = `const s = require('node:net').createServer().listen(0, process.argv[1], () => console.log(s.address().port))`;

async function listening(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test.each(['127.0.0.1', '0.0.0.0', '::', '::ffff:127.0.0.1'])('a listener at %s is named as the holder', async (host) => {
  const port = await listening(host);
  await expect(requireFree('127.0.0.1', port)).rejects.toThrow(
    `port ${port} at 127.0.0.1 cannot be bound (EADDRINUSE): it is held by process ${process.pid} (`,
  );
});

test('the holder is another process, and its command line is given', async () => {
  const child = spawn(process.execPath, ['-e', LISTENS, '127.0.0.1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  await expect(requireFree('127.0.0.1', Number(line.toString()))).rejects.toThrow(
    `it is held by process ${child.pid} (${process.execPath} -e const s = require(`,
  );
});

test('the same port of another address is in nobody’s way', async () => {
  await expect(requireFree('127.0.0.2', await listening('127.0.0.1'))).resolves.toBeUndefined();
});
