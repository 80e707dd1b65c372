// What our own proxy says it did: one stream of numbered events, a line of JSON each. Lines end at byte 0x0A
// and are cut from Buffers, and no more than one unfinished line is ever kept.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { bounded } from '../model/bounded.ts';
import type { Hit } from '../model/history.ts';
import type { Direction } from '../model/link.ts';
import type { Control } from './control.ts';
import type { Engine } from './engines.ts';
import { nameOfApi } from './fault-to-toxic.ts';
import { InjectorError, type NetworkSink } from './network.ts';
import type { Witness } from './witness.ts';

export interface OwnWitnessSettings {
  /** Proxy name -> link name. */
  links: ReadonlyMap<string, string>;
  sink: NetworkSink;
  control: Control;
  /** Its `since` is read at the start and moved on at the end. */
  engine: Engine;
  deadlineMs: number;
}

/** An event as the proxy writes it; which fields there are depends on its name. */
interface ProxyEvent {
  seq: number;
  event: string;
  proxy: string;
  toxic: string;
  connection: number;
  direction: Direction;
  index: number;
  type: string;
  offset: number;
  length?: number;
  payload?: string;
  reason?: string;
  ended?: { client: string; upstream: string };
  byteOffset: number;
  frameIndex?: number;
  offsetInFrame?: number;
  bytesForwarded?: number;
  fidelity?: Hit['fidelity'];
  boundaries?: number;
  vouched?: number;
  error?: string;
  from: number;
  to: number;
}

const LINE_BYTES_MAX = 4 * 1024 * 1024;
const NEWLINE = 0x0a;

export async function ownWitness(settings: OwnWitnessSettings): Promise<Witness> {
  const { sink, control, engine } = settings;
  const query = `proxies=${[...settings.links.keys()].map(encodeURIComponent).join(',')}`;
  const closing = new AbortController();
  let seen = engine.since;

  /** Both the stream and a look at the log come by here; what one has told the other need not. */
  function take(line: string): void {
    const event = JSON.parse(line) as ProxyEvent;
    if (event.event === 'lost') {
      // The stream only falls behind when this process does: what is lost is lost for the judge as well.
      if (event.to > seen) sink.broken(`own: lost events ${event.from} to ${event.to}`);
      seen = Math.max(seen, event.to);
      return;
    }
    if (event.seq <= seen) return;
    seen = event.seq;
    const link = settings.links.get(event.proxy);
    if (link !== undefined) tell(event, link);
  }

  function tell(event: ProxyEvent, link: string): void {
    const { connection, direction, offset } = event;
    switch (event.event) {
      case 'connection-opened':
        return sink.connection({ link, connection, state: 'opened' });
      case 'connection-closed':
        return sink.connection({ link, connection, state: 'closed', ...(event.ended && { ended: event.ended }) });
      case 'frame':
        return sink.frame({
          link,
          connection,
          direction,
          index: event.index,
          type: event.type,
          offset,
          ...(event.length !== undefined && { bytes: event.length }),
          ...(event.payload !== undefined && { payload: event.payload }),
        });
      case 'frame-error':
        return sink.frameError({ link, connection, direction, offset: offset ?? 0, reason: event.reason ?? 'no reason given' });
      case 'match-too-large':
      case 'match-unreadable':
      case 'hold-too-large':
        // The armed fault could not do its work on these bytes, which is never to pass in silence.
        return sink.broken(`own: '${nameOfApi(event.toxic)}' on ${link}: ${event.event}: ${event.reason ?? 'no reason given'}`);
      case 'listener-failed':
        return sink.broken(`own: the proxy of ${link} does not listen: ${event.reason ?? event.error ?? 'no reason given'}`);
      case 'toxic-fired':
        // A toxic's name is its step's id: nothing to look up, and no firing is too early or too late.
        return sink.fired(nameOfApi(event.toxic), hitOf(event));
      default:
        return undefined;
    }
  }

  async function follow(response: IncomingMessage): Promise<void> {
    try {
      await eachLine(response, take);
      if (!closing.signal.aborted) sink.broken('own: its event stream ended');
    } catch (error) {
      if (!closing.signal.aborted) sink.broken(`own: its event stream broke: ${messageOf(error)}`);
    }
  }

  const response = await eventStream(`${engine.url}/events?follow=1&since=${seen}&${query}`, closing.signal, settings.deadlineMs);
  const following = follow(response);

  return {
    async armed() {},
    async lifted() {},
    async drained() {
      const { status, text } = await control.call('GET', `/events?follow=0&since=${seen}&${query}`);
      if (status !== 200) throw new InjectorError(`own: GET /events gave ${status}: ${text}`);
      for (const line of text.split('\n')) if (line !== '') take(line);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await following;
      engine.since = seen;
    },
  };
}

function hitOf(event: ProxyEvent): Hit {
  const { connection, direction, byteOffset, frameIndex, offsetInFrame, bytesForwarded, fidelity, boundaries, vouched, ended } = event;
  return {
    connection,
    direction,
    byteOffset,
    ...(frameIndex !== undefined && { frameIndex }),
    ...(offsetInFrame !== undefined && { offsetInFrame }),
    ...(bytesForwarded !== undefined && { bytesForwarded }),
    ...(fidelity !== undefined && { fidelity }),
    ...(boundaries !== undefined && { boundaries }),
    ...(vouched !== undefined && { vouched }),
    ...(ended !== undefined && { ended: { client: ended.client, upstream: ended.upstream } }),
  };
}

/** Not by fetch: it gives up on a stream that is silent for five minutes. @throws InjectorError */
async function eventStream(url: string, signal: AbortSignal, deadlineMs: number): Promise<IncomingMessage> {
  const asking = get(url, { signal });
  try {
    const answered = await bounded(once(asking, 'response') as Promise<[IncomingMessage]>, { withinMs: deadlineMs });
    if (answered.state !== 'done') throw new Error(`no answer within ${deadlineMs} ms`);
    const [response] = answered.value;
    if (response.statusCode === 200) return response;
    response.destroy();
    throw new Error(`status ${response.statusCode}`);
  } catch (cause) {
    asking.destroy();
    throw new InjectorError(`own: GET /events failed: ${messageOf(cause)}`, { cause });
  } finally {
    // Once it streams its end is told by the stream itself.
    asking.on('error', () => {});
  }
}

/** @throws Error on a line beyond the bound. */
async function eachLine(response: IncomingMessage, take: (line: string) => void): Promise<void> {
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
