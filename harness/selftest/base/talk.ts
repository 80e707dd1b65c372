// How a script talks with the program in front: one line, one answer. One connection, which is opened when it is needed.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Json } from '../../model/values/json.ts';
import { IndeterminateError, type Script } from '../../model/scenario.ts';
import type { Address } from '../../model/system/link.ts';

export interface Talk {
  /** The answer; undefined when none came. @throws AssertionError when it is not the expected one. */
  say(line: string, expected?: string): Promise<string | undefined>;
  /** Several lines in one write. */
  burst(lines: readonly string[]): Promise<string | undefined>;
  /** One line, and nobody waits for an answer. */
  tell(line: string): Promise<void>;
  /** Opens one more connection, which is the one from now on. */
  open(): Promise<void>;
  /** Ends all connections. */
  close(): Promise<void>;
  /** Resets all connections. */
  reset(): Promise<void>;
  /** How many additions were answered. */
  added(): number;
}

const ANSWER_WITHIN = '2s';

/** One answer for each line; rejects with IndeterminateError when the connection ends before. */
interface Connection {
  ask(text: string, answers: number): Promise<string>;
  write(text: string): void;
  end(reset: boolean): Promise<void>;
  readonly closed: boolean;
}

export type Opened = (address: Address, script: Script) => Promise<Connection>;

export function talkOn(script: Script, link: string, opened: Opened): Talk {
  const all: Connection[] = [];
  let added = 0;
  const open = async (): Promise<Connection> => {
    const connection = await opened(script.dial(link), script);
    all.push(connection);
    return connection;
  };
  const last = async (): Promise<Connection> => {
    const current = all.at(-1);
    return current && !current.closed ? current : await open();
  };
  const end = async (reset: boolean): Promise<void> => void (await Promise.all(all.splice(0).map((each) => each.end(reset))));
  const ask = async (text: string, answers: number): Promise<string | undefined> => {
    const result = await script.operation(text.trim(), async () => await (await last()).ask(text, answers), { within: ANSWER_WITHIN });
    return result.state === 'ok' ? result.value : undefined;
  };
  return {
    async say(line, expected) {
      const reply = await ask(`${line}\n`, 1);
      if (reply !== undefined && line === '"add"') added += 1;
      if (reply !== undefined && expected !== undefined) assert.equal(reply, expected);
      return reply;
    },
    burst: async (lines) => await ask(lines.map((line) => `${line}\n`).join(''), lines.length),
    tell: async (line) => (await last()).write(`${line}\n`),
    open: async () => void (await open()),
    close: () => end(false),
    reset: () => end(true),
    added: () => added,
  };
}

function socketTo(address: Address): Socket {
  return address.transport === 'tcp' ? connect(address.port, address.host) : connect(address.path);
}

export const lines: Opened = async (address, script) => {
  const socket = socketTo(address);
  script.defer(() => void socket.destroy());
  const heard = new Heard();
  let text = '';
  socket.setEncoding('utf8');
  socket.on('error', () => heard.end());
  socket.on('close', () => heard.end());
  socket.on('data', (part: string) => {
    text += part;
    const parts = text.split('\n');
    text = parts.pop() ?? '';
    for (const line of parts) heard.add(line);
  });
  await new Promise<void>((resolve) => void socket.once('connect', resolve).once('close', () => resolve()));
  return {
    ask(asked, answers) {
      socket.write(asked);
      return heard.next(answers);
    },
    write: (asked) => void socket.write(asked),
    async end(reset) {
      if (socket.destroyed) return;
      const gone = new Promise((resolve) => void socket.once('close', resolve));
      if (reset && address.transport === 'tcp') socket.resetAndDestroy();
      else socket.destroySoon();
      await gone;
    },
    get closed() {
      return heard.ended;
    },
  };
};

export const messages: Opened = async (address, script) => {
  if (address.transport !== 'tcp') throw new Error('WebSocket is spoken over TCP here');
  const socket = new WebSocket(`ws://${address.host}:${address.port}/`);
  script.defer(() => socket.close());
  const heard = new Heard();
  socket.addEventListener('message', ({ data }) => heard.add(String(data)));
  socket.addEventListener('close', () => heard.end());
  await new Promise<void>((resolve) => {
    for (const event of ['open', 'close', 'error']) socket.addEventListener(event, () => resolve(), { once: true });
  });
  return {
    ask(text, answers) {
      for (const line of text.trimEnd().split('\n')) socket.send(line);
      return heard.next(answers);
    },
    write: (text) => socket.send(text.trimEnd()),
    async end() {
      if (heard.ended) return;
      const gone = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }));
      socket.close();
      await gone;
    },
    get closed() {
      return heard.ended;
    },
  };
};

/** `"get"` is a GET, whatever else is a POST of the line. */
export const requests: Opened = (address, script) => {
  if (address.transport !== 'tcp') throw new Error('HTTP is spoken over TCP here');
  const { host, port } = address;
  const agent = new Agent({ keepAlive: true });
  script.defer(() => agent.destroy());
  const ask = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const line = text.trim();
      const method = line === '"get"' ? 'GET' : 'POST';
      const out = request({ host, port, method, agent }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (body += part));
        response.on('end', () => resolve(body));
        response.on('error', (error) => reject(new IndeterminateError(error.message)));
      });
      out.on('error', (error) => reject(new IndeterminateError(error.message)));
      script.defer(() => void out.destroy());
      out.end(method === 'POST' ? line : undefined);
    });
  return Promise.resolve({ ask, write: (text) => void ask(text).catch(() => undefined), end: () => Promise.resolve(), closed: false });
};

/** What has come and what is waited for. */
class Heard {
  ended = false;
  #waiting: { answers: number; resolve: (text: string) => void; reject: (error: Error) => void } | undefined;
  #lines: string[] = [];

  add(line: string): void {
    if (this.#waiting === undefined) return;
    this.#lines.push(line);
    if (this.#lines.length < this.#waiting.answers) return;
    this.#waiting.resolve(this.#lines.join(' '));
    this.#waiting = undefined;
  }

  end(): void {
    this.ended = true;
    this.#waiting?.reject(new IndeterminateError('the connection ended before the answer'));
    this.#waiting = undefined;
  }

  next(answers: number): Promise<string> {
    if (this.ended) return Promise.reject(new IndeterminateError('the connection had ended'));
    this.#lines = [];
    return new Promise((resolve, reject) => (this.#waiting = { answers, resolve, reject }));
  }
}

/** One line past all proxies, on a connection of its own. */
export async function askDirectly(script: Script, node: string, line: string): Promise<Json> {
  const socket = socketTo(script.direct(node, 'main'));
  try {
    return await new Promise((resolve, reject) => {
      let text = '';
      socket.setEncoding('utf8');
      socket.on('error', reject);
      socket.on('close', () => reject(new Error(`'${node}' closed before it answered`)));
      socket.on('data', (part: string) => {
        text += part;
        if (text.includes('\n')) resolve(JSON.parse(text.slice(0, text.indexOf('\n'))) as Json);
      });
      socket.write(`${line}\n`);
    });
  } finally {
    socket.destroy();
  }
}
