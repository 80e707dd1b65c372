import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameReaderFor } from './reader-for.ts';
import { newFramePair } from './pair.ts';
import type { FrameInfo, FrameReader, Framing, Side, Span } from './frame.ts';
import { chunked, cutAt, encodeFrame, pushAll, UPGRADE_REPLY, UPGRADE_REQUEST } from './samples.ts';

const RUNS = { numRuns: 150 };

describe('any reader', () => {
  const anyStream = fc.oneof(
    fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
    fc
      .array(
        fc.constantFrom(
          'GET / HTTP/1.1\r\n',
          'a: b\r\n',
          '\r\n',
          '\n',
          'HTTP/1.1 200 OK\r\n',
          'transfer-encoding: chunked\r\n',
          '5\r\n',
          'hello\r\n',
          '0\r\n',
        ),
      )
      .map((parts) => Buffer.from(parts.join(''))),
  );
  const cases = fc.record({
    framing: fc.constantFrom<Framing>('websocket', 'http', 'ndjson', 'json-rpc', 'raw'),
    side: fc.constantFrom<Side>('client', 'server'),
    stream: anyStream,
    cuts: fc.array(fc.nat(600)),
  });

  it('covers every byte of any stream exactly once, in order, however it is cut', () => {
    fc.assert(
      fc.property(cases, ({ framing, side, stream, cuts }) => {
        const reader = frameReaderFor(framing, side, newFramePair());
        let streamOffset = 0;
        let open: FrameInfo | undefined;
        for (const chunk of cutAt(stream, cuts)) {
          let covered = 0;
          for (const span of reader.push(chunk)) {
            expect(span.start).toBe(covered);
            expect(span.end).toBeGreaterThan(span.start);
            expect(span.frame.offset + span.offsetInFrame).toBe(streamOffset + span.start);
            expect(span.first).toBe(open === undefined);
            expect(open ?? span.frame).toBe(span.frame);
            covered = span.end;
            open = span.last ? undefined : span.frame;
          }
          expect(covered).toBe(chunk.length);
          streamOffset += chunk.length;
        }
      }),
      { numRuns: 400 },
    );
  });

  it('finds the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(cases, ({ framing, side, stream, cuts }) => {
        if (framing === 'raw') return;
        const whole = frameReaderFor(framing, side, newFramePair());
        const cut = frameReaderFor(framing, side, newFramePair());
        const expected = summary(pushAll(whole, [stream]));
        expect(summary(pushAll(cut, cutAt(stream, cuts)))).toEqual(expected);
        expect(cut.error).toBe(whole.error);
      }),
      { numRuns: 400 },
    );
  });
});

