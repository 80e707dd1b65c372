// A client of JSON-RPC 2.0, on lines (TCP, Unix socket, stdio) or in the text messages of a WebSocket. MCP over stdio is this.
import type { Script, ScriptChild } from '../model/scenario.ts';
import type { Json, JsonObject } from '../model/values/json.ts';
import { inboxOf, type Wanted } from './inbox.ts';
import { jsonLinesOn, type JsonTalk, parsedJson } from './json-lines.ts';
import { type Asking, type Bound, boundTo, type Target } from './target.ts';
import { sendOn, webSocketOn, type WebSocketOptions } from './websocket.ts';

export interface JsonRpcOptions {
  /** Spoken over a WebSocket that is opened like this, in place of lines. */
  webSocket?: WebSocketOptions;
  /**
   * Requests that the other side may send, by their method. What a function throws is an error of code -32603. Other methods are
   * answered with -32601, as the specification says (5.1).
   */
  answers?: Readonly<Record<string, (params: Json) => Json | Promise<Json>>>;
}

/** The other side answered, with an error. */
export class JsonRpcError extends Error {
  override readonly name = 'JsonRpcError';
  readonly code: number;
  readonly data: Json | undefined;

  constructor(message: string, code: number, data?: Json) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export interface JsonRpcNotification {
  readonly method: string;
  readonly params: Json;
}

export interface JsonRpcClient {
  /** Everything that the other side told unasked, oldest first. */
  readonly notifications: readonly JsonRpcNotification[];
  /** Answers to a request that was never sent, or that was answered before. */
  readonly strayAnswers: readonly Json[];
  /** Lines, or messages of a WebSocket, that are no JSON. */
  readonly strays: readonly string[];
  readonly child: ScriptChild | undefined;
  /** How the connection ended, in words; undefined while it is open. */
  readonly ended: string | undefined;
  /**
   * Resolves with the result. Recorded as its method. @throws JsonRpcError for an answer that is an error; IndeterminateError when
   * no answer came within the bound, or the connection was cut before it.
   */
  call(method: string, params?: JsonObject | readonly Json[], asking?: Asking): Promise<Json>;
  /** @throws Error when the connection has ended. */
  notify(method: string, params?: JsonObject | readonly Json[]): void;
  /** The id that the next call will have: requests to cancel name it. */
  readonly nextId: number;
  /** The oldest notification of this method that no wait gave before; see `next` of JSON lines. */
  notified(method: string, wanted?: Pick<Wanted<JsonRpcNotification>, 'within'>): Promise<JsonRpcNotification>;
  stopReading(): void;
  readOn(): void;
  close(): void;
}

/** Resolves when the connection is there, or the program has started. @throws why nobody was reached. */
export async function openJsonRpc(script: Script, target: Target, options: JsonRpcOptions = {}): Promise<JsonRpcClient> {
  const bound = boundTo(script, target);
  const notices = inboxOf<JsonRpcNotification>(bound, ({ method, params }) => `${method} ${JSON.stringify(params)}`);
  const strayAnswers: Json[] = [];
  const waiting = new Set<number>();
  let calls = 0;

  const heard = (value: Json): void => {
    for (const message of messagesIn(value)) {
      const { id, method, params = null } = message;
      if (typeof method !== 'string') {
        if (!waiting.delete(id as number)) strayAnswers.push(message);
      } else if (id === undefined) notices.take({ method, params });
      else void reply(id, method, params);
    }
  };
  const reply = async (id: Json, method: string, params: Json): Promise<void> => {
    const answer = await answerTo(options.answers?.[method], params);
    const { send, ended } = await opening;
    if (ended() === undefined) send({ jsonrpc: '2.0', id, ...answer });
  };
  const opening = options.webSocket ? overWebSocket(bound, options.webSocket, heard) : jsonLinesOn(bound, heard);
  const talk = await opening;
  const whenEnded = talk.inbox.answer('its end', 0, () => false).catch(() => notices.end(talk.ended() ?? 'the connection ended'));
  void whenEnded;

  const callOnce = async (id: number, method: string, params: Json | undefined): Promise<Json> => {
    const before = talk.inbox.all.length;
    waiting.add(id);
    talk.send({ jsonrpc: '2.0', id, method, ...(params !== undefined && { params }) });
    const value = await talk.inbox.answer(method, before, (each) => answerIn(each, id) !== undefined);
    return resultOf(answerIn(value, id) as JsonObject);
  };
  return {
    notifications: notices.all,
    strayAnswers,
    strays: talk.strays,
    child: talk.child,
    get ended() {
      return talk.ended();
    },
    get nextId() {
      return calls + 1;
    },
    call(method, params, asking) {
      const id = ++calls;
      return bound.ask(method, () => callOnce(id, method, params as Json | undefined), asking);
    },
    notify: (method, params) => talk.send({ jsonrpc: '2.0', method, ...(params !== undefined && { params: params as Json }) }),
    notified: (method, wanted) => notices.next(`the notification ${method}`, { ...wanted, match: (notice) => notice.method === method }),
    stopReading: talk.stopReading,
    readOn: talk.readOn,
    close: talk.close,
  };
}

async function overWebSocket(bound: Bound, options: WebSocketOptions, each: (value: Json) => void): Promise<JsonTalk> {
  const inbox = inboxOf<Json>(bound, (value) => JSON.stringify(value));
  const strays: string[] = [];
  let ended: string | undefined;
  const ws = await webSocketOn(bound, options, {
    message({ text }) {
      const value = parsedJson(text);
      if (value === undefined) return void strays.push(text);
      inbox.take(value.json);
      each(value.json);
    },
    closed(code) {
      ended = `the connection closed with ${code}`;
      inbox.end(ended);
    },
  });
  return {
    inbox,
    strays,
    child: undefined,
    ended: () => ended,
    send: (value) => sendOn(ws, bound.name, JSON.stringify(value)),
    stopReading: () => ws.pause(),
    readOn: () => ws.resume(),
    close: () => ws.close(),
  };
}

/** One message, or a batch of them (section 6). */
function messagesIn(value: Json): JsonObject[] {
  return (Array.isArray(value) ? value : [value]).filter((each): each is JsonObject => typeof each === 'object' && each !== null);
}

function answerIn(value: Json, id: number): JsonObject | undefined {
  return messagesIn(value).find((message) => message['id'] === id && message['method'] === undefined);
}

/** @throws JsonRpcError */
function resultOf({ result = null, error }: JsonObject): Json {
  if (error === undefined || error === null) return result;
  const { message, code, data } = error as JsonObject;
  throw new JsonRpcError(typeof message === 'string' ? message : JSON.stringify(message ?? null), Number(code), data);
}

async function answerTo(
  answer: ((params: Json) => Json | Promise<Json>) | undefined,
  params: Json,
): Promise<{ result: Json } | { error: Json }> {
  if (answer === undefined) return { error: { code: METHOD_NOT_FOUND, message: 'Method not found' } };
  try {
    return { result: await answer(params) };
  } catch (error) {
    return { error: { code: INTERNAL_ERROR, message: (error as Error).message } };
  }
}

const METHOD_NOT_FOUND = -32601;
const INTERNAL_ERROR = -32603;
