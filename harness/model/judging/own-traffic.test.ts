import { expect, test } from 'vitest';
import type { Event } from './history.ts';
import type { Link } from '../system/link.ts';
import { ownTraffic } from './own-traffic.ts';

const links: Link[] = [
  { name: 'script->server', from: 'driver', to: 'server', listener: 'api', framing: 'http' },
  { name: 'server->agent', from: 'server', to: 'agent', listener: 'api', framing: 'http' },
];

/** `>` towards the server, `<` from it: what of it is the script's own. */
function own(...frames: readonly [string, number][]): string[] {
  const isOwn = ownTraffic(links);
  return frames.flatMap(([text, atMs], index) => {
    const [direction, type, connection = '1'] = text.split(' ') as [string, string, string?];
    const where = {
      link: 'script->server',
      connection: Number(connection),
      direction: direction === '>' ? 'upstream' : 'downstream',
    } as const;
    const event: Event = { kind: 'frame', seq: index + 1, atMs, wallMs: 0, index, type, offset: 0, ...where };
    return isOwn(event) ? [text] : [];
  });
}

test('what the script sends and one answer to each request is its own, what comes unasked is the system’s', () => {
  expect(own(['> text', 0], ['< text', 5], ['< text', 6])).toEqual(['> text', '< text']);
  expect(own(['> line', 0], ['> line', 1], ['< line', 500], ['< line', 9_000], ['< line', 9_001])).toHaveLength(4);
});

test('an answer with a body is an answer, also on fresh connections; a stream that goes on is the system’s', () => {
  const polls: [string, number][] = [1, 2, 3].flatMap((n): [string, number][] => [
    [`> request-head ${n}`, n * 50],
    [`< response-head ${n}`, n * 50 + 1],
    [`< body ${n}`, n * 50 + 2],
  ]);
  expect(own(...polls)).toHaveLength(9);
  expect(own(['> request-head', 0], ['< response-head', 1], ['< body-chunk', 2], ['< body-chunk', 4_000])).toHaveLength(3);
});

test('heartbeats are nobody’s request', () => {
  expect(own(['> ping', 0], ['< pong', 1], ['< text', 2])).toEqual(['> ping', '< pong']);
});

test('between other nodes nothing is the script’s own, its operations and connections are', () => {
  const isOwn = ownTraffic(links);
  const base = { seq: 1, atMs: 0, wallMs: 0 };
  const frame = { ...base, kind: 'frame', connection: 1, direction: 'upstream', index: 1, type: 'text', offset: 0 } as const;
  expect(isOwn({ ...frame, link: 'server->agent' })).toBe(false);
  expect(isOwn({ ...base, kind: 'connection', link: 'script->server', connection: 1, state: 'opened' })).toBe(true);
  expect(isOwn({ ...base, kind: 'connection', link: 'server->agent', connection: 1, state: 'opened' })).toBe(false);
  expect(isOwn({ ...base, kind: 'operation', id: 1, client: 'script', name: 'ask', state: 'ok' })).toBe(true);
});