describe('the WebSocket reader', () => {
  const anyFrame = fc.record({
    opcode: fc.constantFrom(0x1, 0x2, 0x8, 0x9, 0xa),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 125 }),
      fc.integer({ min: 126, max: 70_000 }).map((size) => new Uint8Array(size)),
    ),
    pieces: fc.integer({ min: 1, max: 3 }),
  });

  it('finds each frame after the upgrade, in both directions, under any chunking', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 6 }), fc.array(fc.nat(2000)), fc.boolean(), (frames, cuts, masked) => {
        const encoded = frames.flatMap((frame) => fragments(frame, masked));
        const pair = newFramePair();
        const client = frameReaderFor('websocket', 'client', pair);
        const server = frameReaderFor('websocket', 'server', pair);
        const head = pushAll(client, [UPGRADE_REQUEST]);
        const reply = pushAll(server, cutAt(UPGRADE_REPLY, cuts));
        expect(head.at(-1)?.frame.type).toBe('request-head');
        expect(reply.at(-1)?.frame.type).toBe('response-head');
        const reader = masked ? client : server;
        const found = completed(pushAll(reader, cutAt(Buffer.concat(encoded.map((each) => each.bytes)), cuts)));
        expect(reader.error).toBeUndefined();
        expect(found.map((frame) => [frame.type, frame.length, frame.fin, frame.masked])).toEqual(
          encoded.map((each) => [each.type, each.bytes.length, each.fin, masked]),
        );
        expect(found.map((frame) => frame.index)).toEqual(found.map((_, at) => at + 2));
      }),
      RUNS,
    );
  });

  it('reads a frame that comes in one segment with the 101 reply', () => {
    const { server } = upgraded();
    const reader = frameReaderFor('websocket', 'server', newFramePair());
    const spans = reader.push(Buffer.concat([UPGRADE_REPLY, encodeFrame({ opcode: 1, payload: Buffer.from('hi') })]));
    expect(spans.map((span) => span.frame.type)).toEqual(['response-head', 'text']);
    expect(server.error).toBeUndefined();
  });

  it('stays with HTTP after a refusal, so that the client may try again on the same connection', () => {
    const pair = newFramePair();
    const client = frameReaderFor('websocket', 'client', pair);
    const server = frameReaderFor('websocket', 'server', pair);
    client.push(UPGRADE_REQUEST);
    const refusal = server.push(Buffer.from('HTTP/1.1 401 Unauthorized\r\ncontent-length: 4\r\n\r\nnope'));
    expect(refusal.map((span) => span.frame.type)).toEqual(['response-head', 'body']);
    expect(client.push(UPGRADE_REQUEST)[0]?.frame.type).toBe('request-head');
    server.push(UPGRADE_REPLY);
    expect(client.push(encodeFrame({ opcode: 2, masked: true, payload: Buffer.alloc(3) }))[0]?.frame.type).toBe('binary');
  });

  it('reads frames of a client that did not wait for the 101', () => {
    const reader = frameReaderFor('websocket', 'client', newFramePair());
    const early = encodeFrame({ opcode: 1, masked: true, payload: Buffer.from('hi') });
    expect(reader.push(Buffer.concat([UPGRADE_REQUEST, early])).map((span) => span.frame.type)).toEqual(['request-head', 'text']);
  });

  it.each([
    ['a reserved opcode', 'server', Buffer.from([0x83, 0x00]), 1],
    ['a reserved bit', 'server', Buffer.from([0xa1, 0x00]), 1],
    ['RSV1 although compression was not agreed', 'server', Buffer.from([0xc1, 0x00]), 1],
    ['a fragmented ping', 'server', Buffer.from([0x09, 0x00]), 1],
    ['a long control frame', 'server', Buffer.from([0x89, 0x7e, 0x00, 0x80]), 2],
    ['a continuation of nothing', 'server', Buffer.from([0x80, 0x00]), 1],
    ['a masked frame of the server', 'server', Buffer.from([0x81, 0x80, 1, 2, 3, 4]), 2],
    ['an unmasked frame of the client', 'client', Buffer.from([0x81, 0x02, 0x68, 0x69]), 2],
    ['a length beyond counting', 'server', Buffer.from([0x82, 0x7f, 0x80, 0, 0, 0, 0, 0, 0, 1]), 10],
  ] as const)('ends with one malformed frame at %s and passes the rest as raw', (_name, side, bytes, malformedBytes) => {
    const reader = upgraded()[side];
    const spans = pushAll(reader, [bytes, Buffer.from('rest')]);
    expect(spans[0]?.frame).toMatchObject({ type: 'malformed', length: malformedBytes });
    expect(reader.error).toMatch(/frame 2 at byte/);
    expect(spans.slice(1).every((span) => span.frame.type === 'chunk')).toBe(true);
  });

  it('steps over a large payload in time that does not grow with its bytes', () => {
    const { server } = upgraded();
    const payloadBytes = 2 ** 40;
    const header = Buffer.alloc(10);
    header[0] = 0x82;
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(payloadBytes), 2);
    server.push(header);
    const chunk = Buffer.alloc(64 * 1024);
    const before = process.hrtime.bigint();
    for (let k = 0; k < 20_000; k += 1) server.push(chunk);
    const nsPerChunk = Number(process.hrtime.bigint() - before) / 20_000;
    // Looking at each byte once would take over 16,000 ns.
    expect(nsPerChunk).toBeLessThan(4000);
  });
});

