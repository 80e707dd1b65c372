// What a server does while it works: calls that its user has named, and nothing else. A tool that answers with an error has
// answered.
import { Broken } from '../../base/broken.ts';
import type { Call, Check, Target } from '../../base/pack.ts';
import { stdioTarget } from '../../base/stdio-target.ts';
import { BY_DESIGN } from '../../../model/scenario.ts';
import { checksOn } from '../base/mcp-check.ts';
import { RULES } from '../base/rules.ts';
import { line, open, withSession, type Id, type Message, type Session } from '../base/session.ts';
import { pingIs } from './conversation.ts';

const CALLS = 5;
const SESSIONS = 16;
/** See the check of an end while stdout is full. */
const LONG_ID = 'x'.repeat(8_000);
const UNREAD = 300;
/** An answer to a ping beside a call, at the latest. */
const PING_WITHIN = '3s';

export function work(target: Target): Record<string, Check> {
  return { ...calls(target), ...besides(target), ...volume(target) };
}

const needs = (call: Call | undefined, option: string) => (): string | undefined =>
  call === undefined ? `${BY_DESIGN}it needs ${option}` : undefined;

function calls(target: Target): Record<string, Check> {
  const { call } = target;
  const check = checksOn(stdioTarget(target, 'json-rpc'));
  return {
    call: check({
      title: 'your server answers calls of a tool, and leaves nothing behind',
      expectation: 'each is answered once; no process and no file outlives the server',
      check: {
        rule: RULES.answers,
        after: `calls of ${call?.name ?? 'a tool'}`,
        cure: 'End what a call has started before its answer, or at the latest with the server.',
      },
      unavailable: needs(call, '--call <tool>'),
      script: withSession(async (session) => {
        const bytes = Buffer.from(line(callOf(call, 'pieces')));
        const half = Math.floor(bytes.length / 2);
        session.write(bytes.subarray(0, half));
        await pause();
        session.write(bytes.subarray(half));
        await session.answer('pieces', `a call of ${call?.name}`, '30s');
        for (let index = 1; index <= CALLS; index++) await session.request(callOf(call, `call-${index}`), '30s');
        await pingIs(session, 'after-calls');
      }),
    }),
  };
}

function besides(target: Target): Record<string, Check> {
  const { slow } = target;
  const check = checksOn(stdioTarget(target, 'json-rpc'));
  const unavailable = needs(slow, '--slow <tool>');
  return {
    'ping-beside-slow': check({
      title: 'your server answers a ping beside a slow call',
      expectation: 'a call that waits blocks nobody else',
      check: {
        rule: RULES.ping,
        after: `a ping beside a call of ${slow?.name ?? 'a slow tool'}`,
        cure: 'Do the work of a call beside the loop that reads stdin.',
      },
      unavailable,
      script: withSession(async (session) => {
        session.send(callOf(slow, 'slow'));
        session.send({ id: 'beside', method: 'ping' });
        await session.answer('beside', `a ping beside a call of ${slow?.name}`, PING_WITHIN);
      }),
    }),
    'term-busy': check({
      title: 'your server ends on SIGTERM while it works',
      expectation: 'it and what its call has started are gone soon after',
      check: {
        rule: RULES.signal,
        after: `SIGTERM during a call of ${slow?.name ?? 'a slow tool'}`,
        hangIs: 'DEAF',
        cure: 'On SIGTERM, end running calls with their children, then exit.',
      },
      unavailable,
      script: async (script) => {
        const session = await open(script);
        await session.handshake();
        session.send(callOf(slow, 'slow'));
        await pause();
        session.child.kill('SIGTERM');
        await session.ends('your server ends after SIGTERM during a call');
      },
    }),
    cancel: check({
      title: 'your server stops a call that is cancelled',
      expectation: 'a cancelled call gets no answer, and the next request does',
      check: {
        rule: RULES.cancel,
        after: `a call of ${slow?.name ?? 'a slow tool'} was cancelled`,
        cure: 'Give the signal of the request to what the call has started.',
      },
      unavailable,
      script: withSession(cancelled(slow)),
    }),
  };
}

function cancelled(slow: Call | undefined): (session: Session) => Promise<void> {
  return async (session) => {
    session.send(callOf(slow, 'slow'));
    await pause();
    session.send({ method: 'notifications/cancelled', params: { requestId: 'slow', reason: 'checked' } });
    await pingIs(session, 'after-cancel');
    if (session.replies('slow')[0]?.result) throw new Broken('NOT CANCELLED', 'your server answered a call that was cancelled');
  };
}

function volume(target: Target): Record<string, Check> {
  const check = checksOn(stdioTarget(target, 'json-rpc'));
  return {
    'stdout-unread': check({
      title: 'your server loses no answer while its stdout is not read for a while',
      expectation: 'all of them come, each once, when it is read again',
      check: { rule: RULES.backPressure, after: 'stdout was not read for a while' },
      script: withSession(async (session) => {
        const ids = Array.from({ length: UNREAD }, (_, index) => `${LONG_ID}${index}`);
        session.child.stdout.pause();
        session.send(...ids.map((id) => ({ id, method: 'ping' })));
        await pause();
        session.child.stdout.resume();
        for (const [index, id] of ids.entries())
          await session.answer(id, `ping ${index} of ${UNREAD} once its stdout is read again`, '15s');
      }),
    }),
    'sixteen-sessions': check({
      title: 'sixteen sessions, one after another, leave nothing behind',
      expectation: 'no process and no file outlives its session',
      check: {
        rule: RULES.shutdown,
        after: `${SESSIONS} sessions`,
        cure: 'On end of stdin, end what was started, remove what was written, then exit.',
      },
      within: '60s',
      script: async (script) => {
        for (let index = 0; index < SESSIONS; index++) {
          const session = await open(script);
          await session.handshake();
          await session.close();
        }
      },
    }),
  };
}

function callOf(call: Call | undefined, id: Id): Message & { id: Id } {
  return { id, method: 'tools/call', params: { name: call?.name, arguments: call?.args } };
}

/** Once, for 300 ms: a call has probably begun then. No verdict rests on it: one that began later only meets the fault later. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}
