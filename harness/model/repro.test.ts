import { expect, test } from 'vitest';
import type { EventBody, History } from './judging/history.ts';
import { decisionsIn, firstDifference, parseRepro, REPRO_FORMAT, ReproError, type Decision, type Repro } from './repro.ts';
import { cut } from './faults/steps.ts';

const REPRO: Repro = {
  format: REPRO_FORMAT,
  case: {
    scenario: 'links/cut',
    parameters: { windows: 2 },
    seed: 7,
    schedule: JSON.parse(JSON.stringify([cut('a->b', { how: 'fin', atByte: 6 })])) as Repro['case']['schedule'],
    runtime: 'process',
    engine: 'auto',
    clockSpeed: 1,
  },
  outcome: 'fail',
  oracle: 'hang',
  message: 'no answer',
  fingerprint: 'abc',
  environment: { tornwire: '0.1.0', commit: null, node: 'v24.0.0', platform: 'linux x64', engines: ['own 1'] },
  decisions: [{ step: 'cut a->b', connection: 1, byteOffset: 6, frameIndex: null }],
  reproduced: { times: 1, of: 2 },
  savedAt: '2026-01-01T00:00:00.000Z',
  command: 'npx tornwire repro results/repros/x.json',
};

test('what was written is read back unchanged', () => {
  expect(parseRepro(JSON.stringify(REPRO, null, 2), 'x.json')).toStrictEqual(REPRO);
});

test('a newer format is refused before anything else is looked at, with the cure', () => {
  expect(() => parseRepro(JSON.stringify({ format: REPRO_FORMAT + 1, unheard: 'of' }), 'x.json')).toThrow(
    new ReproError(`x.json has repro format ${REPRO_FORMAT + 1}; this tornwire reads up to ${REPRO_FORMAT}: update tornwire`),
  );
});

test.each<[string, unknown, string]>([
  ['no object', null, 'the top level: '],
  ['a list', [], 'the top level: '],
  ['no format', { ...REPRO, format: undefined }, 'format: '],
  ['a seed that is a text', { ...REPRO, case: { ...REPRO.case, seed: '7' } }, 'case.seed: '],
  [
    'a fault that does not exist',
    { ...REPRO, case: { ...REPRO.case, schedule: [{ ...REPRO.case.schedule[0], fault: { kind: 'melt' } }] } },
    'case.schedule.0.fault.kind: ',
  ],
  [
    'a defect that leads to another folder',
    { ...REPRO, case: { ...REPRO.case, defect: 'x/../../../y' } },
    'case.defect: it becomes a part',
  ],
  [
    'a program that is a folder',
    {
      ...REPRO,
      case: {
        ...REPRO.case,
        schedule: [
          { id: 'p', on: 'node', armAt: 'start', mustFire: 0, fault: { kind: 'environment', node: 'a', first: { '..': '#!/bin/sh' } } },
        ],
      },
    },
    'case.schedule.0.fault.first',
  ],
  ['more reproductions than none', { ...REPRO, reproduced: { times: 0, of: 0 } }, 'reproduced.of: '],
  ['two wrong fields', { ...REPRO, oracle: 1, command: 2 }, 'oracle: '],
  ['a field too many', { ...REPRO, extra: 1 }, 'the top level: Unrecognized key: "extra"'],
])('a file with %s is refused, naming the first field that is wrong', (_what, value, field) => {
  const message = refusal(JSON.stringify(value));
  expect(message).toContain(`x.json is not a repro file: ${field}`);
  expect(message.split('\n')).toHaveLength(1);
});

test('a text that is not JSON is refused in one line, whatever line ends it has', () => {
  for (const text of ['', '{"format": 1', 'first\nsecond\nthird', '{\n\n"a":\n}']) {
    const message = refusal(text);
    expect(message).toMatch(/^x\.json is not a repro file: ./);
    expect(message.split('\n')).toHaveLength(1);
  }
});

