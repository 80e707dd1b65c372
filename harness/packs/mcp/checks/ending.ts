// Does it end with its client, and how.
import { Broken, seenCrash } from '../../base/broken.ts';
import { SERVER } from '../../base/places.ts';
import type { Check } from '../../base/pack.ts';
import { stdioTarget } from '../../base/stdio-target.ts';
import type { Script } from '../../../model/scenario.ts';
import type { Rule } from '../../../model/check.ts';
import { isUncaught } from '../../../model/text/uncaught.ts';
import type { Making } from '../base/mcp-check.ts';
import { callOf, LONG_ID, tooQuick, type Id, type Message } from '../base/messages.ts';
import { RULES } from '../base/rules.ts';
import { exitText, open, type Session } from '../base/session.ts';

/** How often it is given something to answer once nobody reads. */
const WRITES = 4;
const UNREAD = 300;
const PINGS = 20;

export function ending(making: Making): Record<string, Check> {
  return { ...orderly(making), ...sudden(making), ...bySignal(making) };
}

interface End {
  /** Behind "your server ends": how it is asked to. */
  when: string;
  after: string;
  cure?: string;
  expectation?: string;
  rule?: Rule;
  word?: 'ORPHAN' | 'DEAF';
  /** Without a handshake before it. */
  atOnce?: boolean;
  /** Asked by a signal, it may end with any exit code. */
  anyCode?: boolean;
}

/** Its end is what is looked at, so nobody puts it away. */
function ends({ check, target }: Making, end: End, ask: (session: Session, script: Script) => void | Promise<void>): Check {
  const { when, after, word = 'ORPHAN', rule = RULES.shutdown, cure = 'On end of stdin, end running calls, then exit.' } = end;
  const title = `your server ends ${when}`;
  return check({
    title,
    expectation: end.expectation ?? 'it and its children are gone soon after',
    check: { rule, after, hangIs: word, cure },
    ...(end.anyCode === true && { system: stdioTarget(target, 'json-rpc', { exits: 'any code' }) }),
    script: async (script) => {
      const session = await open(script);
      if (end.atOnce !== true) await session.handshake();
      await ask(session, script);
      await session.ends(title, { loading: end.atOnce === true });
    },
  });
}

function orderly(making: Making): Record<string, Check> {
  const before = { when: 'when its stdin ends before initialize', after: 'its stdin ended before initialize', atOnce: true };
  const inFlight = 'its stdin ended with requests in flight';
  const full = {
    when: 'when its stdin ends while its stdout is full',
    after: 'its stdin ended while its stdout was full',
    expectation: 'an answer that nobody reads keeps nobody alive',
    cure: 'On end of stdin, exit, and do not wait until stdout is written.',
  };
  return {
    'before-initialize': ends(making, before, ({ child }) => void child.stdin.end()),
    'stdin-end': ends(making, { when: 'when its stdin ends', after: 'its stdin ended' }, ({ child }) => void child.stdin.end()),
    'stdin-end-in-flight': ends(making, { when: 'when its stdin ends with requests in flight', after: inFlight }, (session) => {
      session.send(...owed(making));
      session.child.stdin.end();
    }),
    'stdout-full-end': ends(making, full, (session) => {
      session.child.stdout.pause();
      session.send(...long(UNREAD));
      session.child.stdin.end();
    }),
    'client-exits': ends(
      making,
      { when: 'when its client exits', after: 'its client closed stdin and stdout, and was gone' },
      async (session, script) => {
        // A client that ends by itself has its answers. One that goes with answers on their way is another check's.
        const asked = pings(PINGS);
        session.send(...asked);
        await session.answers(
          asked.map(({ id }) => id),
          `each of ${PINGS} pings before its client exits`,
        );
        await beginSlow(making, session, script);
        session.child.stdin.end();
        session.child.stdout.destroy();
      },
    ),
  };
}

