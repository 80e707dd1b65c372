import { expect, test } from 'vitest';
import { proxyBed } from '../../testing/proxy-bed.ts';
import type { JsonFraming } from '../frame.ts';
import { lineProblem } from './json-line.ts';

const JSON_VALUE = 'is no JSON value';

test.each<[JsonFraming, string, string | undefined]>([
  ['json-lines', '{"a":1}', undefined],
  ['json-lines', '3\r', undefined],
  ['json-lines', 'Server listening on 3000', JSON_VALUE],
  ['json-lines', '', JSON_VALUE],
  ['json-lines', '{"a":1} {"b":2}', JSON_VALUE],
  ['json-lines', '\ufeff{"a":1}', JSON_VALUE],
  ['json-rpc', '{"a":1', JSON_VALUE],
  ['json-rpc', '{"jsonrpc":"2.0","method":"m","params":[1],"id":1}', undefined],
  ['json-rpc', '{"jsonrpc":"2.0","method":"told"}', undefined],
  ['json-rpc', '{"jsonrpc":"2.0","result":null,"id":"x"}', undefined],
  ['json-rpc', '{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}', undefined],
  ['json-rpc', '[{"jsonrpc":"2.0","method":"m","id":1},{"jsonrpc":"2.0","result":1,"id":2}]', undefined],
  ['json-rpc', '3', 'a message is an object'],
  ['json-rpc', '[]', 'a batch is empty'],
  ['json-rpc', '[{"jsonrpc":"2.0","method":"m"},1]', 'a message is an object'],
  ['json-rpc', '{"method":"m","id":1}', 'jsonrpc is not "2.0"'],
  ['json-rpc', '{"jsonrpc":"2.0","method":"m","id":{}}', 'an id is a string'],
  ['json-rpc', '{"jsonrpc":"2.0","method":3}', 'a method is a string'],
  ['json-rpc', '{"jsonrpc":"2.0","method":"m","params":3}', 'params are an object'],
  ['json-rpc', '{"jsonrpc":"2.0","method":"m","id":1,"result":2}', 'at once'],
  ['json-rpc', '{"jsonrpc":"2.0","id":1}', 'either a result or an error'],
  ['json-rpc', '{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}', 'either a result or an error'],
  ['json-rpc', '{"jsonrpc":"2.0","result":1}', 'a response has an id'],
  ['json-rpc', '{"jsonrpc":"2.0","error":"no","id":1}', 'whole number as its code'],
])('%s: %s', (framing, line, problem) => {
  const found = lineProblem(framing, Buffer.from(line));
  expect(found === undefined || problem === undefined ? found : found.includes(problem)).toBe(problem === undefined ? undefined : true);
});

test('bytes that are no UTF-8 are no JSON value', () => {
  expect(lineProblem('json-lines', Buffer.from([0x22, 0xff, 0x22]))).toBe(JSON_VALUE);
});

test('the proxy tells of each line that is wrong, with its bounded text, passes it, and reads on', async () => {
  await using bed = await proxyBed();
  const link = await bed.link({ framing: 'json-lines' });
  const { client, server } = await link.open();
  const wrong = `listening ${'x'.repeat(1000)}`;
  const sent = `{"a":1}\n${wrong}\n[2]\nready\n{"cut":`;
  client.send(sent);
  await server.received(sent.length);
  const errors = (await bed.seen('frame-error', 2)).map(({ index, offset, reason, line }) => ({ index, offset, reason, line }));
  expect(errors).toEqual([
    { index: 2, offset: 8, reason: JSON_VALUE, line: `${wrong.slice(0, 200)}…` },
    { index: 4, offset: 9 + wrong.length + 4, reason: JSON_VALUE, line: 'ready' },
  ]);
  client.socket.destroy();
});

test('what a child says on stderr is not judged', async () => {
  await using bed = await proxyBed();
  const link = await bed.link({ framing: 'json-rpc', preamble: true });
  for (const label of ['stderr', 'stdout']) {
    const { client, server } = await link.open();
    client.send(`{"stream":"${label}"}\n`);
    await server.received(label.length + 14);
    server.send('a log line\n');
    await client.received(11);
  }
  const errors = await bed.seen('frame-error', 1);
  expect(errors.map(({ connection }) => connection)).toEqual([2]);
});
