// The first line of a connection that is for the upstream alone, as the stdio shim sends it.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { proxyBed, type ProxyBed } from '../testing/proxy-bed.ts';

const PREAMBLE = '{"stream":"stdout","session":"1"}\n';

let bed: ProxyBed;
beforeEach(async () => {
  bed = await proxyBed();
});
afterEach(() => bed[Symbol.asyncDispose]());

test('the preamble passes as it is and the first frame is the one behind it, whatever is armed', async () => {
  const link = await bed.link({ transport: 'unix', framing: 'ndjson', preamble: true });
  await link.arm('drop', 'upstream', { frame: 1 });
  await link.arm('stray_line', 'upstream', { line: 'stray' });
  const { client, server } = await link.open();
  client.send(`${PREAMBLE}one\ntwo\n`);
  expect(await server.received(PREAMBLE.length + 10)).toBe(`${PREAMBLE}stray\ntwo\n`);
  expect(await link.hits('drop')).toMatchObject([{ frameIndex: 1, byteOffset: 0 }]);
  const { json } = await bed.ask('GET', '/connections');
  expect(json).toMatchObject({
    live: [{ label: 'stdout', bytes: { upstream: { in: 8, out: 10 } }, frames: { upstream: 2, downstream: 0 } }],
  });
});

test('a preamble that comes in pieces passes, and what the upstream says waits for it', async () => {
  const link = await bed.link({ transport: 'unix', framing: 'ndjson', preamble: true });
  await link.arm('stray_line', 'downstream', { line: 'stray', label: 'stdout' });
  const { client, server } = await link.open();
  server.send('early\n');
  client.send(PREAMBLE.slice(0, 12));
  expect(await server.received(12)).toBe(PREAMBLE.slice(0, 12));
  expect(client.text()).toBe('');
  client.send(PREAMBLE.slice(12));
  expect(await client.received(12)).toBe('stray\nearly\n');
  expect(server.text()).toBe(PREAMBLE);
});

test('a fault that is meant for another label never touches the connection', async () => {
  const link = await bed.link({ transport: 'unix', framing: 'ndjson', preamble: true });
  await link.arm('cut', 'downstream', { how: 'fin', label: 'stderr' });
  const { client, server } = await link.open();
  client.send(PREAMBLE);
  await server.received(PREAMBLE.length);
  server.send('still here\n');
  expect(await client.received(11)).toBe('still here\n');
});

test('a fault without a trigger acts when the preamble has passed, before the first byte', async () => {
  const link = await bed.link({ transport: 'unix', framing: 'ndjson', preamble: true });
  await link.arm('cut', 'downstream', { how: 'fin', label: 'stdout' });
  const { client, server } = await link.open();
  client.send(PREAMBLE);
  expect([await client.ended, await server.ended]).toEqual(['eof', 'eof']);
  expect(server.text()).toBe(PREAMBLE);
});

test('preamble is true or false', async () => {
  const answer = await bed.ask('POST', '/proxies', { name: 'p', listen: '127.0.0.1:0', upstream: '127.0.0.1:1', preamble: 'yes' });
  expect(answer).toMatchObject({ status: 400, json: { error: expect.stringContaining('preamble must be true or false') as string } });
});
