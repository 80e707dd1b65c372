// A stream of server-sent events (WHATWG HTML, 9.2). It is read as it comes and not opened again when it ends: whether and
// when a client comes back is for the script to say.
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { createParser } from 'eventsource-parser';
import type { Script } from '../model/scenario.ts';
import { openResponse } from './http-response.ts';
import { type Inbox, inboxOf, type Wanted } from './inbox.ts';
import { type Asking, boundTo, type Target } from './target.ts';

export interface ServerSentEvent {
  /** `message` where the stream names none. */
  readonly event: string;
  readonly data: string;
  readonly id?: string;
}

export interface EventsRequest extends Asking {
  headers?: OutgoingHttpHeaders;
  /** POST when there is a body, otherwise GET. An object is sent as JSON. */
  body?: string | object;
  /** Sent as Last-Event-ID, as by a client that comes back. */
  lastEventId?: string;
}

export interface EventStream {
  readonly events: Inbox<ServerSentEvent>['all'];
  next(what: string, wanted?: Wanted<ServerSentEvent>): Promise<ServerSentEvent>;
  /** The id of the last event that had one. */
  readonly lastEventId: string | undefined;
  /** Comment lines so far: what servers send to keep a connection open. */
  readonly comments: number;
  /** `complete`: the server ended its answer. `cut`: the connection ended in the midst of it. */
  readonly ended: 'complete' | 'cut' | undefined;
  close(): void;
}

/**
 * Resolves when the head of the answer has come. Recorded as `events /path`.
 * @throws Error when the answer is not 200 with text/event-stream; IndeterminateError when the connection ended before the head.
 */
export async function openEvents(script: Script, target: Target, path: string, request: EventsRequest = {}): Promise<EventStream> {
  const bound = boundTo(script, target);
  const what = `events ${path.split('?')[0]}`;
  const inbox = inboxOf<ServerSentEvent>(bound, ({ event, data }) => `${event}: ${data}`);
  let response: IncomingMessage | undefined;
  await bound.ask(
    what,
    async (signal) => {
      response = await openResponse(bound, { what, ...wordsOf(path, request), agent: undefined, signal });
      const { statusCode, headers } = response;
      if (statusCode === 200 && headers['content-type']?.startsWith('text/event-stream')) return;
      response.destroy();
      throw new Error(`${what} was answered with ${statusCode} and content type ${headers['content-type'] ?? '(none)'}`);
    },
    request,
  );
  const stream = streamOf(response as IncomingMessage, inbox);
  script.defer(() => stream.close());
  return stream;
}

function wordsOf(
  path: string,
  { headers, body, lastEventId }: EventsRequest,
): Pick<Parameters<typeof openResponse>[1], 'method' | 'path' | 'headers' | 'body'> {
  const json = typeof body === 'object';
  const all = {
    accept: 'text/event-stream',
    'cache-control': 'no-store',
    ...(json && { 'content-type': 'application/json' }),
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    ...headers,
  };
  const text = json ? JSON.stringify(body) : body;
  return { method: body === undefined ? 'GET' : 'POST', path, headers: all, body: text === undefined ? undefined : Buffer.from(text) };
}

function streamOf(response: IncomingMessage, inbox: Inbox<ServerSentEvent>): EventStream {
  let lastEventId: string | undefined;
  let comments = 0;
  let ended: EventStream['ended'];
  const parser = createParser({
    onEvent({ event = 'message', data, id }) {
      if (id !== undefined) lastEventId = id;
      inbox.take({ event, data, ...(id !== undefined && { id }) });
    },
    onComment: () => void comments++,
  });
  response.setEncoding('utf8');
  response.on('data', (text: string) => parser.feed(text));
  // The close that follows says how it ended.
  response.on('error', () => undefined);
  response.once('close', () => {
    ended = response.complete ? 'complete' : 'cut';
    inbox.end(ended === 'complete' ? 'the server ended the stream' : 'the stream was cut');
  });
  return {
    events: inbox.all,
    next: inbox.next,
    get lastEventId() {
      return lastEventId;
    },
    get comments() {
      return comments;
    },
    get ended() {
      return ended;
    },
    close: () => void response.destroy(),
  };
}
