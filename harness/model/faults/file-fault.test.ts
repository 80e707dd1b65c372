import { expect, test } from 'vitest';
import { caseSchema, type Case } from '../case.ts';
import type { Step } from './fault.ts';
import type { ClockFault } from './clock-fault.ts';
import type { FileFault } from './file-fault.ts';
import { onClock, onFile } from './steps.ts';

const FILE_FAULTS: { [K in FileFault['kind']]: Required<Extract<FileFault, { kind: K }>> } = {
  'half-line': { kind: 'half-line', line: '{"a":1}', keepBytes: 3, stays: true },
  'missing-newline': { kind: 'missing-newline', line: '{"a":1}', stays: false },
  'truncated-tail': { kind: 'truncated-tail', bytes: 7 },
  'invalid-utf8': { kind: 'invalid-utf8', line: 'caf\u00e9' },
  'foreign-lines': { kind: 'foreign-lines', lines: ['', 'x\u2028y'], inside: true },
  'read-only': { kind: 'read-only', deep: true },
  'full-disk': { kind: 'full-disk', sizeKB: 64, freeKB: 0 },
  'stale-socket': { kind: 'stale-socket' },
  'stale-file': { kind: 'stale-file', content: '{dead-pid}\n' },
};
const CLOCK_FAULTS: readonly ClockFault[] = [
  { kind: 'jump', byMs: -3_600_000 },
  { kind: 'skew', byMs: 250 },
];

test.each(Object.values(FILE_FAULTS))('$kind of a file survives the trip through a file', (fault) => {
  const step = onFile('room', '{state}/*.jsonl', fault, { armAt: 'busy', whenLines: 0, match: 2, mustFire: 3 });
  expect(caseSchema.parse(JSON.parse(JSON.stringify(caseOf(step))))).toStrictEqual(caseOf(step));
});

test.each(CLOCK_FAULTS)('$kind of a clock survives the trip through a file', (fault) => {
  const step = onClock('room', fault);
  expect(caseSchema.parse(JSON.parse(JSON.stringify(caseOf(step))))).toStrictEqual(caseOf(step));
});

test.each<[string, FileFault]>([
  ['half a line of nothing', { kind: 'half-line', keepBytes: 0 }],
  ['a tail of no bytes', { kind: 'truncated-tail', bytes: 0 }],
  ['no foreign lines', { kind: 'foreign-lines', lines: [] }],
  ['a disk that nothing fits on', { kind: 'full-disk', sizeKB: 1 }],
])('%s is refused', (_what, fault) => {
  expect(caseSchema.safeParse(caseOf(onFile('room', '{state}/x', fault))).success).toBe(false);
});

test('a file step says only what was said, and acts before anything starts without a mark', () => {
  expect(onFile('room', '{state}/x', { kind: 'stale-socket' })).toStrictEqual({
    id: 'stale-socket room',
    on: 'file',
    node: 'room',
    path: '{state}/x',
    fault: { kind: 'stale-socket' },
    armAt: 'start',
    mustFire: 1,
  });
  expect(onClock('room', { kind: 'jump', byMs: 1 }, { armAt: 'busy', id: 'mine' })).toStrictEqual({
    id: 'mine',
    on: 'clock',
    node: 'room',
    fault: { kind: 'jump', byMs: 1 },
    armAt: { mark: 'busy' },
    mustFire: 1,
  });
});

function caseOf(step: Step): Case {
  const about = { scenario: 'a/b', parameters: {}, seed: 1, runtime: 'process', engine: 'auto', clockSpeed: 1 } as const;
  return { ...about, schedule: [step] };
}
