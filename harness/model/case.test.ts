// What the schema lets through is what a repro can hold: every fault of fault.ts with every one of its fields.
import { expect, test } from 'vitest';
import { caseSchema, type Case } from './case.ts';
import type { LinkFault, NodeFault, NodeStep, Step } from './faults/fault.ts';
import type { LinkFaultKind, LinkFaultOf } from './faults/link/table.ts';
import type { NodeFaultOf } from './faults/node-fault.ts';

/** With every field that it may have; of fields that rule each other out, one. */
type Whole<F> = F extends unknown ? { [X in keyof F as F[X] extends undefined ? never : X]-?: F[X] } : never;

/** The types ask for every kind and every optional field: a new one without a sample does not compile, without a schema it is red. */
const LINK_FAULTS: { [K in LinkFaultKind]: Whole<LinkFaultOf<K>> } = {
  latency: { kind: 'latency', delayMs: 5, jitterMs: 1 },
  bandwidth: { kind: 'bandwidth', rateKBps: 10 },
  stall: { kind: 'stall', forMs: 100 },
  'slow-close': { kind: 'slow-close', delayMs: 5 },
  timeout: { kind: 'timeout', afterMs: 0 },
  split: { kind: 'split', sizes: [1, 2], gap: 'gated', delayUs: 10 },
  slice: { kind: 'slice', averageSize: 10, sizeVariation: 2, delayUs: 10 },
  coalesce: { kind: 'coalesce', untilBytes: 100, frames: 2, withinMs: 50 },
  'slow-reader': { kind: 'slow-reader', rateBps: 100 },
  cut: { kind: 'cut', how: 'half-close' },
  'limit-data': { kind: 'limit-data', bytes: 0 },
  reset: { kind: 'reset', afterMs: 1 },
  refuse: { kind: 'refuse' },
  'accept-then-close': { kind: 'accept-then-close' },
  'never-accept': { kind: 'never-accept' },
  'half-open': { kind: 'half-open', gone: 'client' },
  down: { kind: 'down' },
  drop: { kind: 'drop' },
  duplicate: { kind: 'duplicate' },
  hold: { kind: 'hold', frames: 1 },
  reorder: { kind: 'reorder', window: 2 },
  truncate: { kind: 'truncate', toBytes: 0 },
  corrupt: { kind: 'corrupt', offset: 0, mask: 255, length: 1 },
  'stray-line': { kind: 'stray-line', line: 'warning: \u2028' },
  'gone-after-sending': { kind: 'gone-after-sending' },
  'truncate-message': { kind: 'truncate-message', toBytes: 2 },
  respond: { kind: 'respond', answer: { status: 429, headers: { 'retry-after': '1' }, body: 'slow down' } },
  'split-utf8': { kind: 'split-utf8' },
};

const NODE_FAULTS: { [K in NodeFault['kind']]: Required<Extract<NodeFault, { kind: K }>> } = {
  signal: { kind: 'signal', node: 'room', signal: 'SIGHUP' },
  environment: {
    kind: 'environment',
    node: 'room',
    set: { LANG: 'C' },
    unset: ['HOME'],
    without: ['ps'],
    first: { python3: '#!/bin/sh\n' },
  },
  unread: { kind: 'unread', node: 'room', stream: 'stderr' },
  limit: { kind: 'limit', node: 'room', descriptors: 64, processes: 20, memoryMiB: 100 },
  'network-cut': { kind: 'network-cut', node: 'room' },
  calls: {
    kind: 'calls',
    node: 'room',
    calls: ['write', '%file'],
    path: '{state}/log',
    from: 2,
    count: 3,
    every: 1,
    inject: { what: 'error', error: 'ENOSPC' },
  },
  kill: { kind: 'kill', node: 'room', signal: 'SIGTERM' },
  pause: { kind: 'pause', node: 'room', forMs: 10 },
  restart: { kind: 'restart', node: 'room', signal: 'SIGTERM' },
};

test.each(Object.values(LINK_FAULTS))('$kind survives the trip through a file', (fault) => {
  const given = caseOf([linkStep(fault)]);
  expect(caseSchema.parse(JSON.parse(JSON.stringify(given)))).toStrictEqual(given);
});

test.each(Object.values(NODE_FAULTS))('$kind of a node survives the trip through a file', (fault) => {
  const given = caseOf([{ id: 'step', on: 'node', fault, armAt: { mark: 'busy' }, mustFire: 1 }]);
  expect(caseSchema.parse(JSON.parse(JSON.stringify(given)))).toStrictEqual(given);
});

test.each<NodeStep['armAt']>(['start', { mark: 'busy' }, { fired: 'cut a->b' }])('a node step may be armed at %j', (armAt) => {
  const given = caseOf([{ id: 'step', on: 'node', fault: NODE_FAULTS.kill, armAt, mustFire: 1 }]);
  expect(caseSchema.parse(JSON.parse(JSON.stringify(given)))).toStrictEqual(given);
});

test.each<NodeFaultOf<'calls'>['inject']>([
  { what: 'result', result: 0 },
  { what: 'delay', delayMs: 5 },
  { what: 'signal', signal: 'SIGSEGV' },
])('a call may be answered with %j', (inject) => {
  const given = caseOf([{ id: 'step', on: 'node', fault: { ...NODE_FAULTS.calls, inject }, armAt: 'start', mustFire: 1 }]);
  expect(caseSchema.parse(JSON.parse(JSON.stringify(given)))).toStrictEqual(given);
});

