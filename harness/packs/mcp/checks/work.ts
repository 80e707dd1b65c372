// What a server does while it works: calls that its user has named, and nothing else. A tool that answers with an error has
// answered.
import { Broken } from '../../base/broken.ts';
import type { Call, Check } from '../../base/pack.ts';
import { SERVER } from '../../base/stdio-target.ts';
import { BY_DESIGN, type Script } from '../../../model/scenario.ts';
import { commandsOf } from '../../base/commands.ts';
import type { Making } from '../base/mcp-check.ts';
import { RULES } from '../base/rules.ts';
import { callOf, line, pingIs, tooQuick, withSession, type Session } from '../base/session.ts';

const CALLS = 5;
/** An answer to a ping beside a call, at the latest. */
const PING_WITHIN = '3s';
/** What a cancelled call has started is gone by then, and an answer to it has come by then if it comes at all. */
const STOPPED_WITHIN_MS = 4_000;

export function work(making: Making): Record<string, Check> {
  return { ...calls(making), ...besides(making) };
}

const needs = (call: Call | undefined, option: string) => (): string | undefined =>
  call === undefined ? `${BY_DESIGN}it needs ${option}` : undefined;

function calls({ target: { call }, check }: Making): Record<string, Check> {
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
      within: '240s',
      script: withSession(async (session, script) => {
        const bytes = Buffer.from(line(callOf(call, 'pieces')));
        const half = Math.floor(bytes.length / 2);
        session.write(bytes.subarray(0, half));
        await script.passed('200ms', 'the second half of the request comes in a read of its own');
        session.write(bytes.subarray(half));
        await session.answer('pieces', `a call of ${call?.name}`, '30s');
        for (let index = 1; index <= CALLS; index++) await session.request(callOf(call, `call-${index}`), '30s');
        await pingIs(session, 'after-calls');
      }),
    }),
  };
}

function besides({ target: { slow }, check }: Making): Record<string, Check> {
  const unavailable = needs(slow, '--slow <tool>');
  return {
    'ping-beside-slow': check({
      title: 'your server answers a ping beside a slow call',
      expectation: 'a call that waits blocks nobody else',
      check: {
        rule: RULES.ping,
        after: `a ping beside a call of ${slow?.name ?? 'a slow tool'}`,
        hangIs: 'BLOCKED',
        cure: 'Do the work of a call beside the loop that reads stdin.',
      },
      unavailable,
      script: withSession(async (session, script) => {
        session.send(callOf(slow, 'slow'));
        await script.passed('200ms', 'the call has begun by then');
        if (session.replies('slow').length > 0) throw tooQuick(slow);
        session.send({ id: 'beside', method: 'ping' });
        await session.answer('beside', `a ping beside a call of ${slow?.name}`, PING_WITHIN);
        // How it ends with a call in flight is another check's.
        await script.node(SERVER).kill('SIGKILL');
      }),
    }),
    cancel: check({
      title: 'your server stops a call that is cancelled',
      expectation: 'what the call has started ends, it gets no result, and the next request is answered',
      check: {
        rule: RULES.cancel,
        after: `a call of ${slow?.name ?? 'a slow tool'} was cancelled`,
        cure: 'Give the signal of the request to what the call has started.',
      },
      unavailable,
      script: withSession((session, script) => cancelled(slow, session, script)),
    }),
  };
}

async function cancelled(slow: Call | undefined, session: Session, script: Script): Promise<void> {
  const before = new Set(await script.node(SERVER).pids());
  session.send(callOf(slow, 'slow'));
  await script.passed('500ms', 'the call has begun by then');
  const started = (await script.node(SERVER).pids()).filter((pid) => !before.has(pid));
  if (session.replies('slow').length > 0) throw tooQuick(slow);
  session.send({ method: 'notifications/cancelled', params: { requestId: 'slow', reason: 'checked' } });
  await pingIs(session, 'after-cancel');
  const left = commandsOf(await goesOn(started, session, script));
  await script.node(SERVER).kill('SIGKILL');
  if (session.replies('slow')[0]?.result)
    throw new Broken('NOT CANCELLED', `your server sent the result of a call of ${slow?.name} that was cancelled`);
  if (left !== '') throw new Broken('NOT CANCELLED', `your server went on with a call of ${slow?.name} that was cancelled: ${left}`);
}

/** Those of them who live on although the call was cancelled. Without children only a result tells that nobody heeded it. */
async function goesOn(started: readonly number[], session: Session, script: Script): Promise<number[]> {
  const untilMs = performance.now() + STOPPED_WITHIN_MS;
  for (;;) {
    const now = new Set(await script.node(SERVER).pids());
    const left = started.filter((pid) => now.has(pid));
    const isClear = session.replies('slow').length > 0 || (started.length > 0 && left.length === 0);
    if (isClear || session.ended !== undefined || performance.now() >= untilMs) return left;
    await script.passed('100ms', 'what the call has started may still be ending');
  }
}