function sudden(making: Making): Record<string, Check> {
  return {
    'client-killed': ends(making, { when: 'when its client is killed', after: 'its client was killed' }, (session) => {
      session.send(...owed(making));
      vanish(session);
    }),
    'reply-cut': ends(
      making,
      { when: 'when its client goes while a reply is written', after: 'its client went in the middle of a reply' },
      async (session) => {
        const cut = new Promise<void>((resolve) => session.child.stdout.once('data', () => resolve(vanish(session))));
        session.send(...long(UNREAD));
        await Promise.race([cut, session.child.exited]);
      },
    ),
    'stops-reading': making.check({
      title: 'your server does not crash when its client stops reading',
      expectation: 'it ends, and without an uncaught error',
      check: {
        rule: RULES.brokenPipe,
        after: 'the client stopped reading',
        cure: 'Handle the error event of stdout: end running calls, then exit.',
      },
      script: stopsReading,
    }),
  };
}

function bySignal(making: Making): Record<string, Check> {
  const { slow, call } = making.target;
  const during = slow ?? call;
  const idle = { when: 'on SIGTERM', after: 'SIGTERM', rule: RULES.signal, word: 'DEAF', anyCode: true } as const;
  return {
    'term-idle': ends(
      making,
      { ...idle, cure: 'Let SIGTERM end the program, or end it in its handler.' },
      ({ child }) => void child.kill('SIGTERM'),
    ),
    'term-busy': ends(
      making,
      {
        ...idle,
        when: 'on SIGTERM while it works',
        after: `SIGTERM during ${during === undefined ? 'many pings' : `a call of ${during.name}`}`,
        expectation: 'it and what its calls have started are gone soon after',
        cure: 'On SIGTERM, end running calls with their children, then exit.',
      },
      async (session, script) => {
        if (slow !== undefined) await beginSlow(making, session, script);
        else session.send(...(call === undefined ? long(UNREAD) : [callOf(call, 'busy')]));
        session.child.kill('SIGTERM');
      },
    ),
  };
}

/** As the kernel does it when a process is killed: all of its pipes at once. */
function vanish({ child }: Session): void {
  child.stdout.destroy();
  child.stderr.destroy();
  child.stdin.destroy();
}

async function stopsReading(script: Script): Promise<void> {
  const session = await open(script);
  await session.handshake();
  session.child.stdout.destroy();
  // That nobody reads arrives a moment later: the first answers may still find room.
  for (let index = 0; index < WRITES && session.ended === undefined; index++) {
    session.send(...pings(3));
    await session.endsSoon();
  }
  session.child.stdin.end();
  await session.ends('your server ends after its client has stopped reading');
  const { ended, stderr } = session;
  if (ended !== undefined && isUncaught(stderr.split('\n'), ended))
    throw new Broken(
      'CRASH',
      `${exitText(ended).replace(/^with /, '')}, ${whatAndWhere(stderr)} after the client stopped reading`,
      seenCrash(SERVER, stderr),
    );
}

/** From Node's `Error: write EPIPE … at f (/a/b.js:1:2)`, or Python's last line. */
function whatAndWhere(stderr: string): string {
  const what = /\b(EPIPE|BrokenPipeError|Broken pipe)\b/.exec(stderr)?.[1] ?? stderr.trim().split('\n').at(-1) ?? '';
  const place =
    /\((?:file:\/\/)?(?!node:)[^()\s]*?([^/()\s]+:\d+):\d+\)/.exec(stderr)?.[1] ??
    /File "[^"]*?([^/"]+)", line (\d+)/.exec(stderr)?.slice(1).join(':');
  return `${what}${place === undefined ? '' : ` at ${place}`}`;
}

/** Without a slow call there is nothing to begin. @throws NotProved when it is over already */
async function beginSlow({ target: { slow } }: Making, session: Session, script: Script): Promise<void> {
  if (slow === undefined) return;
  session.send(callOf(slow, 'slow'));
  await script.passed('300ms', 'the call has begun by then; one that begins later only meets its end later');
  if (session.replies('slow').length > 0) throw tooQuick(slow);
}

function pings(count: number): (Message & { id: Id })[] {
  return Array.from({ length: count }, (_, index) => ({ id: `ping-${index}`, method: 'ping' }));
}

function long(count: number): Message[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${LONG_ID}${index}`, method: 'ping' }));
}

/** The slow call only: one that is over before its client goes is another check's. */
function owed({ target: { slow } }: Making): Message[] {
  return [...pings(PINGS), ...(slow ? [callOf(slow, 'slow')] : [])];
}
