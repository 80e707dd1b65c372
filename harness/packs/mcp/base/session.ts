// A client of an MCP server over stdio, as small as the checks need it: they write bytes that a well-behaved library would
// never write, and leave replies unread.
import type { Script, ScriptChild } from '../../../model/scenario.ts';
import type { Duration } from '../../../model/time/duration.ts';
import { Broken } from '../../base/broken.ts';
import { commandsOf } from '../../base/commands.ts';
import { endWithLastWords } from '../../base/last-words.ts';
import { SERVER } from '../../base/places.ts';
import { CHILD } from '../../base/stdio-target.ts';
import { initialize, type Id, type Message } from './messages.ts';

/** Where the bound of a check is not the point of it. Slow programs are not what is looked for. */
const ANSWER_WITHIN: Duration = '5s';
/** The first answer comes when the program has loaded: some need ten seconds on a busy machine. */
const START_WITHIN: Duration = '30s';
/** How long a server may live on after its client, in words and for waits. */
const END_WITHIN: Duration = '4s';
/** Who is still loading hears nothing. */
const END_OF_START_WITHIN: Duration = '12s';
/** A pause between two looks at something that has no event, in ms. */
const LOOK_MS = 100;
/** Who does not end by itself is told to and killed, as a client does it: only some checks are about that. */
const CLOSE_WITHIN_MS = 400;
const TERM_WITHIN_MS = 2_000;
const JUNK_KEPT_MAX = 200;
/** A trace of Python with the cause of each error is long, and what tells it is its first line. */
const STDERR_KEPT_MAX = 64_000;

interface Reply {
  id: Id;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
}

export interface Session {
  readonly child: ScriptChild;
  readonly ended: { code: number | null; signal: string | null } | undefined;
  /** The end of what it has said on stderr, and lines of stdout that are no JSON. */
  readonly stderr: string;
  readonly junk: string;
  /** What of stdout is no whole line yet. */
  readonly unfinished: string;
  /** How many bytes of stdout have come. */
  readonly read: number;
  /** Its stdout is its stdin. */
  readonly echoes: boolean;
  /** Replies to one id, in order. */
  replies(id: Id): readonly Reply[];
  write(bytes: string | Buffer): void;
  send(...messages: readonly Message[]): void;
  /** Waits for the reply. @throws Broken when the server ends first. */
  answer(id: Id, what: string, within?: Duration): Promise<Reply>;
  /** Waits for the replies to all of them, as one thing. */
  answers(ids: readonly Id[], what: string, within?: Duration): Promise<void>;
  request(message: Message & { id: Id }, within?: Duration): Promise<Reply>;
  /** initialize, and the notification that follows it. */
  handshake(): Promise<Reply>;
  /** Waits until it has ended by itself. It has more time for it where it may still be loading. */
  ends(what: string, about?: { loading: boolean }): Promise<void>;
  /** Gives it a moment to end by itself; that it does not is nothing bad. */
  endsSoon(): Promise<void>;
  /** Its stdin ends; it is killed if it does not end soon. */
  close(): Promise<void>;
}

export const line = (message: Message): string => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;

export async function open(script: Script): Promise<Session> {
  const child = await script.child(CHILD);
  const heard = hear(child);
  const session: Session = {
    child,
    get ended() {
      return heard.ended;
    },
    get stderr() {
      return heard.stderr;
    },
    get junk() {
      return heard.junk;
    },
    get unfinished() {
      return heard.unfinished;
    },
    get read() {
      return heard.read;
    },
    get echoes() {
      return heard.echoes;
    },
    replies: (id) => heard.replies.get(id) ?? [],
    write: (bytes) => void child.stdin.write(bytes),
    send: (...messages) => void child.stdin.write(messages.map(line).join('')),
    answer: (id, what, within = ANSWER_WITHIN) => answerTo(id, heard, script, { what, within }),
    answers: (ids, what, within = ANSWER_WITHIN) => answersTo(ids, heard, script, { what, within }),
    request(message, within) {
      session.send(message);
      return session.answer(message.id, message.method, within);
    },
    async handshake() {
      const reply = await session.request(initialize('tw-init'), START_WITHIN).catch(async (error: unknown) => {
        // What it leaves when it is stopped before the check has begun says nothing of what is checked.
        if (heard.ended === undefined) await script.node(SERVER).kill('SIGKILL');
        throw error;
      });
      session.send({ method: 'notifications/initialized' });
      return reply;
    },
    ends: (what, about) => endOf(heard, script, what, about?.loading === true ? END_OF_START_WITHIN : END_WITHIN),
    endsSoon: () => endedWithin(CLOSE_WITHIN_MS, heard),
    async close() {
      child.stdin.end();
      child.stdout.resume();
      await session.endsSoon();
      if (heard.ended === undefined && child.kill('SIGTERM')) await endedWithin(TERM_WITHIN_MS, heard);
      if (heard.ended === undefined) await script.node(SERVER).kill('SIGKILL');
    },
  };
  return session;
}

