import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { logLines } from '../logs/log-lines.ts';
import { untilReady } from './readiness.ts';

test('a node that listens at the address in its code is told where that is, and what to say', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const awaited = {
    node: { name: 'api', ready: { when: 'listening', listener: 'http' }, readyWithinMs: 200 },
    address: () => ({ transport: 'tcp', host: '127.9.9.9', port }),
    log: logLines({ log: () => {} } as unknown as Parameters<typeof logLines>[0]),
    exited: new Promise<never>(() => {}),
    signal: new AbortController().signal,
  } as unknown as Parameters<typeof untilReady>[0];
  await expect(untilReady(awaited)).rejects.toThrow(
    `at 127.9.9.9:${port}, but nothing came within 200 ms; at 127.0.0.1:${port} somebody listens: if that is this program, give it {listen.http.host} in a variable or an argument, or say host: '127.0.0.1' of the listener`,
  );
});
