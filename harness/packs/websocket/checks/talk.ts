// Does it understand what it must, however it comes: in pieces, many at once, in fragments, big.
import { split } from '../../../model/faults/steps.ts';
import { BY_DESIGN, type Script } from '../../../model/scenario.ts';
import { Broken } from '../../base/broken.ts';
import { defineCheck, type Check, type Target } from '../../base/pack.ts';
import { anotherIsServed, answered, fits, open, padded, pinged, served, upgradeRequest, type Client } from '../base/client.ts';
import { closeCode, frameBytes, OPCODE } from '../base/frame.ts';
import { introduce } from '../base/introduce.ts';
import { BESIDE, RULES } from '../base/rules.ts';
import { LINK, serviceOf, serviceSystem, type Service } from '../base/service.ts';
import { checksOf } from '../base/websocket-check.ts';

const BURST = 50;
/** With lengths of 7, 16 and 64 bits, RFC 6455, 5.2. */
const LENGTHS = [300, 70_000, 1_000_000];
/** The most that a control frame may carry, RFC 6455, 5.5; not all of it is text. */
const LONG_PING = Buffer.from(Array.from({ length: 125 }, (_, index) => index * 2));

export function talk(target: Target): Record<string, Check> {
  return { ...opening(target), ...pings(target), ...messages(target) };
}

function opening(target: Target): Record<string, Check> {
  const check = checksOf(target);
  const places = placesIn(upgradeRequest(serviceOf(target), 'x'.repeat(24)));
  const upstream = { direction: 'upstream' } as const;
  return {
    handshake: defineCheck<object>({
      title: 'your server opens a WebSocket and answers a ping',
      expectation: 'the upgrade is answered with 101, and a ping with a pong',
      system: serviceSystem(target, { watched: true }),
      check: { rule: RULES.handshake, after: 'an upgrade request', beside: BESIDE },
      script: (script) => introduce(target)(script as Script),
    }),
    'upgrade-split': check({
      title: 'your server puts an upgrade request together that comes in pieces',
      expectation: 'wherever the request is cut, it is answered with 101',
      check: {
        rule: RULES.stream,
        after: 'an upgrade request came in pieces',
        cure: 'Read until the empty line, whatever one read gives.',
      },
      schedule: [
        ...places.map(({ id, at }, index) => split(LINK, { id, ...upstream, connection: index + 1, frame: { index: 1 }, offsets: [at] })),
        split(LINK, { id: 'at every byte', ...upstream, connection: places.length + 1, frame: { index: 1 }, every: 1 }),
      ],
      async script(script, service) {
        for (const { id } of [...places, { id: 'at every byte' }]) {
          const client = await open(script, service);
          await pinged(script, client, `a ping after an upgrade request that was cut ${id}`);
          client.socket.destroy();
        }
      },
    }),
    'frames-split': check({
      title: 'your server puts frames together that come byte by byte',
      expectation: 'a frame ends where its length says, wherever a read ends',
      check: { rule: RULES.stream, after: 'frames came byte by byte', cure: 'Keep what a read has left of a frame for the next read.' },
      schedule: [
        split(LINK, { id: 'a ping byte by byte', ...upstream, connection: 1, frame: { index: 2 }, every: 1 }),
        split(LINK, { id: 'the next frame byte by byte', ...upstream, connection: 1, frame: { index: 3 }, every: 1 }),
      ],
      async script(script, service) {
        const client = await open(script, service);
        await pinged(script, client, 'a ping that comes byte by byte');
        await served(script, client, service, `a ${service.hello === undefined ? 'ping' : 'hello'} that comes byte by byte`);
      },
    }),
  };
}

function placesIn(request: string): { id: string; at: number }[] {
  return [
    { id: 'inside the method', at: 2 },
    { id: 'inside the path', at: 5 },
    { id: 'between two headers', at: request.indexOf('\r\n') + 2 },
    { id: 'inside its last line end', at: request.length - 1 },
  ];
}