describe('the HTTP reader', () => {
  it.each([
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', ['response-head:38', 'body:5']],
    [
      'an empty body',
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx',
      ['response-head:38', 'response-head:38', 'body:1'],
    ],
    [
      'an interim reply',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n',
      ['response-head:25', 'response-head:27', 'response-head:48'],
    ],
    [
      'chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\nt: 1\r\n\r\n',
      ['response-head:53', 'body-chunk:10', 'body-chunk:19', 'body-chunk:11'],
    ],
    ['bare line feeds', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nhi', ['response-head:35', 'body:2']],
    ['until the connection closes', 'HTTP/1.1 200 OK\r\n\r\nany\r\n\r\nthing', ['response-head:19', 'body:?']],
  ])('delimits a response with %s', (_name, text, expected) => {
    for (const size of [1, 3, 1000]) {
      const reader = frameReaderFor('http', 'server', newFramePair());
      const spans = pushAll(reader, chunked(Buffer.from(text), size));
      expect(reader.error).toBeUndefined();
      expect(openedFrames(spans).map((frame) => `${frame.type}:${frame.length ?? '?'}`)).toEqual(expected);
    }
  });

  it('knows from the request that the response to HEAD has no body', () => {
    const pair = newFramePair();
    frameReaderFor('http', 'client', pair).push(Buffer.from('HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n'));
    const server = frameReaderFor('http', 'server', pair);
    const spans = server.push(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'));
    expect(spans.map((span) => span.frame.type)).toEqual(['response-head', 'response-head', 'body']);
  });

  it('delimits pipelined requests, with and without bodies', () => {
    const reader = frameReaderFor('http', 'client', newFramePair());
    const text =
      '\r\nPOST /a HTTP/1.1\r\ncontent-length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\nPUT /c HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n';
    const spans = pushAll(reader, chunked(Buffer.from(text), 7));
    expect(openedFrames(spans).map((frame) => frame.type)).toEqual(['request-head', 'body', 'request-head', 'request-head', 'body-chunk']);
  });

  it('treats what follows CONNECT as a tunnel', () => {
    const pair = newFramePair();
    const client = frameReaderFor('http', 'client', pair);
    client.push(Buffer.from('CONNECT a:1 HTTP/1.1\r\n\r\n'));
    frameReaderFor('http', 'server', pair).push(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
    expect(client.push(Buffer.from('GET / HTTP/1.1\r\n\r\n'))[0]?.frame.type).toBe('chunk');
  });

  it.each([
    ['what is not a request', 'client', '\x16\x03\x01', 1],
    ['a request line without a version', 'client', 'GET /\r\n\r\n', 9],
    ['two lengths that differ', 'client', 'GET / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', 56],
    ['a chunk size that is no number', 'server', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz', 1],
    ['chunk data of the wrong length', 'server', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabcd\r\n', 6],
  ] as const)('ends with one malformed frame at %s', (_name, side, text, malformedBytes) => {
    for (const size of [1, 1000]) {
      const reader = frameReaderFor('http', side, newFramePair());
      const spans = pushAll(reader, chunked(Buffer.from(text), size));
      expect(openedFrames(spans).find((frame) => frame.type === 'malformed')?.length).toBe(malformedBytes);
      expect(reader.error).toBeDefined();
    }
  });

  it('gives up on a head of more than 64 KiB at exactly that byte', () => {
    const head = Buffer.concat([Buffer.from('GET / HTTP/1.1\r\nx: '), Buffer.alloc(70_000, 0x61)]);
    for (const size of [977, 70_100]) {
      const reader = frameReaderFor('http', 'client', newFramePair());
      const spans = pushAll(reader, chunked(head, size));
      expect(openedFrames(spans)[0]).toMatchObject({ type: 'malformed', length: 65_536 });
      expect(reader.error).toMatch(/longer than 65536/);
    }
  });
});

describe('the line reader', () => {
  it('ends lines at byte 0x0A only', () => {
    const reader = frameReaderFor('ndjson', 'client', newFramePair());
    const text = Buffer.from('{"a":"\u2028"}\n\n{"b":1}\r\nrest');
    const frames = openedFrames(pushAll(reader, chunked(text, 2)));
    expect(frames.map((frame) => frame.length)).toEqual([12, 1, 9, undefined]);
  });
});

function upgraded(): Record<Side, FrameReader> {
  const pair = newFramePair();
  const client = frameReaderFor('websocket', 'client', pair);
  const server = frameReaderFor('websocket', 'server', pair);
  client.push(UPGRADE_REQUEST);
  server.push(UPGRADE_REPLY);
  return { client, server };
}

function fragments(frame: { opcode: number; payload: Uint8Array; pieces: number }, masked: boolean) {
  const payload = Buffer.from(frame.payload);
  const names = { 0x1: 'text', 0x2: 'binary', 0x8: 'close', 0x9: 'ping', 0xa: 'pong' } as Record<number, string>;
  const control = frame.opcode >= 0x8;
  if (control || frame.pieces === 1) {
    const body = control ? payload.subarray(0, 125) : payload;
    return [{ type: names[frame.opcode], fin: true, bytes: encodeFrame({ opcode: frame.opcode, masked, payload: body }) }];
  }
  return Array.from({ length: frame.pieces }, (_, at) => {
    const fin = at === frame.pieces - 1;
    const opcode = at === 0 ? frame.opcode : 0;
    return { type: at === 0 ? names[frame.opcode] : 'continuation', fin, bytes: encodeFrame({ opcode, fin, masked, payload }) };
  });
}

function openedFrames(spans: Span[]): FrameInfo[] {
  return spans.filter((span) => span.first).map((span) => span.frame);
}

function completed(spans: Span[]): FrameInfo[] {
  return spans.filter((span) => span.last).map((span) => span.frame);
}

/** Frames up to the first raw chunk, whose extent is that of the chunks and so differs by the cuts. */
function summary(spans: Span[]) {
  const frames = openedFrames(spans).map(({ index, type, offset, length }) => ({ index, type, offset, length }));
  const raw = frames.findIndex((frame) => frame.type === 'chunk');
  return raw < 0 ? frames : frames.slice(0, raw);
}
