// JSON values on lines, over TCP, a Unix socket, or the stdin and stdout of a program that the script starts.
import type { Script, ScriptChild } from '../model/scenario.ts';
import type { Json } from '../model/values/json.ts';
import { openByteStream } from './byte-stream.ts';
import { type Inbox, inboxOf, type Wanted } from './inbox.ts';
import { linesTo } from './lines.ts';
import { type Asking, type Bound, boundTo, type Target } from './target.ts';

export interface JsonLinesOptions {
  /** Called with each value as it comes, to fold it into a state. */
  each?: (value: Json) => void;
}

export interface JsonLines {
  /** Every value so far, oldest first. */
  readonly values: readonly Json[];
  /** Lines that are no JSON, such as a log line in the midst of a protocol. */
  readonly strays: readonly string[];
  /** The program itself, over stdio: its exit, its pid, signals to it. */
  readonly child: ScriptChild | undefined;
  /** How the connection ended, in words; undefined while it is open. */
  readonly ended: string | undefined;
  /** @throws Error when the connection has ended. */
  send(value: Json): void;
  /** Bytes as they are, with no newline behind them. @throws Error when the connection has ended. */
  write(bytes: string | Buffer): void;
  next(what: string, wanted?: Wanted<Json>): Promise<Json>;
  /**
   * Sends a value, and resolves with the first value after it that matches. Recorded under `name`.
   * @throws IndeterminateError when no answer came within the bound, or the connection was cut before it.
   */
  request(name: string, value: Json, isAnswer: (value: Json) => boolean, asking?: Asking): Promise<Json>;
  /** Until then nothing is read, as by a client that is busy. */
  stopReading(): void;
  readOn(): void;
  /** No more is written; answers are still read. */
  end(): void;
  close(): void;
}

/** Resolves when the connection is there, or the program has started. @throws why nobody was reached. */
export async function openJsonLines(script: Script, target: Target, options: JsonLinesOptions = {}): Promise<JsonLines> {
  const bound = boundTo(script, target);
  const talk = await jsonLinesOn(bound, options.each);
  const { inbox, send } = talk;
  return {
    values: inbox.all,
    strays: talk.strays,
    child: talk.child,
    get ended() {
      return talk.ended();
    },
    send,
    write: talk.write,
    next: inbox.next,
    request(name, value, isAnswer, asking) {
      const before = inbox.all.length;
      const act = async (): Promise<Json> => {
        send(value);
        return await inbox.answer(name, before, isAnswer);
      };
      return bound.ask(name, act, asking);
    },
    stopReading: talk.stopReading,
    readOn: talk.readOn,
    end: talk.end,
    close: talk.close,
  };
}

/** An open connection on which each side says JSON values. */
export interface JsonTalk {
  inbox: Inbox<Json>;
  strays: readonly string[];
  child: ScriptChild | undefined;
  ended(): string | undefined;
  /** @throws Error when the connection has ended. */
  send(value: Json): void;
  stopReading(): void;
  readOn(): void;
  close(): void;
}

/** @param each called with each value as it comes */
export async function jsonLinesOn(
  bound: Bound,
  each?: (value: Json) => void,
): Promise<JsonTalk & { write: JsonLines['write']; end(): void }> {
  const inbox = inboxOf<Json>(bound, (value) => JSON.stringify(value));
  const strays: string[] = [];
  let ended: string | undefined;
  const lines = linesTo((text) => {
    const value = parsedJson(text);
    if (value === undefined) return void strays.push(text);
    inbox.take(value.json);
    each?.(value.json);
  });
  const stream = await openByteStream(bound, {
    data: lines.take,
    ended(why) {
      ended = lines.begun === 0 ? why : `${why}, ${lines.begun} bytes into a line`;
      inbox.end(ended);
    },
  });
  const write: JsonLines['write'] = (bytes) => {
    if (ended !== undefined) throw new Error(`${bound.name}: nothing was sent, ${ended}`);
    stream.write(bytes);
  };
  return {
    inbox,
    strays,
    child: stream.child,
    ended: () => ended,
    write,
    send: (value) => write(`${JSON.stringify(value)}\n`),
    stopReading: stream.pause,
    readOn: stream.resume,
    end: stream.end,
    close: stream.destroy,
  };
}

/** Undefined for what is no JSON. */
export function parsedJson(text: string): { json: Json } | undefined {
  try {
    return { json: JSON.parse(text) as Json };
  } catch {
    return undefined;
  }
}