async function answerTo(id: Id, heard: Heard, script: Script, { what, within }: { what: string; within: Duration }): Promise<Reply> {
  const reply = (): Reply | undefined => heard.replies.get(id)?.[0];
  const got = await script.until(
    `your server answers ${what}`,
    async () => {
      if (!reply() && heard.ended === undefined) await heard.next();
      return reply() ?? (heard.ended && ('gone' as const));
    },
    { within },
  );
  if (got === 'gone') throw new Broken('ENDED', `your server ended ${exitText(heard.ended)} instead of answering ${what}`);
  return got;
}

async function answersTo(
  ids: readonly Id[],
  heard: Heard,
  script: Script,
  { what, within }: { what: string; within: Duration },
): Promise<void> {
  const missing = (): number => ids.filter((id) => !heard.replies.has(id)).length;
  const got = await script.until(
    `your server answers ${what}`,
    async () => {
      if (missing() > 0 && heard.ended === undefined) await heard.next();
      if (missing() === 0) return 'all' as const;
      if (heard.ended !== undefined) return 'gone' as const;
      throw new Error(`${missing()} of ${ids.length} answers have not come`);
    },
    { within },
  );
  if (got === 'gone')
    throw new Broken(
      'ENDED',
      `your server ended ${exitText(heard.ended)} instead of answering ${what}: ${missing()} answers have not come`,
    );
}

async function endedWithin(withinMs: number, heard: Heard): Promise<void> {
  const untilMs = performance.now() + withinMs;
  while (heard.ended === undefined && performance.now() < untilMs) await heard.next();
}

async function endOf(heard: Heard, script: Script, what: string, within: Duration): Promise<void> {
  const condition = async (): Promise<boolean> => {
    if (heard.ended === undefined) await heard.next();
    if (heard.ended !== undefined) return true;
    throw new Error(`it lives on: ${commandsOf(await script.node(SERVER).pids())}`);
  };
  await script.until(what, condition, { within });
}

/** A whole check: opens a session, shakes hands, does `act`, and puts it away. */
export function withSession(act: (session: Session, script: Script) => Promise<void>): (script: Script) => Promise<void> {
  return async (script) => {
    const session = await open(script);
    await session.handshake();
    await act(session, script);
    await session.close();
  };
}

export async function pingIs(session: Session, id: string, what = 'ping'): Promise<void> {
  session.write(line({ id, method: 'ping' }));
  await session.answer(id, what);
}

export function exitText(exit: Session['ended']): string {
  return exit?.signal ? `by ${exit.signal}` : `with exit code ${exit?.code ?? 'unknown'}`;
}

interface Heard {
  ended: Session['ended'];
  stderr: string;
  junk: string;
  unfinished: string;
  read: number;
  echoes: boolean;
  replies: Map<Id, Reply[]>;
  /** Resolves when something has come, when it has ended, and after a moment. */
  next(): Promise<void>;
}

function hear(child: ScriptChild): Heard {
  let waiting: (() => void)[] = [];
  const gone = endWithLastWords(child).then((exit) => void (heard.ended = exit));
  const heard: Heard = {
    ended: undefined,
    stderr: '',
    junk: '',
    unfinished: '',
    read: 0,
    echoes: false,
    replies: new Map(),
    next: () => Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), gone, pause()]),
  };
  child.stderr.on('data', (chunk: Buffer) => (heard.stderr = (heard.stderr + chunk.toString()).slice(-STDERR_KEPT_MAX)));
  child.stdout.setEncoding('utf8');
  child.stdout.on('error', () => undefined);
  child.stdout.on('data', (text: string) => {
    heard.read += text.length;
    const lines = (heard.unfinished + text).split('\n');
    heard.unfinished = (lines.pop() ?? '').slice(-16_000_000);
    for (const each of lines) take(each, heard);
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  });
  return heard;
}

function take(text: string, heard: Heard): void {
  // Whoever prints for ever prints a million lines: none of them is worth an exception.
  const value = /^\s*[[{]/.test(text) ? parsed(text) : undefined;
  if (value === undefined) {
    heard.junk ||= text.slice(0, JUNK_KEPT_MAX);
    return;
  }
  for (const message of Array.isArray(value) ? value : [value]) {
    const { id, method } = (message ?? {}) as { id?: Id; method?: string };
    if (method === 'initialize') heard.echoes = true;
    if (id === undefined || method !== undefined) continue;
    heard.replies.set(id, [...(heard.replies.get(id) ?? []), message as Reply]);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS).unref());
}
