// A hit is an effect: each fault, as a scenario names it, with traffic that it changes and with traffic that it does
// not. The words for it are in the fault's own file (model/faults/link/).

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LinkFault, LinkFaultKind, Trigger } from '../model/faults/fault.ts';
import { sampleStep } from '../network/faults-by-transport.ts';
import { LINK_FAULT_KINDS } from '../model/faults/link/table.ts';
import { faultToToxic } from '../network/fault-to-toxic.ts';
import { eventually, proxyBed } from './testing/proxy-bed.ts';
import type { Peer, ProxyBed } from './testing/proxy-bed.ts';

let bed: ProxyBed;
beforeAll(async () => {
  bed = await proxyBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

type Link = Awaited<ReturnType<ProxyBed['link']>>;
type Ends = { client: Peer; server: Peer };
type Drive = (ends: Ends, link: Link) => Promise<unknown>;

interface Case {
  title: string;
  fault: LinkFault;
  trigger?: Trigger;
  framing?: 'raw' | 'ndjson';
  /** What passes once the fault is armed. It acts upstream, so what matters is what the client sends. */
  drive: Drive | 'nobody dials' | 'somebody dials';
  /** Done before the fault is armed. */
  before?: Drive;
}

const REQUEST = 'x'.repeat(237);

const sends =
  (text: string): Drive =>
  async ({ client, server }) => {
    client.send(text);
    await server.received(Buffer.byteLength(text));
  };
const sendsAndEnds =
  (text: string): Drive =>
  async ({ client, server }) => {
    client.socket.end(text);
    await server.ended;
  };
/** Upstream nothing is sent; that the connection lives is seen from the other direction. */
const isIdle: Drive = async ({ client, server }) => {
  server.send('hello');
  await client.received(5);
};
const sendsAndDoesNotWait =
  (text: string): Drive =>
  async ({ client }, link) => {
    client.send(text);
    await eventually('the bytes at the proxy', async () => (await link.bytesIn('upstream')) >= text.length || undefined);
  };
const sendsTwice =
  (one: string, other: string): Drive =>
  async ({ client, server }, link) => {
    client.send(one);
    await eventually('the first write at the proxy', async () => (await link.bytesIn('upstream')) === one.length || undefined);
    client.send(other);
    await server.received(one.length + other.length);
  };
const losesItsClient: Drive = ({ client }) => client.ended;

const FIRING: readonly Case[] = [
  { title: 'latency', fault: { kind: 'latency', delayMs: 20 }, drive: sends('x') },
  { title: 'bandwidth', fault: { kind: 'bandwidth', rateKBps: 4 }, drive: sends(REQUEST) },
  { title: 'a stall that holds a byte', fault: { kind: 'stall' }, drive: sendsAndDoesNotWait('x') },
  { title: 'slow-close', fault: { kind: 'slow-close', delayMs: 20 }, drive: sendsAndEnds('x') },
  { title: 'a timeout that swallows a byte', fault: { kind: 'timeout', afterMs: 0 }, drive: sendsAndDoesNotWait('x') },
  { title: 'a timeout that closes an idle connection', fault: { kind: 'timeout', afterMs: 20 }, drive: losesItsClient },
  { title: 'split', fault: { kind: 'split', every: 100 }, drive: sends(REQUEST) },
  { title: 'slice', fault: { kind: 'slice', averageSize: 10, delayUs: 0 }, drive: sends(REQUEST) },
  { title: 'coalesce', fault: { kind: 'coalesce', untilBytes: 8, withinMs: 4000 }, drive: sendsTwice('abcd', 'efgh') },
  {
    title: 'a slow reader that leaves bytes unread',
    fault: { kind: 'slow-reader', rateBps: 0 },
    drive: async ({ client }) => client.send('x'),
  },
  { title: 'cut', fault: { kind: 'cut', how: 'fin' }, trigger: { atByte: 100 }, drive: sendsAndDoesNotWait(REQUEST) },
  { title: 'a black hole that swallows a byte', fault: { kind: 'cut', how: 'blackhole' }, drive: async ({ client }) => client.send('x') },
  {
    title: 'a black hole in the middle of a write',
    fault: { kind: 'cut', how: 'blackhole' },
    trigger: { atByte: 100 },
    drive: sendsAndDoesNotWait(REQUEST),
  },
  {
    title: 'gone after sending, which waits for no read',
    fault: { kind: 'gone-after-sending' },
    trigger: { atByte: 100 },
    drive: sendsAndDoesNotWait(REQUEST),
  },
  { title: 'half-close', fault: { kind: 'cut', how: 'half-close' }, drive: ({ server }) => server.ended },
  { title: 'limit-data', fault: { kind: 'limit-data', bytes: REQUEST.length }, drive: losesItsClientAfter(REQUEST) },
  { title: 'reset', fault: { kind: 'reset', afterMs: 5 }, drive: losesItsClient },
  { title: 'a reset that loses a byte first', fault: { kind: 'reset', afterMs: 60_000 }, drive: sendsAndDoesNotWait('x') },
  { title: 'refuse', fault: { kind: 'refuse' }, drive: 'nobody dials' },
  { title: 'accept-then-close', fault: { kind: 'accept-then-close' }, drive: 'somebody dials' },
  { title: 'never-accept', fault: { kind: 'never-accept' }, drive: 'somebody dials' },
  { title: 'half-open', fault: { kind: 'half-open' }, trigger: { atByte: 100 }, drive: sendsAndDoesNotWait(REQUEST) },
  { title: 'drop', fault: { kind: 'drop' }, framing: 'ndjson', trigger: { frame: { index: 1 } }, drive: sendsAndDoesNotWait('one\n') },
  {
    title: 'duplicate',
    fault: { kind: 'duplicate' },
    framing: 'ndjson',
    drive: ({ client, server }) => (client.send('one\n'), server.received(8)),
  },
  { title: 'hold', fault: { kind: 'hold', frames: 1 }, framing: 'ndjson', drive: sends('one\ntwo\n') },
  { title: 'reorder', fault: { kind: 'reorder', window: 2 }, framing: 'ndjson', drive: sends('one\ntwo\n') },
  { title: 'truncate', fault: { kind: 'truncate', toBytes: 3 }, framing: 'ndjson', drive: sendsAndDoesNotWait('one\n') },
  {
    title: 'truncate-message',
    fault: { kind: 'truncate-message', toBytes: 2 },
    framing: 'ndjson',
    drive: ({ client, server }) => (client.send('one\n'), server.received(3)),
  },
  { title: 'corrupt', fault: { kind: 'corrupt', offset: 3, mask: 1 }, framing: 'ndjson', drive: sends('one\n') },
  { title: 'stray-line', fault: { kind: 'stray-line', line: 'hm' }, framing: 'ndjson', drive: ({ server }) => server.received(3) },
  {
    title: 'respond',
    fault: { kind: 'respond', answer: { message: 'no' } },
    framing: 'ndjson',
    drive: ({ client }) => (client.send('one\n'), client.received(3)),
  },
  { title: 'split-utf8', fault: { kind: 'split-utf8' }, drive: sends('é') },
];

const MISSING: readonly Case[] = [
  { title: 'a latency of 0', fault: { kind: 'latency', delayMs: 0 }, drive: sends(REQUEST) },
  { title: 'a bandwidth that is never used up', fault: { kind: 'bandwidth', rateKBps: 1_000_000 }, drive: sends(REQUEST) },
  { title: 'a stall of a peer that sends nothing', fault: { kind: 'stall' }, drive: isIdle },
  { title: 'a slow close of a stream that does not end', fault: { kind: 'slow-close', delayMs: 20 }, drive: sends(REQUEST) },
  { title: 'a slow close of 0 ms', fault: { kind: 'slow-close', delayMs: 0 }, drive: sendsAndEnds('x') },
  { title: 'a timeout that only its lift ends', fault: { kind: 'timeout', afterMs: 0 }, drive: isIdle },
  { title: 'a split at offset 5000 of 237 bytes', fault: { kind: 'split', offsets: [5000] }, drive: sends(REQUEST) },
  { title: 'a split every 5000 bytes of 237', fault: { kind: 'split', every: 5000 }, drive: sends(REQUEST) },
  { title: 'a split of sizes that come to one slice', fault: { kind: 'split', sizes: [237] }, drive: sends(REQUEST) },
  { title: 'a split behind a byte that comes alone', fault: { kind: 'split', every: 5 }, trigger: { atByte: 236 }, drive: sends(REQUEST) },
  { title: 'slices longer than what is sent', fault: { kind: 'slice', averageSize: 1000, delayUs: 0 }, drive: sends(REQUEST) },
  { title: 'a coalesce of one write', fault: { kind: 'coalesce', untilBytes: 1000, withinMs: 10 }, drive: sends(REQUEST) },
  { title: 'a coalesce of one frame', fault: { kind: 'coalesce', frames: 2, withinMs: 10 }, framing: 'ndjson', drive: sends('one\n') },
  { title: 'a slow reader of a peer that sends nothing', fault: { kind: 'slow-reader', rateBps: 0 }, drive: isIdle },
  { title: 'a slow reader that keeps up', fault: { kind: 'slow-reader', rateBps: 10_000_000 }, drive: sends(REQUEST) },
  {
    title: 'a cut behind the end of the stream',
    fault: { kind: 'cut', how: 'rst' },
    trigger: { atByte: 238 },
    drive: sendsAndEnds(REQUEST),
  },
  {
    title: 'gone after sending more than is sent',
    fault: { kind: 'gone-after-sending' },
    trigger: { atByte: 300 },
    drive: sends(REQUEST),
  },
  { title: 'a black hole into which nothing falls', fault: { kind: 'cut', how: 'blackhole' }, drive: async () => undefined },
  {
    title: 'a half-close of what has ended',
    fault: { kind: 'cut', how: 'half-close' },
    before: sendsAndEnds('x'),
    drive: isIdle,
  },
  { title: 'a limit that is not reached', fault: { kind: 'limit-data', bytes: 238 }, drive: sends(REQUEST) },
  { title: 'a reset without a connection', fault: { kind: 'reset' }, drive: 'nobody dials' },
  { title: 'a refusal of a later connection', fault: { kind: 'refuse' }, trigger: { connection: 3 }, drive: sends(REQUEST) },
  { title: 'an accept-then-close of nobody', fault: { kind: 'accept-then-close' }, drive: 'nobody dials' },
  { title: 'a never-accept of nobody', fault: { kind: 'never-accept' }, drive: 'nobody dials' },
  { title: 'a half-open behind the end', fault: { kind: 'half-open' }, trigger: { atByte: 300 }, drive: sends(REQUEST) },
  {
    title: 'a drop of a frame that does not come',
    fault: { kind: 'drop' },
    framing: 'ndjson',
    trigger: { frame: { index: 3 } },
    drive: sends('one\n'),
  },
  {
    title: 'a duplicate of a frame that does not come',
    fault: { kind: 'duplicate' },
    framing: 'ndjson',
    trigger: { frame: { index: 3 } },
    drive: sends('one\n'),
  },
  {
    title: 'a hold of a frame that does not come',
    fault: { kind: 'hold', frames: 1 },
    framing: 'ndjson',
    trigger: { frame: { index: 3 } },
    drive: sends('one\n'),
  },
  { title: 'a reorder of one frame', fault: { kind: 'reorder', window: 2 }, framing: 'ndjson', drive: sendsAndEnds('one\n') },
  { title: 'a reorder of equal frames', fault: { kind: 'reorder', window: 2 }, framing: 'ndjson', drive: sends('one\none\n') },
  { title: 'a truncate to more than the frame', fault: { kind: 'truncate', toBytes: 4 }, framing: 'ndjson', drive: sends('one\n') },
  { title: 'a message that is short enough', fault: { kind: 'truncate-message', toBytes: 3 }, framing: 'ndjson', drive: sends('one\n') },
  { title: 'a corruption behind the end', fault: { kind: 'corrupt', offset: 4, mask: 1 }, framing: 'ndjson', drive: sends('one\n') },
  {
    title: 'a stray line where no frame comes',
    fault: { kind: 'stray-line', line: 'hm' },
    framing: 'ndjson',
    trigger: { frame: { index: 3 } },
    drive: sends('one\n'),
  },
  {
    title: 'a stray line behind the end',
    fault: { kind: 'stray-line', line: 'hm' },
    framing: 'ndjson',
    before: sendsAndEnds('x\n'),
    drive: isIdle,
  },
  {
    title: 'an error where nobody asks',
    fault: { kind: 'respond', answer: { error: { code: 1, message: 'no' } } },
    framing: 'ndjson',
    drive: sends('{"method":"told"}\n'),
  },
  { title: 'a split of characters of one byte', fault: { kind: 'split-utf8' }, drive: sends('plain text') },
];

describe('has fired', () => {
  test.each(FIRING)('$title', async (given) => {
    const { link } = await played(given);
    await eventually('the hit', async () => (await firings(link)).length > 0 || undefined);
  });
});

describe('has not fired', () => {
  test.each(MISSING)('$title', async (given) => {
    const { link, toxic } = await played(given);
    // What was begun and is not over is settled by the lift.
    await link.disarm(toxic);
    expect(await firings(link)).toEqual([]);
    expect(await bed.events(`&proxies=${link.name}`)).toContainEqual(expect.objectContaining({ event: 'toxic-removed', fired: 0 }));
  });
});

test.each([
  ['fires', FIRING],
  ['misses', MISSING],
])('every fault that is a toxic has a case in which it %s', (_how, cases) => {
  const kinds = new Set<LinkFaultKind>(cases.map(({ fault }) => fault.kind));
  // `down` disables the proxy: network.contract.ts.
  expect(LINK_FAULT_KINDS.filter((kind) => kind !== 'down' && !kinds.has(kind))).toEqual([]);
});

async function played({ fault, trigger, framing = 'raw', before, drive }: Case): Promise<{ link: Link; toxic: string }> {
  const link = await bed.link({ framing });
  const arm = async () => {
    const step = { ...sampleStep(fault, trigger), direction: 'upstream' } as const;
    const translated = faultToToxic('own', step, { transport: 'tcp', framing });
    if (!('toxic' in translated)) throw new Error(`not a toxic: ${JSON.stringify(translated)}`);
    const { type, stream, attributes } = translated.toxic;
    await link.arm(type, stream, attributes);
    return type;
  };
  if (typeof drive === 'string') {
    const toxic = await arm();
    if (drive === 'somebody dials') await link.dial();
    return { link, toxic };
  }
  const ends = await link.open();
  await before?.(ends, link);
  const toxic = await arm();
  await drive(ends, link);
  return { link, toxic };
}

async function firings(link: Link): Promise<unknown[]> {
  return (await bed.events(`&proxies=${link.name}`)).filter(({ event }) => event === 'toxic-fired');
}

function losesItsClientAfter(text: string): Drive {
  return async ({ client }) => {
    client.send(text);
    await client.ended;
  };
}
