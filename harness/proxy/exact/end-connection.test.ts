import type { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { connectedPair } from '../testing/connected-pair.ts';
import { endConnection, stopReading } from './end-connection.ts';
import { untilRead } from './exact.ts';
import { loadKernel } from './kernel.ts';

const native = !('missing' in loadKernel());
const SOCKETS = ['tcp', 'unix'] as const;

describe('ending a connection', () => {
  it.each(SOCKETS)('with fin gives the peer the end of the stream and closes both directions: %s', async (transport) => {
    await using pair = await connectedPair(transport);
    pair.near.write('last words');
    const seen = witness(pair.far);
    const ending = endConnection(pair.near, 'fin');
    await until(() => seen.ended);
    pair.far.end();
    expect(await ending).toEqual({ outcome: 'fin' });
    expect(seen).toMatchObject({ text: 'last words', ended: true, error: undefined });
    expect(pair.near.closed).toBe(true);
  });

  it.each(SOCKETS)('with fin is no reset, although the peer goes on sending and we had not read: %s', async (transport) => {
    await using pair = await connectedPair(transport);
    stopReading(pair.near);
    pair.far.write('unread');
    const seen = witness(pair.far);
    const ending = endConnection(pair.near, 'fin');
    await until(() => seen.ended);
    pair.far.end(Buffer.alloc(1_000_000));
    expect(await ending).toEqual({ outcome: 'fin' });
    await until(() => pair.far.closed);
    expect(seen.error).toBeUndefined();
  });

  it.each(SOCKETS)('with fin is over after the grace even if the peer never ends: %s', async (transport) => {
    await using pair = await connectedPair(transport);
    const seen = witness(pair.far);
    expect(await endConnection(pair.near, 'fin', { graceMs: 50 })).toEqual({ outcome: 'fin' });
    expect(pair.near.closed).toBe(true);
    await until(() => seen.ended);
  });

  it.each(SOCKETS)('with half-close leaves the other direction open for a late reply: %s', async (transport) => {
    await using pair = await connectedPair(transport);
    const seen = witness(pair.far);
    const reply = witness(pair.near);
    expect(await endConnection(pair.near, 'half-close')).toEqual({ outcome: 'half-close' });
    await until(() => seen.ended);
    pair.far.end('late reply');
    await until(() => reply.ended);
    expect(reply.text).toBe('late reply');
  });

  it('with rst on TCP resets, after the peer has read what was acknowledged', async () => {
    await using pair = await connectedPair('tcp');
    const seen = witness(pair.far);
    pair.near.write('first');
    await untilRead(pair.near, { deadlineMs: 2000 });
    expect(await endConnection(pair.near, 'rst')).toEqual({ outcome: 'rst' });
    await until(() => seen.error !== undefined);
    expect(seen).toEqual({ text: 'first', ended: false, error: 'ECONNRESET' });
  });

  it.runIf(native)('with rst on TCP resets also where an end is on its way that the peer does not take', async () => {
    await using pair = await connectedPair('tcp');
    stopReading(pair.far);
    pair.near.end(Buffer.alloc(16 * 1024 * 1024));
    await until(() => !pair.near.connecting && pair.near.writableLength > 0);
    expect(await endConnection(pair.near, 'rst')).toEqual({ outcome: 'rst' });
    expect(pair.near.closed).toBe(true);
    const seen = witness(pair.far);
    await until(() => seen.error !== undefined);
    expect(seen.error).toBe('ECONNRESET');
  });

  it.runIf(native)('with rst on a Unix socket resets by leaving unread what the peer sent', async () => {
    await using pair = await connectedPair('unix');
    stopReading(pair.near);
    pair.far.write('never read');
    pair.near.write('first');
    const seen = witness(pair.far);
    await untilRead(pair.near, { deadlineMs: 2000 });
    expect(await endConnection(pair.near, 'rst')).toEqual({ outcome: 'rst' });
    await until(() => seen.error !== undefined);
    expect(seen).toEqual({ text: 'first', ended: false, error: 'ECONNRESET' });
  });

  it.runIf(native)('with rst on a Unix socket can wait for the peer to send something', async () => {
    await using pair = await connectedPair('unix');
    const seen = witness(pair.far);
    const ending = endConnection(pair.near, 'rst', { graceMs: 2000 });
    pair.far.write('at last');
    expect(await ending).toEqual({ outcome: 'rst' });
    await until(() => seen.error === 'ECONNRESET');
  });

  it('with rst on a Unix socket says eof when the peer sent nothing, since that is what it sees', async () => {
    await using pair = await connectedPair('unix');
    const seen = witness(pair.far);
    expect(await endConnection(pair.near, 'rst')).toEqual({ outcome: 'eof' });
    await until(() => seen.ended);
    expect(seen.error).toBeUndefined();
  });

  it('that is closed already says so', async () => {
    await using pair = await connectedPair('tcp');
    pair.near.destroy();
    expect(await endConnection(pair.near, 'rst')).toEqual({ outcome: 'gone' });
  });
});

function witness(socket: Socket) {
  const seen: { text: string; ended: boolean; error: string | undefined } = { text: '', ended: false, error: undefined };
  socket.on('data', (chunk: Buffer) => (seen.text += chunk.toString()));
  socket.on('end', () => (seen.ended = true));
  socket.on('error', (error: NodeJS.ErrnoException) => (seen.error = error.code));
  socket.resume();
  return seen;
}

async function until(reached: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(reached()).toBe(true), { timeout: 3000, interval: 2 });
}
