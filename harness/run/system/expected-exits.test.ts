import { expect, test } from 'vitest';
import { expectedExits } from './expected-exits.ts';

const failed = { code: 7, signal: null };
const exits = () => expectedExits((name) => (name === 'parent' ? ['child'] : []));

test('an end is asked for by what the node was sent while it lived', () => {
  const expected = exits();
  const life = expected.begin({ name: 'server', hasEnded: () => false });
  expected.expect('server');
  expect(life.end(failed)).toEqual({ asked: true });
});

test('what had died before it was sent anything was not asked, and neither was the child of a parent that is told to stop', () => {
  const expected = exits();
  const [server, child] = ['server', 'child'].map((name) => expected.begin({ name, hasEnded: () => true }));
  expected.expect('server');
  expected.expect('parent');
  expect([server?.end(failed), child?.end(failed)]).toEqual([{ asked: false }, { asked: false }]);
});

test('two children of one name are asked one by one: a dead one excuses no living one, and a new one takes nothing from an old one', () => {
  const expected = exits();
  const [dead, old] = [true, false].map((ended) => expected.begin({ name: 'child', hasEnded: () => ended }));
  expected.expect('parent', 'SIGTERM');
  expected.forget('child');
  const fresh = expected.begin({ name: 'child', hasEnded: () => false });
  expect([dead, old, fresh].map((life) => life?.end(failed).asked)).toEqual([false, true, false]);
});

test('a node that is sent a signal before it is ready has been asked', () => {
  const expected = exits();
  expected.expect('server', 'SIGKILL');
  const life = expected.begin({ name: 'server' });
  expect(life.end({ code: 137, signal: null })).toEqual({ asked: true });
});
