// The stream of events of our own proxy, read line by line. Lines end at byte 0x0A and are cut from Buffers. Never more
// than one unfinished line is kept.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { bounded } from '../../model/time/bounded.ts';
import type { Late } from '../../model/judging/history.ts';
import { InjectorError, lateSince } from '../api/network-sink.ts';

// Not by import: an ES module that imports node:http loads the parts of undici that it hands on, 30 ms of processor time at each start.
const { get } = process.getBuiltinModule('node:http');

const LINE_BYTES_MAX = 4 * 1024 * 1024;
const NEWLINE = 0x0a;

/** Not by fetch: it gives up on a stream that is silent for five minutes. @throws InjectorError */
export async function openEventStream(url: string, signal: AbortSignal, deadlineMs: number): Promise<IncomingMessage> {
  const askedMs = performance.now();
  let late: Late | undefined;
  const asking = get(url, { signal });
  try {
    const answered = await bounded(once(asking, 'response') as Promise<[IncomingMessage]>, { withinMs: deadlineMs });
    if (answered.state !== 'done') {
      late = lateSince(askedMs, deadlineMs);
      throw new Error(`no answer within ${deadlineMs} ms`);
    }
    const [response] = answered.value;
    if (response.statusCode === 200) return response;
    response.destroy();
    throw new Error(`status ${response.statusCode}`);
  } catch (cause) {
    asking.destroy();
    throw new InjectorError(`own: GET /events failed: ${messageOf(cause)}`, { cause, ...(late && { late }) });
  } finally {
    // Once it streams its end is told by the stream itself.
    asking.on('error', () => {});
  }
}

/** @throws Error on a line beyond the bound. */
export async function eachLine(response: IncomingMessage, take: (line: string) => void): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of response as AsyncIterable<Buffer>) {
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = buffer.indexOf(NEWLINE); end >= 0; end = buffer.indexOf(NEWLINE)) {
      take(buffer.toString('utf8', 0, end));
      buffer = buffer.subarray(end + 1);
    }
    if (buffer.length > LINE_BYTES_MAX) throw new Error(`a line of more than ${LINE_BYTES_MAX} bytes`);
    rest = buffer;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
