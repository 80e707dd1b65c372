// Much at once: many requests, big ones, streams that nobody reads for a while, many sessions.
import { Broken, NotApplicable } from '../../base/broken.ts';
import { filesIn, growingIn, homeOf, type HomeFiles } from '../../base/home-files.ts';
import type { Check } from '../../base/pack.ts';
import { SERVER } from '../../base/places.ts';
import type { Script } from '../../../model/scenario.ts';
import type { Making } from '../base/mcp-check.ts';
import { callOf, LONG_ID } from '../base/messages.ts';
import { RULES } from '../base/rules.ts';
import { open, pingIs, withSession, type Session } from '../base/session.ts';

const BURST = 50;
const BIG_BYTES = 1_000_000;
const SESSIONS = 16;
/** Of a program that takes long to start fewer have to do. */
const SESSIONS_MIN = 4;
const SESSIONS_MS = 30_000;
/** Whether files of sessions have a bound is seen in no fewer. */
const KEPT_MIN = 8;
/** An answer bears the id of its request. So these are more than pipes and buffers hold, whatever the server can do. */
const UNREAD = 300;

export function volume(making: Making): Record<string, Check> {
  return { ...many(making), ...keeping(making), ...unread(making) };
}

function keeping({ check, target }: Making): Record<string, Check> {
  return {
    'home-grows': check({
      title: 'sessions of your server, one after another, do not fill its HOME',
      expectation: 'its own folder there has a bound',
      check: {
        rule: RULES.keeps,
        after: `up to ${SESSIONS} sessions`,
        cure: 'Keep the files of the last sessions, and remove older ones.',
      },
      within: '240s',
      async script(script) {
        if (target.env?.['HOME'] !== undefined) throw new NotApplicable('its HOME is one of yours');
        const series: HomeFiles[] = [];
        const begunMs = performance.now();
        const isTimeLeft = (): boolean => performance.now() - begunMs < SESSIONS_MS;
        for (let index = 0; index < SESSIONS && (index < KEPT_MIN || isTimeLeft()); index++) {
          const session = await open(script);
          await session.handshake();
          if (target.call !== undefined) await session.request(callOf(target.call, 'call'), '30s');
          const home = homeOf((await script.node(SERVER).pids())[0]);
          await session.close();
          if (home !== undefined) series.push(filesIn(home));
        }
        // The first one makes what all of them need.
        const steps = series.length - 2;
        const grown = steps < KEPT_MIN - 2 ? undefined : growingIn(series, steps);
        if (grown === undefined) return;
        const where = `$HOME/${grown.folder}`;
        throw new Broken('GROWS', `your server left files of each session in ${where}: ${grown.more} more after ${steps} sessions`);
      },
    }),
  };
}

function many({ check }: Making): Record<string, Check> {
  return {
    'sixteen-sessions': check({
      title: 'sessions of your server, one after another, leave nothing behind',
      expectation: 'no process and no file outlives its session',
      check: {
        rule: RULES.shutdown,
        after: `up to ${SESSIONS} sessions`,
        cure: 'On end of stdin, end what was started, remove what was written, then exit.',
      },
      within: '240s',
      script: async (script) => {
        const begunMs = performance.now();
        const isTimeLeft = (): boolean => performance.now() - begunMs < SESSIONS_MS;
        for (let index = 0; index < SESSIONS && (index < SESSIONS_MIN || isTimeLeft()); index++) {
          const session = await open(script);
          await session.handshake();
          await session.close();
        }
      },
    }),
    'fifty-at-once': check({
      title: 'your server answers fifty requests of one write, each once',
      expectation: 'a read may hold many messages',
      check: { rule: RULES.answers, after: 'fifty requests came in one write', cure: 'Take every line out of a read, not one.' },
      script: withSession(async (session) => {
        const ids = Array.from({ length: BURST }, (_, index) => `burst-${index}`);
        session.send(...ids.map((id) => ({ id, method: 'ping' })));
        await session.answers(ids, `each of ${BURST} pings`);
        const twice = ids.find((id) => session.replies(id).length > 1);
        if (twice !== undefined) throw new Broken('WRONG ANSWER', `your server answered the request '${twice}' twice`);
      }),
    }),
    'one-megabyte': check({
      title: 'your server takes a request of 1 MB',
      expectation: 'no limit of a read is a limit of a message',
      check: { rule: RULES.framing, after: 'a request of 1 MB' },
      script: withSession(async (session) => {
        await session.request({ id: 'big', method: 'ping', params: { _meta: { pad: 'x'.repeat(BIG_BYTES) } } }, '15s');
        await pingIs(session, 'after');
      }),
    }),
  };
}

function unread({ check }: Making): Record<string, Check> {
  return {
    'stdout-unread': check({
      title: 'your server loses no answer while its stdout is not read for a while',
      expectation: 'all of them come, each once, when it is read again',
      check: { rule: RULES.backPressure, after: 'its stdout was not read for a while' },
      script: withSession((session, script) => whileUnread('stdout', session, script)),
    }),
    'stderr-unread': check({
      title: 'your server loses no answer while its stderr is not read for a while',
      expectation: 'what it wants to log makes it wait, at most',
      check: {
        rule: RULES.backPressure,
        after: 'its stderr was not read for a while',
        cure: 'Let a full stderr make a log line wait or go, and no answer.',
      },
      script: withSession((session, script) => whileUnread('stderr', session, script)),
    }),
  };
}

async function whileUnread(stream: 'stdout' | 'stderr', session: Session, script: Script): Promise<void> {
  const ids = Array.from({ length: UNREAD }, (_, index) => `${LONG_ID}${index}`);
  session.child[stream].pause();
  session.send(...ids.map((id) => ({ id, method: 'ping' })));
  await script.passed('300ms', `nobody reads its ${stream} meanwhile`);
  session.child[stream].resume();
  await session.answers(ids, `each of ${UNREAD} pings once its ${stream} is read again`, '20s');
}
