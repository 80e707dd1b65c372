// A client of an MCP server over streamable HTTP: one session, each message a request of its own. Waits go through `until`, so what
// does not come is a hang, and on a busy machine no verdict.
import type { Script } from '../../../../model/scenario.ts';
import type { Duration } from '../../../../model/time/duration.ts';
import { Broken, NotApplicable } from '../../../base/broken.ts';
import { SERVER } from '../../../base/places.ts';
import { seenWithin } from '../../../base/until-it-listens.ts';
import { initialize, type Id, type Message } from '../../base/messages.ts';
import { ask, type Asking, type Exchange, isStream, mediaTypeOf, type Reply } from './exchange.ts';
import type { Endpoint } from './endpoint.ts';

/** Where the bound is not the point. Slow programs are not what is looked for. */
const ANSWER_WITHIN: Duration = '8s';
export const ACCEPTS = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' } as const;
const QUOTED_MAX = 200;
const HEAD_WITHIN_MS = 2_000;
const END_WITHIN_MS = 1_000;

export interface HttpSession {
  /** Undefined where the server gives none: it keeps no sessions. */
  readonly id: string | undefined;
  /** What each request of the session bears. */
  readonly headers: Readonly<Record<string, string>>;
  /** Its requests go over this link. */
  readonly link: string;
  /** Sends the message, or these bytes, and awaits nothing. */
  post(body: Message | Buffer | string, asking?: Asking): Exchange;
  /** Waits for the reply. @throws Broken where something else comes. */
  request(message: Message & { id: Id }, asking?: Asking & { what?: string; within?: Duration }): Promise<Reply>;
  /** @param what in words, where it is no ordinary one */
  ping(id: Id, what?: string, asking?: Asking): Promise<void>;
  /** GET: the stream on which the server speaks first, or what it answers instead. */
  listen(asking?: Asking): Exchange;
  /** DELETE: the client needs it no more. Awaits the answer. */
  end(): Promise<Exchange>;
}

/**
 * initialize, and the notification that follows it.
 * @param version of the protocol that the client asks for, where it is not the usual one
 * @throws Broken
 */
export async function open(script: Script, endpoint: Endpoint, link: string, version?: string): Promise<HttpSession> {
  const exchange = ask(script, endpoint, { body: bodyOf(initialize('tw-init', version)), headers: ACCEPTS, link });
  await replyTo(script, exchange, 'tw-init', 'initialize', ANSWER_WITHIN);
  const session = sessionOf(script, endpoint, exchange, link);
  await statusOf(script, session.post({ method: 'notifications/initialized' }), 'notifications/initialized');
  return session;
}

export const bodyOf = (message: Message): string => JSON.stringify({ jsonrpc: '2.0', ...message });

/** @param initialized the whole answer to initialize */
export function sessionOf(script: Script, endpoint: Endpoint, initialized: Exchange, link: string): HttpSession {
  const given = initialized.headers['mcp-session-id'];
  const id = Array.isArray(given) ? given[0] : given;
  const version = initialized.replies[0]?.result?.['protocolVersion'];
  const headers = {
    ...(id !== undefined && { 'mcp-session-id': id }),
    ...(typeof version === 'string' && { 'mcp-protocol-version': version }),
  };
  const asked = (asking: Asking = {}): Asking => ({ link, ...asking, headers: { ...ACCEPTS, ...headers, ...asking.headers } });
  const post: HttpSession['post'] = (body, asking) =>
    ask(script, endpoint, { ...asked(asking), body: typeof body === 'string' || Buffer.isBuffer(body) ? body : bodyOf(body) });
  const request: HttpSession['request'] = (message, { what = message.method, within = ANSWER_WITHIN, ...asking } = {}) =>
    replyTo(script, post(message, asking), message.id, what, within);
  return {
    id,
    headers,
    link,
    post,
    request,
    ping: async (pingId, what = 'ping', asking = {}) => void (await request({ id: pingId, method: 'ping' }, { ...asking, what })),
    listen: (asking = {}) =>
      ask(script, endpoint, { ...asked({ ...asking, headers: { accept: 'text/event-stream', ...asking.headers } }), method: 'GET' }),
    async end() {
      const ended = ask(script, endpoint, { ...asked(), method: 'DELETE' });
      await statusOf(script, ended, 'DELETE');
      return ended;
    },
  };
}

