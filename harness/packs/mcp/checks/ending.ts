// Does it end with its client, and how.
import { Broken } from '../../base/broken.ts';
import type { Check, Target } from '../../base/pack.ts';
import { stdioTarget } from '../../base/stdio-target.ts';
import type { Script } from '../../../model/scenario.ts';
import { checksOn } from '../base/mcp-check.ts';
import { RULES } from '../base/rules.ts';
import { exitText, open, type Session } from '../base/session.ts';

const ON_END = 'On end of stdin, end running calls, then exit.';
/** How often it is given something to answer once nobody reads. */
const WRITES = 4;
/** An answer bears the id of its request. So these are more than pipes and buffers hold, whatever the server can do. */
const LONG_ID = 'x'.repeat(8_000);
const UNREAD = 300;

export function ending(target: Target): Record<string, Check> {
  const check = checksOn(stdioTarget(target, 'json-rpc'));
  return { ...withItsClient(target, check), ...whileUnread(check) };
}

type Making = ReturnType<typeof checksOn>;

function withItsClient(target: Target, check: Making): Record<string, Check> {
  return {
    'stdin-end': check({
      title: 'your server ends when its stdin ends',
      expectation: 'it and its children are gone soon after',
      check: { rule: RULES.shutdown, after: 'its stdin ended', hangIs: 'ORPHAN', cure: ON_END },
      script: untilItsEnd(async (session) => {
        session.child.stdin.end();
        await session.ends('your server ends after its stdin has ended');
      }),
    }),
    'stdin-end-in-flight': check({
      title: 'your server ends when its stdin ends with requests in flight',
      expectation: 'what it still owes keeps nobody alive',
      check: { rule: RULES.shutdown, after: 'its stdin ended with requests in flight', hangIs: 'ORPHAN', cure: ON_END },
      script: untilItsEnd(async (session) => {
        session.send(...numbered(20), ...callsOf(target));
        session.child.stdin.end();
        await session.ends('your server ends after its stdin has ended with requests in flight');
      }),
    }),
    'client-killed': check({
      title: 'your server ends when its client is killed',
      expectation: 'it and its children are gone soon after',
      check: { rule: RULES.shutdown, after: 'its client was killed', hangIs: 'ORPHAN', cure: ON_END },
      script: untilItsEnd(async (session) => {
        session.send(...numbered(20), ...callsOf(target));
        session.child.stdout.destroy();
        session.child.stdin.destroy();
        await session.ends('your server ends after its client was killed');
      }),
    }),
  };
}

function whileUnread(check: Making): Record<string, Check> {
  return {
    'stdout-full-end': check({
      title: 'your server ends when its stdin ends while its stdout is full',
      expectation: 'an answer that nobody reads keeps nobody alive',
      check: {
        rule: RULES.shutdown,
        after: 'its stdin ended while its stdout was full',
        hangIs: 'ORPHAN',
        cure: 'On end of stdin, exit, and do not wait until stdout is written.',
      },
      script: untilItsEnd(async (session) => {
        session.child.stdout.pause();
        session.send(...Array.from({ length: UNREAD }, (_, index) => ({ id: `${LONG_ID}${index}`, method: 'ping' })));
        session.child.stdin.end();
        await session.ends('your server ends after its stdin has ended, while nobody reads its stdout');
      }),
    }),
    'stops-reading': check({
      title: 'your server does not crash when its client stops reading',
      expectation: 'it ends, and without an uncaught error',
      check: {
        rule: RULES.brokenPipe,
        after: 'the client stopped reading',
        cure: 'Handle the error event of stdout: end running calls, then exit.',
      },
      script: untilItsEnd(stopsReading),
    }),
    'term-idle': check({
      title: 'your server ends on SIGTERM',
      expectation: 'it and its children are gone soon after',
      check: { rule: RULES.signal, after: 'SIGTERM', hangIs: 'DEAF', cure: 'Let SIGTERM end the program, or end it in its handler.' },
      script: untilItsEnd(async (session) => {
        session.child.kill('SIGTERM');
        await session.ends('your server ends after SIGTERM');
      }),
    }),
  };
}

/** A session that is not put away: the end of the server is what is looked at. */
function untilItsEnd(act: (session: Session) => Promise<void>): (script: Script) => Promise<void> {
  return async (script) => {
    const session = await open(script);
    await session.handshake();
    await act(session);
  };
}

async function stopsReading(session: Session): Promise<void> {
  session.child.stdout.destroy();
  // That nobody reads arrives a moment later: the first answers may still find room.
  for (let index = 0; index < WRITES && session.ended === undefined; index++) {
    session.send(...numbered(3));
    await session.endsSoon();
  }
  session.child.stdin.end();
  await session.ends('your server ends after its client has stopped reading');
  const { ended, stderr } = session;
  if (ended?.code !== 0 && UNCAUGHT.test(stderr))
    throw new Broken('CRASH', `${exitText(ended).replace(/^with /, '')}, ${whatAndWhere(stderr)}`);
}

const UNCAUGHT = /(Unhandled 'error' event|Uncaught|EPIPE|BrokenPipe|Traceback|panicked)/;

/** From Node's `Error: write EPIPE … at f (/a/b.js:1:2)`, or Python's last line. */
function whatAndWhere(stderr: string): string {
  const what = /\b(EPIPE|BrokenPipeError|Broken pipe)\b/.exec(stderr)?.[1] ?? stderr.trim().split('\n').at(-1) ?? '';
  const place =
    /\((?:file:\/\/)?(?!node:)[^()\s]*?([^/()\s]+:\d+):\d+\)/.exec(stderr)?.[1] ??
    /File "[^"]*?([^/"]+)", line (\d+)/.exec(stderr)?.slice(1).join(':');
  return `${what}${place === undefined ? '' : ` at ${place}`}`;
}

function numbered(count: number, method = 'ping'): { id: string; method: string }[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${method}-${index}`, method }));
}

/** The slow one only: a call that is over before its client goes is another check's. */
function callsOf({ slow }: Target): { id: string; method: string; params: Record<string, unknown> }[] {
  return slow ? [{ id: 'slow', method: 'tools/call', params: { name: slow.name, arguments: slow.args } }] : [];
}
