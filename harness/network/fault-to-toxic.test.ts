import { describe, expect, test } from 'vitest';
import type { LinkFault, LinkFaultKind, Trigger } from '../model/faults/fault.ts';
import type { Direction, Framing, Transport } from '../model/system/link.ts';
import { FRAMINGS, renderFaultTable, SAMPLES, sampleStep, TRANSPORTS } from './faults-by-transport.ts';
import { apiName, nameOfApi } from './api/api-name.ts';
import { LINK_FAULT_KINDS } from '../model/faults/link/table.ts';
import { faultToToxic } from './fault-to-toxic.ts';

const ALL = 'tcp unix stdio';
const DIALLED = 'tcp unix';

/** Written by hand: the toxic of our proxy, the transports it works on, Toxiproxy's toxic, and whether raw links can have it. */
const EXPECTED: Record<LinkFaultKind, readonly [toxic: string, own: string, toxiproxy: 'yes' | 'no', raw: 'raw' | 'framed' | 'messages']> =
  {
    latency: ['latency', ALL, 'yes', 'raw'],
    bandwidth: ['bandwidth', ALL, 'yes', 'raw'],
    stall: ['stall', ALL, 'no', 'raw'],
    'slow-close': ['slow_close', ALL, 'yes', 'raw'],
    timeout: ['timeout', ALL, 'yes', 'raw'],
    split: ['split', ALL, 'no', 'raw'],
    slice: ['slicer', ALL, 'yes', 'raw'],
    coalesce: ['coalesce', ALL, 'no', 'raw'],
    'slow-reader': ['slow_reader', ALL, 'no', 'raw'],
    cut: ['cut', ALL, 'no', 'raw'],
    'gone-after-sending': ['gone_after_sending', DIALLED, 'no', 'framed'],
    'limit-data': ['limit_data', ALL, 'yes', 'raw'],
    reset: ['reset_peer', DIALLED, 'yes', 'raw'],
    refuse: ['refuse', DIALLED, 'no', 'raw'],
    'accept-then-close': ['accept_close', DIALLED, 'no', 'raw'],
    'never-accept': ['never_accept', DIALLED, 'no', 'raw'],
    'half-open': ['half_open', DIALLED, 'no', 'raw'],
    down: ['disable', DIALLED, 'yes', 'raw'],
    drop: ['drop', ALL, 'no', 'framed'],
    duplicate: ['duplicate', ALL, 'no', 'framed'],
    hold: ['hold', ALL, 'no', 'framed'],
    reorder: ['reorder', ALL, 'no', 'framed'],
    truncate: ['truncate', ALL, 'no', 'raw'],
    'truncate-message': ['truncate_message', ALL, 'no', 'messages'],
    corrupt: ['corrupt', ALL, 'no', 'raw'],
    'stray-line': ['stray_line', ALL, 'no', 'raw'],
    respond: ['respond', ALL, 'no', 'messages'],
    'split-utf8': ['split_utf8', ALL, 'no', 'raw'],
  };

test('the expected table names every fault of the model', () => {
  expect(Object.keys(EXPECTED).sort()).toEqual([...LINK_FAULT_KINDS].sort());
});

describe.each(LINK_FAULT_KINDS)('%s', (kind) => {
  const [type, own, toxiproxy, raw] = EXPECTED[kind];

  test.each(cells())('on our proxy over $transport with $framing', ({ transport, framing }) => {
    const carries = raw === 'raw' || (framing !== 'raw' && (raw === 'framed' || framing !== 'http'));
    const carried = own.split(' ').includes(transport) && carries;
    expectCell(translated('own', SAMPLES[kind], transport, framing), carried, type);
  });

  test.each(cells())('on Toxiproxy over $transport with $framing', ({ transport, framing }) => {
    expectCell(translated('toxiproxy', SAMPLES[kind], transport, framing), toxiproxy === 'yes' && transport === 'tcp', type);
  });
});

test('a frame trigger is refused on a raw link, whatever the fault', () => {
  for (const kind of LINK_FAULT_KINDS)
    expect(translated('own', SAMPLES[kind], 'tcp', 'raw', { frame: { index: 1 } })).toHaveProperty('refused');
});