test('decisions are the hits of link faults, in order; a killed node is none', () => {
  expect(
    decisionsIn(
      historyOf([
        { kind: 'fault', step: 'cut', fault: 'cut', target: 'a->b', state: 'armed' },
        {
          kind: 'fault',
          step: 'cut',
          fault: 'cut',
          target: 'a->b',
          state: 'fired',
          hit: { kind: 'link', ...hit(2, 17, 3), offsetInFrame: 5 },
        },
        { kind: 'fault', step: 'kill', fault: 'kill', target: 'b', state: 'fired', hit: { kind: 'node', node: 'b' } },
        { kind: 'fault', step: 'drop', fault: 'drop', target: 'a->b', state: 'fired', hit: { kind: 'link', ...hit(1, 4) } },
      ]),
    ),
  ).toEqual([{ ...decision('cut', 2, 17, 3), offsetInFrame: 5 }, decision('drop', 1, 4)]);
});

test.each<[string, Decision[], Decision[], string | undefined]>([
  ['the same', [decision('a', 1, 6, 2)], [decision('a', 1, 6, 2)], undefined],
  ['the same in another order of steps', [decision('a', 1, 6), decision('b', 1, 1)], [decision('b', 1, 1), decision('a', 1, 6)], undefined],
  [
    'another byte',
    [decision('a', 1, 6, 2)],
    [decision('a', 1, 7, 2)],
    "'a', firing 1: connection 1, byte 6 in frame 2 then, connection 1, byte 7 in frame 2 now",
  ],
  [
    'a missing firing',
    [decision('a', 1, 6), decision('a', 2, 6)],
    [decision('a', 1, 6)],
    "'a', firing 2: connection 2, byte 6 then, it did not fire now",
  ],
  [
    'a longer handshake before the same byte of the same frame',
    [{ ...decision('a', 1, 211, 2), offsetInFrame: 6 }],
    [{ ...decision('a', 1, 210, 2), offsetInFrame: 6 }],
    undefined,
  ],
  [
    'another byte of the same frame',
    [{ ...decision('a', 1, 211, 2), offsetInFrame: 6 }],
    [{ ...decision('a', 1, 211, 2), offsetInFrame: 7 }],
    "'a', firing 1: connection 1, byte 6 of frame 2 then, connection 1, byte 7 of frame 2 now",
  ],
  [
    'the same byte of another frame',
    [{ ...decision('a', 1, 6, 2), offsetInFrame: 6 }],
    [{ ...decision('a', 1, 6, 3), offsetInFrame: 6 }],
    "'a', firing 1: connection 1, byte 6 of frame 2 then, connection 1, byte 6 of frame 3 now",
  ],
  [
    'another byte than an older file knows, which has no place in the frame',
    [decision('a', 1, 211, 2)],
    [{ ...decision('a', 1, 210, 2), offsetInFrame: 6 }],
    "'a', firing 1: connection 1, byte 211 in frame 2 then, connection 1, byte 210 in frame 2 now",
  ],
  ['one firing more', [decision('a', 1, 6)], [decision('a', 1, 6), decision('a', 2, 6)], "'a' fired more often: 2 times now"],
  ['a step that never fired before', [], [decision('a', 1, 6)], "'a' fired more often: 1 times now"],
])('a replay with %s is told so', (_what, saved, now, difference) => {
  expect(firstDifference(saved, now)).toBe(difference);
});

function refusal(text: string): string {
  const outcome = attempted(() => parseRepro(text, 'x.json'));
  expect(outcome).toBeInstanceOf(ReproError);
  return (outcome as Error).message;
}

function attempted(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

function decision(step: string, connection: number, byteOffset: number, frameIndex: number | null = null): Decision {
  return { step, connection, byteOffset, frameIndex };
}

function hit(connection: number, byteOffset: number, frameIndex?: number) {
  return { connection, direction: 'upstream', byteOffset, ...(frameIndex !== undefined && { frameIndex }) } as const;
}

function historyOf(bodies: readonly EventBody[]): History {
  return bodies.map((body, i) => ({ seq: i + 1, atMs: i, wallMs: i, ...body }));
}
