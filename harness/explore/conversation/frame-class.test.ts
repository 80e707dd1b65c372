import { expect, test } from 'vitest';
import { classOf } from './frame-class.ts';

const head = (line: string): string =>
  classOf({ link: 'a->b', direction: 'upstream', type: 'request-head', payload: `${line} HTTP/1.1\r\n\r\n` }).name;

test.each([
  ['GET /api/sessions', 'GET /api/sessions'],
  ['GET /items/17/parts', 'GET /items/'],
  ['GET /items/0c6bb0e2-84d5-4a2a-9cf8-3f6c0d6c2c52', 'GET /items/'],
  // An identifier often has a word before it.
  ['POST /api/sessions/tmp-24d44dbddaf3/messages', 'POST /api/sessions/'],
  ['GET /api/sessions/agent-of-tmp-24d44dbddaf3/stream', 'GET /api/sessions/'],
  ['GET /users/usr_1a2b3c', 'GET /users/'],
  ['GET /api/send-back', 'GET /api/send-back'],
  ['GET /v2/chat-facade/sha1', 'GET /v2/chat-facade/sha1'],
])('%s is of the class of %s', (line, name) => {
  expect(head(line)).toBe(`a->b upstream request-head ${name}`);
});
