import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { PerMessageDeflateOptions } from 'ws';
import { MessageDecoder } from './decode.ts';
import type { Decoded } from './decode.ts';
import { frameReaderFor } from './reader-for.ts';
import { newFramePair } from './pair.ts';
import type { FrameInfo, FrameReader, Framing } from './frame.ts';
import { chunked, encodeFrame, UPGRADE_REPLY, UPGRADE_REQUEST } from './samples.ts';

const MESSAGES = ['first message, first message', 'first message again: '.repeat(400), 'third, like the first message'];

describe('the decoder over a real WebSocket connection', () => {
  it.each<[string, boolean | PerMessageDeflateOptions]>([
    ['plain', false],
    ['compressed, each message on its own', { threshold: 0, clientNoContextTakeover: true, serverNoContextTakeover: true }],
    ['compressed with a context that lives on', { threshold: 0 }],
  ])('reads the messages of both directions: %s', async (_name, perMessageDeflate) => {
    const { decodedByClient, decodedByServer } = await recordedEcho(perMessageDeflate);
    expect(texts(decodedByClient)).toEqual(MESSAGES);
    expect(texts(decodedByServer)).toEqual(MESSAGES);
  });
});

describe('the decoder', () => {
  it('says that a message is compressed when an earlier one was kept from it', async () => {
    const { decodedByServer } = await recordedEcho({ threshold: 0 }, (frame) => frame.index === 2);
    expect(decodedByServer.filter((each) => each.outcome === 'compressed')).toHaveLength(2);
  });

  it('puts a fragmented text together, with a ping in between', () => {
    const frames = [
      encodeFrame({ opcode: 1, fin: false, masked: true, payload: Buffer.from('one, ') }),
      encodeFrame({ opcode: 9, masked: true, payload: Buffer.from('p') }),
      encodeFrame({ opcode: 0, masked: true, payload: Buffer.from('two') }),
    ];
    const pair = newFramePair();
    const reader = frameReaderFor('websocket', 'client', pair);
    const request = reader.push(UPGRADE_REQUEST);
    frameReaderFor('websocket', 'server', pair).push(UPGRADE_REPLY);
    const decoder = new MessageDecoder('client', pair);
    decoder.decode(request[0]!.frame, UPGRADE_REQUEST);
    const decoded = frames.map((bytes) => decoder.decode(reader.push(bytes)[0]!.frame, bytes));
    expect(decoded.map((each) => each.outcome)).toEqual(['fragment', 'message', 'message']);
    expect(texts(decoded)).toEqual(['p', 'one, two']);
  });

  it.each<[Framing, string, string[]]>([
    ['ndjson', '{"a":1}\n{"b":2}\r\n', ['{"a":1}', '{"b":2}']],
    [
      'http',
      'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\n\r\n',
      ['POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n', 'hello', ''],
    ],
  ])('gives the content of %s frames without their line ends', (framing, text, expected) => {
    const pair = newFramePair();
    const recording = recorder(frameReaderFor(framing, 'client', pair));
    recording.push(Buffer.from(text));
    const decoder = new MessageDecoder('client', pair);
    expect(texts(recording.frames.map(({ frame, bytes }) => decoder.decode(frame, bytes)))).toEqual(expected);
  });

  it('calls what cannot be inflated unreadable', () => {
    const pair = newFramePair();
    pair.deflate = { clientNoContextTakeover: true, serverNoContextTakeover: true };
    const bytes = encodeFrame({ opcode: 1, rsv1: true, payload: Buffer.from([0xff, 0xff, 0xff]) });
    const frame: FrameInfo = {
      index: 1,
      type: 'text',
      offset: 0,
      length: bytes.length,
      opcode: 1,
      fin: true,
      compressed: true,
      masked: false,
    };
    expect(new MessageDecoder('server', pair).decode(frame, bytes).outcome).toBe('unreadable');
  });
});

function texts(decoded: readonly Decoded[]): string[] {
  return decoded.flatMap((each) => (each.outcome === 'message' ? [each.payload.toString()] : []));
}

/** Collects whole frames with their bytes, the way a connection does when a predicate needs content. */
function recorder(reader: FrameReader) {
  const frames: { frame: FrameInfo; bytes: Buffer }[] = [];
  let parts: Buffer[] = [];
  return {
    frames,
    push(chunk: Buffer) {
      for (const span of reader.push(chunk)) {
        parts.push(chunk.subarray(span.start, span.end));
        if (!span.last) continue;
        frames.push({ frame: span.frame, bytes: Buffer.concat(parts) });
        parts = [];
      }
    },
  };
}

/** Sends MESSAGES to an echo server through a relay that reads both directions in 7-byte steps. */
async function recordedEcho(perMessageDeflate: boolean | PerMessageDeflateOptions, hide: (frame: FrameInfo) => boolean = () => false) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate });
  server.on('connection', (peer) => peer.on('message', (data: Buffer) => peer.send(data.toString())));
  await once(server, 'listening');
  const pair = newFramePair();
  const fromClient = recorder(frameReaderFor('websocket', 'client', pair));
  const fromServer = recorder(frameReaderFor('websocket', 'server', pair));
  const relay = net.createServer((near) => {
    const far = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
    near.on('data', (chunk) => {
      for (const part of chunked(chunk, 7)) fromClient.push(part);
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      for (const part of chunked(chunk, 7)) fromServer.push(part);
      near.write(chunk);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('error', () => {}).on('close', () => other.destroy());
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  try {
    const client = new WebSocket(`ws://127.0.0.1:${(relay.address() as AddressInfo).port}`, { perMessageDeflate });
    await once(client, 'open');
    for (const message of MESSAGES) {
      client.send(message);
      await once(client, 'message');
    }
    client.close();
    await once(client, 'close');
  } finally {
    relay.close();
    server.close();
  }
  const decode = (side: 'client' | 'server', frames: typeof fromClient.frames) => {
    const decoder = new MessageDecoder(side, pair);
    const shown = frames.filter(({ frame }) => !hide(frame)).map(({ frame, bytes }) => [frame, decoder.decode(frame, bytes)] as const);
    return shown.flatMap(([frame, decoded]) => (frame.type === 'text' ? [decoded] : []));
  };
  return { decodedByClient: decode('client', fromClient.frames), decodedByServer: decode('server', fromServer.frames) };
}
