// A call that its user has named as slow, and what happens beside it, on any transport.
import type { Script } from '../../../model/scenario.ts';
import { BY_DESIGN } from '../../../model/scenario.ts';
import { Broken } from '../../base/broken.ts';
import { commandsOf } from '../../base/commands.ts';
import type { Call } from '../../base/pack.ts';
import { SERVER } from '../../base/places.ts';
import { tooQuick } from './messages.ts';

/** What a cancelled call has started is gone by then, and an answer to it has come by then if it comes at all. */
const STOPPED_WITHIN_MS = 4_000;

/** `unavailable` of a check that needs a call. */
export const needs = (call: Call | undefined, option: string) => (): string | undefined =>
  call === undefined ? `${BY_DESIGN}it needs ${option}` : undefined;

export interface RunningCall {
  /** What has come for it so far, if anything. */
  answer(): { result?: unknown } | undefined;
  /** Its server has gone, or its connection. */
  isLost(): boolean;
}

/** @param begin makes the call @param cancel does so, and sees that the next request is answered. @throws Broken, NotProved */
export async function cancelled(
  script: Script,
  slow: Call | undefined,
  begin: () => RunningCall,
  cancel: () => Promise<void>,
): Promise<void> {
  const before = new Set(await script.node(SERVER).pids());
  const call = begin();
  await script.passed('500ms', 'the call has begun by then');
  const started = (await script.node(SERVER).pids()).filter((pid) => !before.has(pid));
  if (call.answer() !== undefined) throw tooQuick(slow);
  await cancel();
  const left = commandsOf(await goesOn(started, call, script));
  await script.node(SERVER).kill('SIGKILL');
  if (call.answer()?.result !== undefined)
    throw new Broken('NOT CANCELLED', `your server sent the result of a call of ${slow?.name} that was cancelled`);
  if (left !== '') throw new Broken('NOT CANCELLED', `your server went on with a call of ${slow?.name} that was cancelled: ${left}`);
}

/** Those of them who live on although the call was cancelled. Without children only a result tells that nobody heeded it. */
async function goesOn(started: readonly number[], call: RunningCall, script: Script): Promise<number[]> {
  const untilMs = performance.now() + STOPPED_WITHIN_MS;
  for (;;) {
    const now = new Set(await script.node(SERVER).pids());
    const left = started.filter((pid) => now.has(pid));
    const isClear = call.answer() !== undefined || (started.length > 0 && left.length === 0);
    if (isClear || call.isLost() || performance.now() >= untilMs) return left;
    await script.passed('100ms', 'what the call has started may still be ending');
  }
}
