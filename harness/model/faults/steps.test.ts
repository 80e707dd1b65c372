import { expect, test } from 'vitest';
import {
  calls,
  cut,
  environment,
  fault,
  freeze,
  kill,
  latency,
  limit,
  networkCut,
  onNode,
  restart,
  split,
  stall,
  unread,
} from './steps.ts';

test('a bare fault acts downstream, from the start, and must fire once', () => {
  expect(fault('a->b', { kind: 'drop' })).toEqual({
    id: 'drop a->b',
    on: 'link',
    link: 'a->b',
    direction: 'downstream',
    fault: { kind: 'drop' },
    trigger: {},
    armAt: 'start',
    mustFire: 1,
  });
});

test('direction, mark, id and bounds are taken from where it is said, and the rest is the trigger', () => {
  const frame = { index: 3, matches: { contains: 'hello' } };
  const where = { direction: 'upstream', armAt: 'connected', id: 'mine', mustFire: 0, frame, atByte: 17, connection: 2 } as const;
  expect(fault('a->b', { kind: 'drop' }, where)).toEqual({
    id: 'mine',
    on: 'link',
    link: 'a->b',
    direction: 'upstream',
    fault: { kind: 'drop' },
    trigger: { frame, atByte: 17, connection: 2 },
    armAt: { mark: 'connected' },
    mustFire: 0,
  });
});

test('what is told to fire three times must fire three times, unless fewer are asked for', () => {
  expect(fault('a->b', { kind: 'drop' }, { times: 3 })).toMatchObject({ trigger: { times: 3 }, mustFire: 3 });
  expect(fault('a->b', { kind: 'drop' }, { times: 3, mustFire: 1 })).toMatchObject({ trigger: { times: 3 }, mustFire: 1 });
});

test('what may fire need not, and what has a bound says it', () => {
  expect(fault('a->b', { kind: 'drop' }, { times: 3, mayFire: true }).mustFire).toBe(0);
  expect(kill('room', { mark: 'busy', mayFire: true, firesAtMost: 1 })).toMatchObject({ mustFire: 0, firesAtMost: 1 });
  expect(fault('a->b', { kind: 'drop' }, { times: 9, firesAtMost: 3 })).toMatchObject({ trigger: { times: 9 }, firesAtMost: 3 });
  // @ts-expect-error: must it fire, or may it?
  expect(fault('a->b', { kind: 'drop' }, { mustFire: 2, mayFire: true }).mustFire).toBe(2);
});

test('a cut happens once unless told otherwise, for a system that reconnects would be cut for ever', () => {
  expect(cut('a->b', { how: 'rst', atByte: 6 })).toMatchObject({
    id: 'cut a->b',
    fault: { kind: 'cut', how: 'rst' },
    trigger: { atByte: 6, times: 1 },
    mustFire: 1,
  });
  expect(cut('a->b', { how: 'fin', times: 2 })).toMatchObject({ trigger: { times: 2 }, mustFire: 2 });
});

test('latency and stall take durations as people write them', () => {
  expect(latency('a->b', { delay: '1s', jitter: '20ms' }).fault).toEqual({ kind: 'latency', delayMs: 1_000, jitterMs: 20 });
  expect(latency('a->b', { delay: 5 }).fault).toEqual({ kind: 'latency', delayMs: 5 });
  expect(stall('a->b', { for: '2s' }).fault).toEqual({ kind: 'stall', forMs: 2_000 });
  expect(stall('a->b').fault).toEqual({ kind: 'stall' });
});

test('a split holds only what was said, so that it equals itself after a trip through a file', () => {
  const step = split('a->b', { every: 1, gap: 'boundary', atByte: 4 });
  expect(step.fault).toStrictEqual({ kind: 'split', every: 1, gap: 'boundary' });
  expect(step.trigger).toStrictEqual({ atByte: 4 });
  expect(split('a->b', { sizes: [1, 2], delayUs: 0 }).fault).toStrictEqual({ kind: 'split', sizes: [1, 2], delayUs: 0 });
});

test('a split in two ways does not compile, and what code without types says of it is kept for planning to refuse', () => {
  // @ts-expect-error: sizes or offsets
  const step = split('a->b', { sizes: [1, 2], offsets: [3] });
  expect(step.fault).toStrictEqual({ kind: 'split', sizes: [1, 2], offsets: [3] });
});

test('connections counted in two ways do not compile', () => {
  // @ts-expect-error: connection or nthAfterArming
  expect(fault('a->b', { kind: 'drop' }, { connection: 1, nthAfterArming: 1 }).trigger).toEqual({ connection: 1, nthAfterArming: 1 });
});

test('a node fault waits for its mark and must happen', () => {
  expect(onNode({ kind: 'kill', node: 'room' }, { mark: 'busy' })).toEqual({
    id: 'kill room',
    on: 'node',
    fault: { kind: 'kill', node: 'room' },
    armAt: { mark: 'busy' },
    mustFire: 1,
  });
  expect(onNode({ kind: 'restart', node: 'room' }, { mark: 'busy', id: 'again' }).id).toBe('again');
});

test('each node fault has a word of its own, and says when', () => {
  expect(kill('bridge', { fired: 'cut bridge->desktop' })).toEqual({
    id: 'kill bridge',
    on: 'node',
    fault: { kind: 'kill', node: 'bridge' },
    armAt: { fired: 'cut bridge->desktop' },
    mustFire: 1,
  });
  expect(freeze('desktop', { mark: 'busy', for: '500ms' }).fault).toEqual({ kind: 'pause', node: 'desktop', forMs: 500 });
  expect(environment('supervisor', { without: ['ps'] })).toMatchObject({ fault: { without: ['ps'] }, armAt: 'start' });
  expect(limit('supervisor', { descriptors: 64 }, { mustFire: 0 })).toMatchObject({ fault: { descriptors: 64 }, mustFire: 0 });
  expect(unread('bridge', 'stdout', { mark: 'quiet' })).toMatchObject({ fault: { stream: 'stdout' }, armAt: { mark: 'quiet' } });
  expect(networkCut('supervisor', { mark: 'now' }).fault).toEqual({ kind: 'network-cut', node: 'supervisor' });
  expect(restart('room', { mark: 'now' }).fault).toEqual({ kind: 'restart', node: 'room' });
  expect(calls('desktop', { calls: ['write'], inject: { what: 'error', error: 'EIO' } }).fault).toMatchObject({ calls: ['write'] });
});