/** Waits for the response in the answer. @throws Broken when the answer is another one, or the connection ends. */
export async function replyTo(script: Script, exchange: Exchange, id: Id, what: string, within: Duration): Promise<Reply> {
  const reply = (): Reply | undefined => exchange.replies.find((each) => each.id === id);
  await script.until(`your server answers ${what}`, () => reply() !== undefined || exchange.isWhole || exchange.ended !== undefined, {
    within,
  });
  const got = reply();
  if (got === undefined) throw await unanswered(script, exchange, what);
  const { status = 0, headers } = exchange;
  if (status !== 200 && got.result !== undefined)
    throw new Broken('WRONG STATUS', `your server answered ${what} with its result and HTTP ${status}`);
  if (!isStream(headers) && mediaTypeOf(headers) !== 'application/json')
    throw new Broken('WRONG ANSWER', `your server answered ${what} with ${headers['content-type'] ?? 'no Content-Type'}`);
  return got;
}

async function unanswered(script: Script, exchange: Exchange, what: string): Promise<Broken> {
  if (exchange.ended !== undefined && !exchange.isWhole) {
    // The end of a connection is seen before that of its program, which says more.
    await seenWithin(END_WITHIN_MS, () => !script.node(SERVER).running);
    return new Broken('ENDED', `your server ended the connection (${exchange.ended}) instead of answering ${what}`);
  }
  if ((exchange.status ?? 0) >= 400) return new Broken('REFUSED', `your server answered ${what} with ${answerText(exchange)}`);
  const instead = exchange.replies.map(({ id }) => `'${id}'`).join(', ');
  const text = instead === '' ? answerText(exchange) : `the response to ${instead.slice(0, QUOTED_MAX)}`;
  return new Broken('WRONG ANSWER', `your server answered ${what} with ${text}`);
}

/** Waits for the head of the answer, and gives its status. @throws Broken when the connection ends. */
export async function statusOf(script: Script, exchange: Exchange, what: string, within = ANSWER_WITHIN): Promise<number> {
  await script.until(`your server answers ${what}`, () => exchange.status !== undefined || exchange.ended !== undefined, { within });
  if (exchange.status === undefined) throw await unanswered(script, exchange, what);
  return exchange.status;
}

/**
 * A GET, and a moment for the head of its answer: that none comes is another check's.
 * @returns the stream, whose status may be undefined
 */
export async function listening(session: HttpSession): Promise<Exchange> {
  const stream = session.listen();
  await seenWithin(HEAD_WITHIN_MS, () => stream.status !== undefined || stream.ended !== undefined);
  return stream;
}

/** Waits for the whole answer. @throws Broken when the connection ends. */
export async function wholeOf(script: Script, exchange: Exchange, what: string, within = ANSWER_WITHIN): Promise<Exchange> {
  await script.until(`your server answers ${what}`, () => exchange.isWhole || exchange.ended !== undefined, { within });
  if (exchange.ended !== undefined && !exchange.isWhole) throw await unanswered(script, exchange, what);
  return exchange;
}

/** Whether the request was done: a result, or a notification that was taken. */
export const isServed = ({ replies }: Exchange): boolean => replies.some(({ result }) => result !== undefined);

export function answerText({ status, text }: Exchange): string {
  const said = text.trim().replaceAll(/\s+/g, ' ').slice(0, QUOTED_MAX);
  return `HTTP ${status}${said === '' ? '' : ` '${said}'`}`;
}

/** @throws NotApplicable where the server keeps no sessions. */
export function idOf({ id }: HttpSession): string {
  if (id === undefined) throw new NotApplicable('it gives no session id');
  return id;
}