test('a trigger becomes attributes in the names of our API', () => {
  const trigger: Trigger = {
    connection: 2,
    frame: { index: 3, matches: { type: 'text', contains: 'create_window', json: { '/op': 'create' } } },
    atByte: 6,
    times: 1,
  };
  expect(translated('own', { kind: 'cut', how: 'half-close' }, 'tcp', 'websocket', trigger)).toEqual({
    toxic: {
      name: 'cut~20~a-~3e~b',
      type: 'cut',
      stream: 'downstream',
      toxicity: 1,
      attributes: {
        how: 'half_close',
        connection: 2,
        frame: 3,
        match: { type: 'text', contains: 'create_window', json: { '/op': 'create' } },
        at_byte: 6,
        times: 1,
      },
    },
  });
});

test.each<[Direction, Trigger, Record<string, unknown>]>([
  ['upstream', {}, { label: 'stdin' }],
  ['downstream', {}, { label: 'stdout' }],
  ['downstream', { stream: 'stderr' }, { label: 'stderr' }],
  ['upstream', { connection: 1 }, { label: 'stdin', connection: 1 }],
  ['downstream', { connection: 1 }, { label: 'stdout', connection: 2 }],
  ['downstream', { stream: 'stderr', connection: 3 }, { label: 'stderr', connection: 9 }],
  ['downstream', { nthAfterArming: 2, frame: { index: 4 } }, { label: 'stdout', nth: 5, frame: 4 }],
])('%s on a stdio link, %j is aimed at %j', (direction, trigger, aim) => {
  const step = { ...sampleStep({ kind: 'stall' }, trigger), direction };
  expect(faultToToxic('own', step, { transport: 'stdio', framing: 'ndjson' })).toMatchObject({ toxic: { attributes: aim } });
});

test('which end of a half-open connection has gone is told to the proxy', () => {
  const place = { transport: 'tcp', framing: 'raw' } as const;
  expect(faultToToxic('own', sampleStep({ kind: 'half-open', gone: 'client' }), place)).toMatchObject({
    toxic: { type: 'half_open', attributes: { gone: 'client' } },
  });
});

test('slices on a stdio link are parted by time alone, and say so', () => {
  const place = { transport: 'stdio', framing: 'raw' } as const;
  expect(faultToToxic('own', sampleStep({ kind: 'split-utf8' }), place)).toMatchObject({
    toxic: { attributes: { gap: 'paced', delay_us: 5_000, label: 'stdout' } },
  });
  expect(faultToToxic('own', sampleStep({ kind: 'split', every: 2, delayUs: 70 }), place)).toMatchObject({
    toxic: { attributes: { gap: 'paced', delay_us: 70, every: 2 } },
  });
});

test.each<[string, LinkFault, Trigger, Transport, Framing, string]>([
  ['a vouched split of a pipe', { kind: 'split', every: 1, gap: 'gated' }, {}, 'stdio', 'raw', 'a pipe lies between'],
  ['a stream of a link that has none', SAMPLES.cut, { stream: 'stdout' }, 'tcp', 'raw', 'only a stdio link has streams'],
  ['stdin towards the parent', SAMPLES.cut, { stream: 'stdin' }, 'stdio', 'raw', 'stdin carries bytes upstream only'],
  ['a byte for a fault before bytes', SAMPLES['never-accept'], { atByte: 3 }, 'tcp', 'raw', 'acts before there are bytes'],
  ['a byte for a fault from the first byte on', SAMPLES.latency, { atByte: 3 }, 'tcp', 'raw', 'from its first byte'],
  ['a count for a fault that lasts', SAMPLES.bandwidth, { times: 3 }, 'tcp', 'raw', 'until it is lifted'],
  ['a connection for a fault of the address', SAMPLES.down, { connection: 1 }, 'tcp', 'raw', "acts on the link's address"],
  [
    'a byte inside a frame that is dropped whole',
    SAMPLES.drop,
    { frame: { index: 1 }, atByte: 3 },
    'tcp',
    'ndjson',
    'acts on a whole frame',
  ],
  ['a byte for faults of whole frames', SAMPLES.reorder, { atByte: 3 }, 'tcp', 'ndjson', 'acts on whole frames'],
  ['a drop on a raw link that says no byte', SAMPLES.drop, {}, 'tcp', 'raw', 'say which with atByte'],
  ['an opcode on lines', SAMPLES.cut, { frame: { matches: { opcode: 1 } } }, 'unix', 'ndjson', 'only WebSocket frames'],
  ['a frame type that the framing lacks', SAMPLES.cut, { frame: { matches: { type: 'ping' } } }, 'unix', 'ndjson', 'there are line'],
  ['a frame trigger that says nothing', SAMPLES.cut, { frame: {} }, 'unix', 'ndjson', 'an index or something to match'],
  ['a kernel boundary in TCP', { kind: 'split', every: 1, gap: 'boundary' }, {}, 'tcp', 'raw', 'no boundary in a TCP stream'],
  ['joined frames on a raw link', { kind: 'coalesce', frames: 2, withinMs: 5 }, {}, 'tcp', 'raw', 'no frames'],
  ['a coalesce without a measure', { kind: 'coalesce', withinMs: 5 }, {}, 'tcp', 'ndjson', 'untilBytes or frames'],
  ['a reset of a pipe', { kind: 'cut', how: 'rst' }, {}, 'stdio', 'ndjson', 'a pipe has no reset'],
  ['fractions', { kind: 'stall', forMs: 0.5 }, {}, 'tcp', 'raw', 'whole numbers only, and for_ms is 0.5'],
])('our proxy refuses %s', (_what, fault, trigger, transport, framing, reason) => {
  expect(translated('own', fault, transport, framing, trigger)).toEqual({ refused: expect.stringContaining(reason) });
});

