// toxiproxy-node-client with what it lacks: a deadline for every call, and the server's own words in errors. A server that
// is frozen or dead, or that refuses, gives an InjectorError, never a hang.
import { Toxiproxy } from 'toxiproxy-node-client';
import { InjectorError, lateSince } from './network-sink.ts';

export interface Control {
  readonly client: Toxiproxy;
  /** A call that the client has no method for. Gives the status and the body's text. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<{ status: number; text: string }>;
}

/** `who` names the engine in errors; `url` is its control API, without a slash at the end. */
export function controlOf(who: string, url: string, deadlineMs: number): Control {
  let mute: InjectorError | undefined;
  // A server that once gave no answer is frozen: everything that is still to be told to it would wait as long again.
  const deadlined = async (method: string, address: string, body?: unknown): Promise<{ status: number; text: string }> => {
    if (mute)
      throw new InjectorError(`${who}: ${method} ${pathOf(address)} was not asked: ${mute.message}`, {
        cause: mute,
        ...(mute.late && { late: mute.late }),
      });
    try {
      return await ask(who, deadlineMs, method, address, body);
    } catch (error) {
      if (isLate((error as Error).cause)) mute = error as InjectorError;
      throw error;
    }
  };
  const call = (method: string, path: string, body?: unknown) => deadlined(method, url + path, body);
  const client = new Toxiproxy(url);
  client.api = transport(async (method, address, body) => {
    const answer = await deadlined(method, address, body);
    if (answer.status >= 400) throw new InjectorError(`${who}: ${method} ${pathOf(address)} was refused: ${wordsOf(answer)}`);
    return answer.text;
  });
  return { client, call };
}

/** What the client asks of its transport, without the private members that keep any other object from being one. */
type Transport = Pick<Toxiproxy['api'], keyof Toxiproxy['api']>;

/** The client's own transport has no deadline and drops error bodies, so it gets one with the same four methods. */
function transport(ask: (method: string, url: string, body?: unknown) => Promise<string>): Toxiproxy['api'] {
  const parsed = async (method: string, url: string, body?: unknown) => {
    const text = await ask(method, url, body);
    return { data: text === '' ? undefined : JSON.parse(text) };
  };
  const methods: Transport = {
    get: (url) => parsed('GET', url),
    post: (url, body) => parsed('POST', url, body),
    delete: async (url) => void (await ask('DELETE', url)),
    getText: (url) => ask('GET', url),
  };
  return methods as Toxiproxy['api'];
}

async function ask(
  who: string,
  deadlineMs: number,
  method: string,
  url: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const askedMs = performance.now();
  try {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(deadlineMs),
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    const what = `${who}: ${method} ${pathOf(url)}`;
    if (!isLate(cause)) throw new InjectorError(`${what} failed: ${reasonOf(cause)}`, { cause });
    throw new InjectorError(`${what} gave no answer within ${deadlineMs} ms`, { cause, late: lateSince(askedMs, deadlineMs) });
  }
}

function isLate(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'TimeoutError';
}

function wordsOf(answer: { status: number; text: string }): string {
  try {
    const { error } = JSON.parse(answer.text) as { error?: unknown };
    if (typeof error === 'string') return `${error} (${answer.status})`;
  } catch {
    // Not JSON: the text as it is says more than a parse error would.
  }
  return `${answer.text.trim() || 'no reason given'} (${answer.status})`;
}

/** fetch hides the reason one level down. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}

function pathOf(url: string): string {
  return new URL(url).pathname;
}
