// Is a line what its framing says? `json-lines`: one JSON value in UTF-8 (RFC 8259), so neither an empty line nor a log line
// is one. `json-rpc`: one message, or a batch that is not empty (JSON-RPC 2.0, sections 4 to 6).

import type { JsonFraming } from '../frame.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What is wrong with the line (without its end), to be read behind "a line that"; undefined when nothing is. */
export function lineProblem(framing: JsonFraming, line: Buffer): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(line));
  } catch {
    return 'is no JSON value';
  }
  if (framing === 'json-lines') return undefined;
  const problem = messageProblem(value);
  return problem === undefined ? undefined : `is no JSON-RPC 2.0: ${problem}`;
}

function messageProblem(value: unknown): string | undefined {
  if (!Array.isArray(value)) return oneProblem(value);
  if (value.length === 0) return 'a batch is empty';
  return value.map(oneProblem).find((problem) => problem !== undefined);
}

function oneProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'a message is an object';
  if (value['jsonrpc'] !== '2.0') return 'jsonrpc is not "2.0"';
  if ('id' in value && !isId(value['id'])) return 'an id is a string, a number or null';
  return 'method' in value ? requestProblem(value) : responseProblem(value);
}

function requestProblem(value: JsonObject): string | undefined {
  if (typeof value['method'] !== 'string') return 'a method is a string';
  if ('result' in value || 'error' in value) return 'it is a request and a response at once';
  const { params } = value;
  return params === undefined || isObject(params) || Array.isArray(params) ? undefined : 'params are an object or an array';
}

function responseProblem(value: JsonObject): string | undefined {
  if ('result' in value === 'error' in value) return 'a message has a method, or either a result or an error';
  if (!('id' in value)) return 'a response has an id';
  if ('result' in value) return undefined;
  const { error } = value;
  const isError = isObject(error) && Number.isInteger(error['code']) && typeof error['message'] === 'string';
  return isError ? undefined : 'an error has a whole number as its code, and a message';
}

function isId(id: unknown): boolean {
  return id === null || typeof id === 'string' || typeof id === 'number';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
