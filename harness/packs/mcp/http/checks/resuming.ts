// Resuming by Last-Event-ID: a client loses the stream of an answer, and asks for what came after the last event that it has.
import type { Script } from '../../../../model/scenario.ts';
import { Broken, NotApplicable } from '../../../base/broken.ts';
import type { Check } from '../../../base/pack.ts';
import { seenWithin } from '../../../base/until-it-listens.ts';
import { BYTES, type Endpoint, LINK } from '../base/endpoint.ts';
import { type Exchange, isStream, type StreamEvent } from '../base/exchange.ts';
import type { HttpMaking } from '../base/http-check.ts';
import { HTTP_RULES } from '../base/rules.ts';
import { answerText, type HttpSession, open, statusOf } from '../base/session.ts';

/** From this version on a server can begin a stream with an event that bears an id and no message, so that it can be resumed at once. */
const WITH_FIRST_EVENT = '2025-11-25';
/** Stores mix up events of one millisecond, and not each time. */
const ROUNDS = 8;
const ANSWER_WITHIN_MS = 8_000;
const AFTER = 'the stream of an answer was lost, and resumed with Last-Event-ID';

export function resuming({ check }: HttpMaking): Record<string, Check> {
  return {
    resumes: check({
      title: 'your server sends a client what it lost with its stream',
      expectation: 'a GET with Last-Event-ID brings the answer that the client has not seen',
      check: {
        rule: HTTP_RULES.resuming,
        after: AFTER,
        cure: 'Keep the events of a stream in the order in which they were sent, and send all that come after the given id.',
      },
      script: async (script, endpoint) =>
        await eachRound(script, endpoint, async (session, { lost, last }) => {
          const resumed = await resume(script, session, last);
          // A server may leave it out, so that it does not come is no hang.
          const comes = await seenWithin(ANSWER_WITHIN_MS, () => answers(resumed, lost) > 0 || isOver(resumed));
          resumed.leave('fin');
          if (!comes || answers(resumed, lost) === 0)
            throw new Broken('LOST', `your server resumed a stream after its first event without the answer to '${lost}' that came next`);
        }),
    }),
    'resumes-right': check({
      title: 'your server resumes a stream with nothing that is not of it',
      expectation: 'no message of another stream, none that the client has seen, and no id twice',
      check: {
        rule: HTTP_RULES.replay,
        after: AFTER,
        cure: 'Keep with each event the stream that it belongs to, and replay those alone that come after the given id.',
      },
      script: async (script, endpoint) => {
        const seen = new Set<string>();
        await eachRound(script, endpoint, async (session, round) => await resumesRight(script, session, round, seen));
      },
    }),
  };
}

interface Round {
  /** The id of the request whose answer was lost, and of the one beside it whose answer has come whole. */
  lost: string;
  whole: string;
  /** Of the last event that the client has of the lost stream. */
  last: string;
  /** What the client has of both. */
  events: readonly StreamEvent[];
}

/** Two requests at once: of one the client has the first event when it is gone, of the other the whole answer. */
async function eachRound(script: Script, endpoint: Endpoint, act: (session: HttpSession, round: Round) => Promise<void>): Promise<void> {
  const session = await open(script, endpoint, BYTES, WITH_FIRST_EVENT);
  for (let index = 1; index <= ROUNDS; index++) {
    const [lost, whole] = [`lost-${index}`, `whole-${index}`];
    const first = session.post({ id: lost, method: 'ping' }, { link: LINK });
    const beside = session.post({ id: whole, method: 'ping' });
    const last = await firstIdOf(script, first, lost);
    const events = first.events.slice(0, 1);
    first.leave('rst');
    await script.until(`your server answers ${whole}`, () => answers(beside, whole) > 0, { within: '8s' });
    await act(session, { lost, whole, last, events: [...events, ...beside.events] });
  }
}

/** @throws NotApplicable where there is nothing that could be resumed. */
async function firstIdOf(script: Script, exchange: Exchange, request: string): Promise<string> {
  await statusOf(script, exchange, 'ping');
  if (!isStream(exchange.headers)) throw new NotApplicable('it answers without a stream, so there is nothing to resume');
  await script.until(`your server answers ${request}`, () => exchange.events.length > 0 || exchange.ended !== undefined, { within: '8s' });
  const [first] = exchange.events;
  if (first?.id === undefined) throw new NotApplicable('its events bear no id, so no stream can be resumed');
  if (first.data.trim() !== '') throw new NotApplicable('its first event is the answer itself: who has its id has lost nothing');
  return first.id;
}

/** @throws NotApplicable where the server takes no Last-Event-ID. */
async function resume(script: Script, session: HttpSession, last: string): Promise<Exchange> {
  const resumed = session.listen({ headers: { 'last-event-id': last } });
  const status = await statusOf(script, resumed, 'a GET with Last-Event-ID');
  if (status !== 200 || !isStream(resumed.headers))
    throw new NotApplicable(`it answers a GET with Last-Event-ID with ${answerText(resumed)}, and need not resume`);
  return resumed;
}

async function resumesRight(script: Script, session: HttpSession, { lost, whole, last, events }: Round, seen: Set<string>): Promise<void> {
  for (const { id } of events) {
    if (id === undefined) continue;
    if (seen.has(id)) throw new Broken('SAME ID', `your server gave the id '${id}' to two events of one session`);
    seen.add(id);
  }
  const resumed = await resume(script, session, last);
  // That it does not come is another check's.
  await seenWithin(ANSWER_WITHIN_MS, () => answers(resumed, lost) > 0 || isOver(resumed));
  // The next request is answered after whatever else it sends on the resumed stream.
  await session.ping(`after-${lost}`, 'a ping after a stream was resumed');
  resumed.leave('fin');
  if (answers(resumed, whole) > 0)
    throw new Broken('WRONG STREAM', `your server sent the answer to '${whole}' again, on a stream that was resumed for '${lost}'`);
  if (answers(resumed, lost) > 1) throw new Broken('TWICE', `your server sent the answer to '${lost}' twice on one resumed stream`);
  if (resumed.events.some(({ id }) => id === last))
    throw new Broken('TWICE', `your server sent event '${last}' again, which the client has named as the last one that it has`);
  const next = resumed.events.find(({ id }) => id !== undefined)?.id;
  if (next !== undefined) await sendsNoMore(script, session, lost, next);
}

/** From the id of the answer on there is nothing left to send. */
async function sendsNoMore(script: Script, session: HttpSession, lost: string, last: string): Promise<void> {
  const resumed = await resume(script, session, last).catch((error: unknown) => {
    if (error instanceof NotApplicable) return undefined;
    throw error;
  });
  if (resumed === undefined) return;
  await session.ping(`end-${lost}`, 'a ping after a stream was resumed at its end');
  await script.passed('50ms', 'what the server sends again comes with the head of its answer');
  resumed.leave('fin');
  if (answers(resumed, lost) > 0)
    throw new Broken('TWICE', `your server sent the answer to '${lost}' again to a client that has named it as the last one that it has`);
}

const isOver = ({ isWhole, ended }: Exchange): boolean => isWhole || ended !== undefined;

const answers = ({ replies }: Exchange, request: string): number => replies.filter(({ id }) => id === request).length;