test.each<[string, LinkFault, Trigger, string]>([
  ['any trigger', SAMPLES.latency, { times: 1 }, 'no triggers'],
  ['fractions', { kind: 'latency', delayMs: 1.5 }, {}, 'whole numbers only, and latency is 1.5'],
])('Toxiproxy refuses %s', (_what, fault, trigger, reason) => {
  expect(translated('toxiproxy', fault, 'tcp', 'raw', trigger)).toEqual({ refused: expect.stringContaining(reason) });
});

test.each<[string, LinkFault, Trigger, Framing, object]>([
  ['in the frame that it corrupts', SAMPLES.corrupt, { frame: { index: 4 }, atByte: 10 }, 'ndjson', { offset: 12, frame: 4 }],
  ['in the stream of a raw link', SAMPLES.corrupt, { atByte: 10 }, 'raw', { at_byte: 12 }],
  ['in the stream where no frame is named', SAMPLES.truncate, { atByte: 10 }, 'ndjson', { at_byte: 13 }],
  ['in the frame that it truncates', SAMPLES.truncate, { frame: { index: 4 } }, 'ndjson', { to_bytes: 3, frame: 4 }],
])('a fault that counts bytes counts them %s', (_where, fault, trigger, framing, expected) => {
  const translation = translated('own', fault, 'tcp', framing, trigger);
  const { mask: _mask, ...attributes } = 'toxic' in translation ? translation.toxic.attributes : {};
  expect(attributes).toEqual(expected);
});

test('Toxiproxy refuses a reset that is armed later, when connections may be alive', () => {
  const step = { ...sampleStep(SAMPLES.reset), armAt: { mark: 'later' } };
  expect(faultToToxic('toxiproxy', step, { transport: 'tcp', framing: 'raw' })).toHaveProperty('refused');
});

test('names for the API keep what is safe and are never shared', () => {
  expect(apiName('cut.room_1-a')).toBe('cut.room_1-a');
  const names = ['a->b', 'a-~3e~b', 'a b', 'a/b', 'a,b', 'a?b', 'ä', '~', ''];
  expect(new Set(names.map(apiName)).size).toBe(names.length);
  for (const name of names) {
    expect(apiName(name)).toMatch(/^[A-Za-z0-9._~-]*$/);
    expect(nameOfApi(apiName(name))).toBe(name);
  }
});

test('the documentation shows the table as it is', async () => {
  await expect(renderFaultTable()).toMatchFileSnapshot('../../docs/reference/faults-by-transport.md');
});

function cells(): { transport: Transport; framing: Framing }[] {
  return TRANSPORTS.flatMap((transport) => FRAMINGS.map((framing) => ({ transport, framing })));
}

function translated(engine: 'own' | 'toxiproxy', fault: LinkFault, transport: Transport, framing: Framing, trigger: Trigger = {}) {
  return faultToToxic(engine, sampleStep(fault, trigger), { transport, framing });
}

const REFUSED: object = { refused: expect.stringMatching(/\w{4,}/) };

function expectCell(translation: ReturnType<typeof faultToToxic>, carried: boolean, type: string): void {
  const expected = carried ? carriedAs(type) : REFUSED;
  expect(translation).toEqual(expected);
}

function carriedAs(type: string): object {
  if (type === 'disable') return { disable: true };
  return { toxic: { name: expect.any(String), type, stream: 'downstream', toxicity: 1, attributes: expect.any(Object) } };
}
