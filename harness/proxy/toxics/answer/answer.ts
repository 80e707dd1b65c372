// What the toxic `respond` says in place of who was asked, as it comes over the API: JSON in one attribute. Which answer fits
// which link is decided by what the request is.

export type GivenAnswer =
  /** HTTP (RFC 9112). Content-Length is put in where the headers do not have it. */
  | { status: number; headers: Readonly<Record<string, string>>; body: string }
  /** A WebSocket close frame (RFC 6455, section 5.5.1), then the end of the connection. */
  | { close: number; reason: string }
  /** A text message of a WebSocket, or a line. */
  | { message: string }
  /** A JSON-RPC 2.0 error with the id of the request: a line, a text message, or the body of an HTTP response. */
  | { error: RpcError }
  /** Server-sent events (HTML standard, section 9.2): a whole answer to a request, or between what the server says. */
  | { events: readonly ServerSentEvent[]; ends: boolean };

export interface RpcError {
  code: number;
  message: string;
  data?: unknown;
}

export interface ServerSentEvent {
  event?: string;
  data: string;
  id?: string;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110, section 5.5: neither a line break nor NUL, which would begin another field. */
const FIELD_VALUE = /^[^\r\n\0]*$/;
/** Codes that a close frame may carry (RFC 6455, section 7.4). */
const isCloseCode = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);
const REASON_BYTES_MAX = 123;

/** The answer, or what is wrong with it. */
export function readAnswer(text: string | undefined): GivenAnswer | string {
  const given = parsed(text ?? '');
  if (!isRecord(given)) return 'respond needs answer: a JSON object with status, close, message, error or events';
  const kinds = ['status', 'close', 'message', 'error', 'events'].filter((kind) => given[kind] !== undefined);
  if (kinds.length !== 1)
    return `an answer of respond is one of status, close, message, error and events, and this has ${kinds.join(' and ') || 'none'}`;
  return readStatus(given) ?? readClose(given) ?? readRest(given);
}

function readStatus({ status, headers = {}, body = '' }: Record<string, unknown>): GivenAnswer | string | undefined {
  if (status === undefined) return undefined;
  if (!Number.isInteger(status) || (status as number) < 200 || (status as number) > 599) return 'status is a final one, from 200 to 599';
  if (typeof body !== 'string') return 'body is a text';
  if (!isRecord(headers)) return 'headers are names with their values';
  const wrong = Object.entries(headers).find(([name, value]) => !TOKEN.test(name) || typeof value !== 'string' || !FIELD_VALUE.test(value));
  if (wrong !== undefined) return `${JSON.stringify(wrong[0])} with ${JSON.stringify(wrong[1])} is no header field`;
  return { status: status as number, headers: headers as Record<string, string>, body };
}

function readClose({ close, reason = '' }: Record<string, unknown>): GivenAnswer | string | undefined {
  if (close === undefined) return undefined;
  if (typeof close !== 'number' || !isCloseCode(close))
    return 'close is a code that a close frame may carry: 1000 to 1014 but for 1004 to 1006, 3000 to 4999';
  if (typeof reason !== 'string' || Buffer.byteLength(reason) > REASON_BYTES_MAX)
    return `reason is a text of at most ${REASON_BYTES_MAX} bytes`;
  return { close, reason };
}

function readRest({ message, error, events, ends = false }: Record<string, unknown>): GivenAnswer | string {
  if (typeof message === 'string') return { message };
  if (message !== undefined) return 'message is a text';
  if (isRecord(error)) {
    const { code, message: said } = error;
    return Number.isInteger(code) && typeof said === 'string' ? { error: error as unknown as RpcError } : 'error has a code and a message';
  }
  if (!Array.isArray(events) || events.length === 0 || !events.every(isEvent)) return 'events is a list of events, each with its data';
  return typeof ends === 'boolean' ? { events, ends } : 'ends is true or false';
}

function isEvent(value: unknown): value is ServerSentEvent {
  if (!isRecord(value)) return false;
  const { event = '', data, id = '' } = value;
  return typeof data === 'string' && [event, id].every((field) => typeof field === 'string' && FIELD_VALUE.test(field));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
