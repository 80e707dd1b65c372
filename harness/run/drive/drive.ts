// A script from its first word to its end. There are four ends: the script is done, something that it was owed did not
// come, it has thrown, or the run was interrupted.
import { atSpeed } from '../../model/faults/clock-speed.ts';
import { saidByCheck } from '../../model/judging/said-by-check.ts';
import { milliseconds } from '../../model/time/duration.ts';
import type { NamedScenario, Script } from '../../model/scenario.ts';
import { InjectorError } from '../../network/api/network-sink.ts';
import { RuntimeError } from '../../runtime/runtime.ts';
import { BootFailed } from '../system/boot.ts';
import { comparedBy } from '../../model/text/compared-by.ts';
import { dumpTwice } from './dump.ts';
import { failedAt } from '../record/failed-at.ts';
import { UnknownStepError } from '../faults/faults.ts';
import { watchSides } from './sides.ts';
import { readOccupied } from './occupied.ts';
import type { Stage } from './stage.ts';
import { Unmet } from './unmet.ts';

export async function drive({ scenario, file }: NamedScenario, stage: Stage, context: Script): Promise<void> {
  const { recorder } = stage;
  stage.signal.throwIfAborted();
  await readOccupied(stage, 'boot');
  const scaledMs = atSpeed(milliseconds(scenario.within), stage.plan.clockSpeed);
  const whole = stage.obligations.open('the script comes to its end', { kind: 'script' }, scaledMs);
  const ending = new AbortController();
  const stopSides = watchSides(scenario, stage, context, ending.signal);
  try {
    // As by hand: an error that nobody caught ends the script.
    const stray = strayErrorIn(recorder, ending.signal);
    const ended = Promise.race([scenario.script(context, stage.given.parameters), stray]);
    const played = await stage.time.within(ended, { withinMs: scaledMs, signal: stage.signal });
    if (played.state === 'aborted') throw stage.signal.reason;
    if (played.state === 'late') {
      await dumpTwice(stage);
      whole.unmet('the script was still running');
    } else whole.met();
  } catch (error) {
    if (error instanceof Unmet || error instanceof BootFailed) return whole.met();
    if (stage.signal.aborted || error instanceof InjectorError || error instanceof RuntimeError || error instanceof UnknownStepError)
      throw error;
    whole.met();
    // The verdict is there: nobody waits for what else is owed.
    stage.owed.clear();
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    const place = failedAt(stack ?? '', file);
    const compared = comparedBy(error);
    const said = saidByCheck(error);
    const more = { ...(place && { place }), ...(compared && { compared }), ...(said && { said }) };
    recorder.record({ kind: 'script', state: 'failed', error: `${name}: ${message}`, detail: stack ?? '', ...more });
  } finally {
    ending.abort();
    await stopSides;
  }
}

/** Comes with the first error of the case that nobody caught. */
function strayErrorIn(recorder: Stage['recorder'], ending: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = recorder.subscribe((event) => event.kind === 'harness' && event.problem === 'stray-error' && resolve());
    ending.addEventListener('abort', stop, { once: true });
  });
}
