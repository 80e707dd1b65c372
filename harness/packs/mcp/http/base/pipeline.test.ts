// Answers in pieces: none before it is whole, whatever its head says of its length.
import { expect, test } from 'vitest';
import { firstAnswer } from './pipeline.ts';

const JSON_ANSWER = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n"ab"';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n';

test.each([
  ['with a length', JSON_ANSWER, '"ab"', 200],
  ['in chunks', CHUNKED, 'abc0123456789', 200],
  ['without a body', 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n', '', 202],
])('an answer %s', (_, answer, body, status) => {
  const bytes = Buffer.from(answer);
  for (let length = 0; length < bytes.length; length++) expect(firstAnswer(bytes.subarray(0, length))).toBeUndefined();
  expect(firstAnswer(Buffer.concat([bytes, Buffer.from('HTTP/1.1 2')]))).toEqual({ status, body, bytes: bytes.length });
});

test('an answer that ends with its connection has no end of its own', () => {
  expect(firstAnswer(Buffer.from('HTTP/1.0 200 OK\r\n\r\n{}'))).toBeUndefined();
});
