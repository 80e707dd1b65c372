import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import type { Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectedPair, countingReader } from '../testing/connected-pair.ts';
import type { PairTransport } from '../testing/connected-pair.ts';
import { untilRead, writeSlices } from './exact.ts';
import { loadKernel } from './kernel.ts';

const native = !('missing' in loadKernel());
const TRANSPORTS: PairTransport[] = ['unix', 'tcp', 'pipe'];
const DEADLINE = { deadlineMs: 4000 };

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.runIf(native)('exact slices', () => {
  it.each([
    ['unix', 'auto', 'boundary'],
    ['tcp', 'auto', 'gated'],
    ['pipe', 'auto', 'gated'],
  ] as const)('are read one by one by a plain reader in another process: %s', async (transport, want, fidelity) => {
    await using reader = await countingReader(transport);
    const report = await writeSlices(reader.socket, Buffer.alloc(3000), { every: 1 }, { ...DEADLINE, want });
    expect(report).toEqual({ fidelity, boundaries: 3000, vouched: 3000, bytes: 3000 });
    expect(await reader.count()).toEqual({ reads: 3000, bytes: 3000 });
  });

  it('on a Unix socket can do without descriptors, for a reader that would see them', async () => {
    await using reader = await countingReader('unix');
    const report = await writeSlices(reader.socket, Buffer.alloc(1000), { every: 1 }, { ...DEADLINE, want: 'gated' });
    expect(report).toMatchObject({ fidelity: 'gated', vouched: 1000 });
    // The queue is empty a moment before the reader has left its read call, hence not always all of them.
    expect((await reader.count()).reads).toBeGreaterThanOrEqual(998);
  });

  it.each(TRANSPORTS)('end at the offsets asked for, and the rest is one more: %s', async (transport) => {
    await using pair = await connectedPair(transport);
    const seen = reads(pair.far);
    const report = await writeSlices(pair.near, Buffer.from('onetwothreefour'), [3, 6, 11], DEADLINE);
    expect(report).toMatchObject({ boundaries: 4, vouched: 4, bytes: 15 });
    await until(() => seen.join('').length === 15);
    expect(seen).toEqual(['one', 'two', 'three', 'four']);
  });

  it.each(TRANSPORTS)('carry large slices whole and unchanged: %s', async (transport) => {
    await using pair = await connectedPair(transport);
    const data = Buffer.from(Array.from({ length: 700_000 }, (_, at) => (at * 7) % 251));
    const seen: Buffer[] = [];
    pair.far.on('data', (chunk: Buffer) => seen.push(chunk)).resume();
    const report = await writeSlices(pair.near, data, [1, 40_000, 640_000], DEADLINE);
    expect(report).toMatchObject({ boundaries: 4, bytes: data.length });
    await until(() => seen.reduce((sum, chunk) => sum + chunk.length, 0) === data.length);
    const readEnds = new Set(seen.map((_, at) => seen.slice(0, at + 1).reduce((sum, chunk) => sum + chunk.length, 0)));
    expect([1, 40_000, 640_000].filter((end) => !readEnds.has(end))).toEqual([]);
    expect(Buffer.concat(seen).equals(data)).toBe(true);
  });

  it('with descriptors also end the reads of a reader whose buffer is smaller than a slice', async () => {
    await using writer = await oneServerSocket();
    const seen: number[] = [];
    let bytes = 0;
    const callback = (size: number) => seen.push((bytes += size)) > 0;
    const reader = net.connect({ path: writer.path, onread: { buffer: Buffer.alloc(4096), callback } });
    const ends = [1, 6000, 10_000, 50_000, 50_001, 90_000];
    const report = await writeSlices(await writer.socket, Buffer.alloc(90_001), ends, DEADLINE);
    expect(report).toMatchObject({ fidelity: 'boundary', vouched: 7 });
    await until(() => bytes === 90_001);
    reader.destroy();
    expect(ends.filter((end) => !seen.includes(end))).toEqual([]);
  });

  it('of more than one kernel buffer have no boundary inside', async () => {
    await using pair = await connectedPair('unix');
    const seen = reads(pair.far);
    pair.far.pause();
    const writing = writeSlices(pair.near, Buffer.alloc(40_001), [40_000], DEADLINE);
    await nextTurn();
    pair.far.resume();
    await writing;
    await until(() => seen.length === 2);
    expect(seen.map((piece) => piece.length)).toEqual([40_000, 1]);
  });

  it.each(TRANSPORTS)('are not glued to what was written before or is written meanwhile: %s', async (transport) => {
    await using pair = await connectedPair(transport);
    pair.near.write('before');
    const writing = writeSlices(pair.near, Buffer.from('ab'), { every: 1 }, DEADLINE);
    const seen = reads(pair.far);
    await until(() => seen.length > 0);
    pair.near.write('after');
    await writing;
    await until(() => seen.join('').length === 13);
    expect(seen.join('')).toBe('beforeabafter');
    expect(seen.slice(0, 2)).toEqual(['before', 'a']);
  });

  it('with descriptors need no reader to go on, call after call', async () => {
    await using pair = await connectedPair('unix');
    await writeSlices(pair.near, Buffer.from('ab'), { every: 1 }, DEADLINE);
    const report = await writeSlices(pair.near, Buffer.from('cd'), { every: 1 }, { deadlineMs: 500 });
    expect(report).toEqual({ fidelity: 'boundary', boundaries: 2, vouched: 2, bytes: 2 });
    const seen = reads(pair.far);
    await until(() => seen.length === 4);
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  it('arrive apart in time when asked to, also with descriptors', async () => {
    await using pair = await connectedPair('unix');
    const report = await writeSlices(pair.near, Buffer.from('ab'), { every: 1 }, { deadlineMs: 100, apart: true });
    expect(report).toEqual({ fidelity: 'boundary', boundaries: 1, vouched: 1, bytes: 1, ended: 'deadline' });
  });

  it('do not wait for the delayed acknowledgements of a peer that answers', async () => {
    await using pair = await connectedPair('tcp');
    pair.near.resume();
    pair.far.on('data', () => pair.far.write('answer')).resume();
    // Acknowledgements are delayed by 40 ms here: one a slice would take 20 s.
    const report = await writeSlices(pair.near, Buffer.alloc(500), { every: 1 }, { deadlineMs: 5000 });
    expect(report).toEqual({ fidelity: 'gated', boundaries: 500, vouched: 500, bytes: 500 });
  });

  it.each(['unix', 'tcp', 'pipe'] as const)(
    'stop at the deadline when nobody reads, and let other connections live: %s',
    async (transport) => {
      await using pair = await connectedPair(transport);
      await using other = await connectedPair('tcp');
      other.far.pipe(other.far);
      const writing = writeSlices(pair.near, Buffer.alloc(5), { every: 1 }, { deadlineMs: 300, want: 'gated' });
      const state = { settled: false };
      void writing.then(() => (state.settled = true));
      let echoes = 0;
      while (!state.settled) {
        other.near.write('x');
        await once(other.near, 'data');
        echoes += 1;
      }
      expect(await writing).toEqual({ fidelity: 'gated', boundaries: 1, vouched: 0, bytes: 1, ended: 'deadline' });
      expect(echoes).toBeGreaterThan(20);
    },
  );

  it('stop when told to', async () => {
    await using pair = await connectedPair('tcp');
    const report = await writeSlices(pair.near, Buffer.alloc(5), { every: 1 }, { ...DEADLINE, signal: AbortSignal.timeout(30) });
    expect(report).toMatchObject({ vouched: 0, ended: 'error', error: 'aborted' });
  });

  it.each(TRANSPORTS)('stop when the peer closes: %s', async (transport) => {
    await using pair = await connectedPair(transport);
    pair.far.once('data', () => pair.far.destroy()).resume();
    const report = await writeSlices(pair.near, Buffer.alloc(50_000), { every: 1 }, DEADLINE);
    expect(report.ended).toBe('peer-closed');
    expect(report.bytes).toBeLessThan(50_000);
  });

  it('stop when our own side is destroyed', async () => {
    await using pair = await connectedPair('tcp');
    const writing = writeSlices(pair.near, Buffer.alloc(5), { every: 1 }, DEADLINE);
    await nextTurn();
    pair.near.destroy();
    expect(await writing).toMatchObject({ ended: 'peer-closed' });
  });
});

describe('without the native library', () => {
  it.each(TRANSPORTS)('slices are paced and vouch for nothing: %s', async (transport) => {
    vi.stubEnv('TORNWIRE_NO_NATIVE', '1');
    await using pair = await connectedPair(transport);
    const seen = reads(pair.far);
    const began = performance.now();
    const report = await writeSlices(pair.near, Buffer.from('abcdefghij'), { every: 1 }, DEADLINE);
    expect(report).toEqual({ fidelity: 'paced', boundaries: 10, vouched: 0, bytes: 10 });
    expect(performance.now() - began).toBeGreaterThanOrEqual(9);
    await until(() => seen.join('') === 'abcdefghij');
    expect(await untilRead(pair.near, DEADLINE)).toEqual({ outcome: 'unknown' });
  });

  it('slices stop when the peer closes', async () => {
    vi.stubEnv('TORNWIRE_NO_NATIVE', '1');
    await using pair = await connectedPair('tcp');
    pair.far.once('data', () => pair.far.resetAndDestroy()).resume();
    const report = await writeSlices(pair.near, Buffer.alloc(5000), { every: 1 }, DEADLINE);
    expect(report).toMatchObject({ fidelity: 'paced', ended: 'peer-closed' });
  });
});

describe.runIf(native)('untilRead', () => {
  it.each(TRANSPORTS)('waits for the application, not for its kernel: %s', async (transport) => {
    await using pair = await connectedPair(transport);
    pair.near.write('hello');
    expect(await untilRead(pair.near, { deadlineMs: 50 })).toEqual({ outcome: 'deadline' });
    pair.far.resume();
    expect(await untilRead(pair.near, DEADLINE)).toEqual({ outcome: 'read' });
  });

  it.each(TRANSPORTS)('includes what is still queued in Node: %s', async (transport) => {
    await using pair = await connectedPair(transport);
    pair.near.write(Buffer.alloc(3_000_000));
    let bytes = 0;
    pair.far.on('data', (chunk: Buffer) => (bytes += chunk.length)).resume();
    expect(await untilRead(pair.near, DEADLINE)).toEqual({ outcome: 'read' });
    await until(() => bytes === 3_000_000);
  });

  it.each(TRANSPORTS)('says when the peer closed instead: %s', async (transport) => {
    await using pair = await connectedPair(transport);
    pair.near.write('hello');
    const waiting = untilRead(pair.near, DEADLINE);
    pair.far.destroy();
    expect(await waiting).toEqual({ outcome: 'closed' });
  });
});

it('slice ends that do not ascend are our own bug', async () => {
  await using pair = await connectedPair('unix');
  await expect(writeSlices(pair.near, Buffer.alloc(5), [3, 3], DEADLINE)).rejects.toThrow('slice end 3 after 3');
  await expect(writeSlices(pair.near, Buffer.alloc(5), { every: 0 }, DEADLINE)).rejects.toThrow(RangeError);
});

async function oneServerSocket() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tw-exact-'));
  const accepted = Promise.withResolvers<Socket>();
  const server = net.createServer(accepted.resolve).listen(path.join(folder, 's'));
  await once(server, 'listening');
  return {
    path: path.join(folder, 's'),
    socket: accepted.promise,
    async [Symbol.asyncDispose]() {
      (await accepted.promise).destroy();
      await new Promise((closed) => server.close(closed));
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

function reads(socket: Socket): string[] {
  const seen: string[] = [];
  socket.on('data', (chunk: Buffer) => seen.push(chunk.toString())).resume();
  return seen;
}

async function until(reached: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(reached()).toBe(true), { timeout: 5000, interval: 2 });
}