test('a trigger keeps all of its counts and its frame match', () => {
  const frame = { index: 2, matches: { type: 'text', opcode: 1, contains: 'x', json: { '/kind': 'reply', '/ids': [1, null] } } };
  const trigger = { stream: 'stdin', frame, atByte: 0, times: 3 } as const;
  const step = { ...linkStep({ kind: 'drop' }), armAt: { mark: 'm' } };
  const given = caseOf([
    { ...step, trigger: { ...trigger, connection: 1 } },
    { ...step, trigger: { ...trigger, nthAfterArming: 2 } },
  ]);
  expect(caseSchema.parse(JSON.parse(JSON.stringify(given)))).toStrictEqual(given);
});

test.each<LinkFault>([
  { kind: 'split', every: 1 },
  { kind: 'split', offsets: [3] },
])('%j is a split', (fault) => {
  const given = caseOf([linkStep(fault)]);
  expect(caseSchema.parse(JSON.parse(JSON.stringify(given)))).toStrictEqual(given);
});

test('optional fields may be absent', () => {
  const given = caseOf([linkStep({ kind: 'split', every: 1 }), linkStep({ kind: 'stall' }), linkStep({ kind: 'reset' })]);
  expect(caseSchema.parse(given)).toStrictEqual(given);
});

test.each<[string, (given: Case) => unknown, string]>([
  ['an unknown fault', (given) => ({ ...given, schedule: [linkStep({ kind: 'melt' } as unknown as LinkFault)] }), 'schedule.0.fault.kind'],
  [
    'a misspelt number of a fault',
    (given) => ({ ...given, schedule: [linkStep({ kind: 'stall', formMs: 3 } as LinkFault)] }),
    'schedule.0.fault',
  ],
  [
    'a byte before the first',
    (given) => ({ ...given, schedule: [{ ...linkStep({ kind: 'drop' }), trigger: { atByte: -1 } }] }),
    'schedule.0.trigger.atByte',
  ],
  [
    'a connection counted from 0',
    (given) => ({ ...given, schedule: [{ ...linkStep({ kind: 'drop' }), trigger: { connection: 0 } }] }),
    'schedule.0.trigger.connection',
  ],
  ['a frame counted from 0', linkTrigger({ frame: { index: 0 } }), 'schedule.0.trigger.frame.index'],
  ['connections counted in two ways', linkTrigger({ connection: 1, nthAfterArming: 1 }), 'schedule.0.trigger'],
  ['a split in two ways', linkFault({ kind: 'split', every: 1, offsets: [3] }), 'schedule.0.fault'],
  ['a split in no way', linkFault({ kind: 'split' }), 'schedule.0.fault'],
  [
    'a mark without a name',
    (given) => ({ ...given, schedule: [{ ...linkStep({ kind: 'drop' }), armAt: { mark: '' } }] }),
    'schedule.0.armAt.mark',
  ],
  [
    'a mask that changes nothing',
    (given) => ({ ...given, schedule: [linkStep({ kind: 'corrupt', offset: 0, mask: 0 })] }),
    'schedule.0.fault.mask',
  ],
  ['an unknown signal', nodeFault({ kind: 'signal', node: 'room', signal: 'SIGMELT' }), 'schedule.0.fault.signal'],
  ['a program named with its folder', nodeFault({ kind: 'environment', node: 'room', without: ['/bin/ps'] }), 'schedule.0.fault.without.0'],
  ['a limit of nothing', nodeFault({ kind: 'limit', node: 'room' }), 'schedule.0.fault'],
  ['a seed beyond 32 bits', (given) => ({ ...given, seed: 2 ** 32 }), 'seed'],
  ['a slower clock', (given) => ({ ...given, clockSpeed: 0.5 }), 'clockSpeed'],
  ['a field of another version', (given) => ({ ...given, colour: 'red' }), ''],
])('%s is refused at its place', (_what, change, path) => {
  const parsed = caseSchema.safeParse(change(caseOf([])));
  expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});

function linkFault(fault: unknown): (given: Case) => unknown {
  return (given) => ({ ...given, schedule: [{ ...linkStep({ kind: 'drop' }), fault }] });
}

function linkTrigger(trigger: unknown): (given: Case) => unknown {
  return (given) => ({ ...given, schedule: [{ ...linkStep({ kind: 'drop' }), trigger }] });
}

function nodeFault(fault: unknown): (given: Case) => unknown {
  return (given) => ({ ...given, schedule: [{ id: 'step', on: 'node', fault, armAt: 'start', mustFire: 1 }] });
}

function linkStep(fault: LinkFault): Extract<Step, { on: 'link' }> {
  return { id: `${fault.kind} a->b`, on: 'link', link: 'a->b', direction: 'upstream', fault, trigger: {}, armAt: 'start', mustFire: 1 };
}

function caseOf(schedule: readonly Step[]): Case {
  return {
    scenario: 'a/b',
    parameters: { windows: 2, deep: { list: [null, 'x'] } },
    seed: 2 ** 32 - 1,
    schedule,
    runtime: 'process',
    engine: 'auto',
    clockSpeed: 1,
    defect: 'W1',
  };
}