function pings(target: Target): Record<string, Check> {
  const check = checksOf(target);
  return {
    'ping-content': check({
      title: 'your server answers a ping with the same bytes',
      expectation: 'nothing, text, and 125 bytes that are no text come back as they were',
      check: { rule: RULES.pong, after: 'pings with content', cure: 'Send the payload of the ping back, byte for byte.' },
      async script(script, service) {
        const client = await open(script, service);
        for (const payload of [Buffer.alloc(0), Buffer.from('tornwire'), LONG_PING]) {
          const before = client.frames.length;
          client.send(OPCODE.ping, { payload });
          const pong = await answered(script, client, `a ping of ${payload.length} bytes`, () =>
            client.frames.slice(before).find(({ opcode }) => opcode === OPCODE.pong),
          );
          if (pong && !pong.payload.equals(payload))
            throw new Broken(
              'WRONG PONG',
              `your server answered a ping of ${payload.length} bytes with ${pong.payload.length} ${sameLength(pong.payload, payload)}`,
            );
        }
      },
    }),
    'fifty-at-once': check({
      title: 'your server takes every frame out of one read',
      expectation: 'of fifty pings in one write the last one is answered',
      check: { rule: RULES.ping, after: 'fifty pings came in one write', cure: 'Take frames until what is left is not whole.' },
      async script(script, service) {
        const client = await open(script, service);
        const pinging = (index: number): Buffer => frameBytes(OPCODE.ping, { payload: `ping ${index}` });
        client.write(Buffer.concat(Array.from({ length: BURST }, (_, index) => pinging(index + 1))));
        // It MAY answer the most recent one only (RFC 6455, 5.5.3).
        await answered(script, client, `the last of ${BURST} pings`, () =>
          client.frames.some(({ opcode, payload }) => opcode === OPCODE.pong && payload.toString() === `ping ${BURST}`),
        );
      },
    }),
  };
}

const sameLength = (got: Buffer, sent: Buffer): string => (got.length === sent.length ? 'other bytes' : 'bytes');

function messages(target: Target): Record<string, Check> {
  const check = checksOf(target);
  const { hello } = serviceOf(target);
  return {
    fragments: check({
      title: 'your server puts a message together that comes in fragments',
      expectation: 'it answers a ping between them, and the whole message after them',
      check: {
        rule: RULES.fragments,
        after: 'a hello in three fragments with pings between',
        cure: 'Keep fragments until the one with FIN; take control frames at once.',
      },
      unavailable: () => (hello === undefined ? `${BY_DESIGN}it needs --hello` : undefined),
      script: inFragments,
    }),
    'big-message': check({
      title: 'your server takes a big message, or refuses it, and goes on',
      expectation: 'messages of 300 bytes, 70 kB and 1 MB leave it able to serve',
      check: {
        rule: RULES.length,
        after: 'messages of 300 bytes to 1 MB',
        cure: 'Read lengths of 16 and of 64 bits; what is too big is closed with 1009.',
      },
      async script(script, service) {
        for (const length of LENGTHS) {
          const client = await open(script, service);
          client.send(OPCODE.text, { payload: padded(service, length) });
          client.send(OPCODE.ping, { payload: 'after' });
          const went = (): boolean => client.ended !== undefined || client.frames.some(isPong);
          await script.until(`your server answers a ping behind a message of ${length} bytes, or closes`, went, { within: '15s' });
          if (isTakenForWrong(client))
            throw new Broken('WRONG ANSWER', `your server answered a message of ${length} bytes, which is right, with ${client.ended}`);
          client.socket.destroy();
        }
        await anotherIsServed(script, service);
      },
    }),
  };
}

/** 1002: a protocol error; 1007: no UTF-8. A message is too big with 1009, and may be of no use to the program. */
const isTakenForWrong = ({ frames }: Client): boolean =>
  frames.some((frame) => frame.opcode === OPCODE.close && [1_002, 1_007].includes(closeCode(frame)));

const isPong = ({ opcode, payload }: Client['frames'][number]): boolean => opcode === OPCODE.pong && payload.toString() === 'after';

async function inFragments(script: Script, service: Service): Promise<void> {
  const client = await open(script, service);
  const bytes = Buffer.from(service.hello ?? '');
  const third = Math.ceil(bytes.length / 3);
  client.send(OPCODE.text, { payload: bytes.subarray(0, third), fin: false });
  await pinged(script, client, 'a ping between two fragments');
  client.send(OPCODE.continuation, { payload: bytes.subarray(third, 2 * third), fin: false });
  await pinged(script, client, 'a ping between two fragments');
  const before = client.frames.length;
  client.send(OPCODE.continuation, { payload: bytes.subarray(2 * third) });
  await answered(script, client, 'a hello in three fragments', () => fits(client, service, before));
}
