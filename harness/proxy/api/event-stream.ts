// GET /events: the event log as lines of JSON on one HTTP response. It writes only while the reader takes. If the log no
// longer holds the reader's place, it says which numbers are lost.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LostEvents, ProxyEvent } from '../wire/wire-types.ts';
import type { EventLog } from './events.ts';

export interface EventQuery {
  /** Events after this number; 0 gives all that are kept. */
  since: number;
  follow: boolean;
  wanted: (event: ProxyEvent) => boolean;
}

/** Events looked at in one go, so that a long replay does not keep the event loop. */
const BATCH_EVENTS = 500;

export function streamEvents(log: EventLog, query: EventQuery, request: IncomingMessage, response: ServerResponse): void {
  let cursor = query.since + 1;
  let stopWaiting = () => {};
  let closed = false;

  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  response.on('drain', step);
  response.on('close', () => {
    closed = true;
    stopWaiting();
  });
  request.resume();
  step();

  function step(): void {
    if (closed || response.writableEnded) return;
    const text = nextLines();
    const taken = text === '' || response.write(text);
    // A full buffer wakes us again by 'drain'.
    if (!taken) return;
    if (cursor < log.nextSeq) setImmediate(step);
    else if (query.follow) stopWaiting = log.onNext(() => setImmediate(step));
    else response.end();
  }

  function nextLines(): string {
    let text = '';
    if (cursor < log.firstSeq) {
      const lost: LostEvents = { event: 'lost', from: cursor, to: log.firstSeq - 1 };
      text = `${JSON.stringify(lost)}\n`;
      cursor = log.firstSeq;
    }
    const end = Math.min(log.nextSeq, cursor + BATCH_EVENTS);
    for (; cursor < end; cursor += 1) {
      const event = log.at(cursor);
      if (event !== undefined && query.wanted(event)) text += `${JSON.stringify(event)}\n`;
    }
    return text;
  }
}
