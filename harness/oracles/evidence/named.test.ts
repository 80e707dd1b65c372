import { expect, test } from 'vitest';
import { asks } from './named.ts';

test.each([
  ['room', true],
  ['room answers', true],
  ["the room's peers", true],
  ['answers of (room)', true],
  ['/room', true],
  ['classroom', false],
  ['room-10 answers', false],
  ['room_1', false],
  ['rooms', false],
  ['pre-room', false],
  ['zoömroom', false],
])('a probe called %s asks the node room: %s', (name, expected) => {
  expect(asks({ name }, 'room')).toBe(expected);
});

test('the field outranks the name', () => {
  expect(asks({ name: 'room answers', node: 'bridge' }, 'room')).toBe(false);
  expect(asks({ name: 'room answers', node: 'bridge' }, 'bridge')).toBe(true);
  expect(asks({ name: 'codex_status', node: 'agent' }, 'agent-2')).toBe(false);
});
