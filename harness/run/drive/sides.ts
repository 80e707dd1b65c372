// Side probes: requests that have nothing to do with the faults. They must be answered while the faults act.
import { atSpeed } from '../../model/faults/clock-speed.ts';
import type { Scenario, Script } from '../../model/scenario.ts';
import { askedNode } from '../record/asked-node.ts';
import { attempt } from './attempt.ts';
import type { Stage } from './stage.ts';
import { until } from '../waits/until.ts';

/** Asks each side probe over and over while faults are in force; resolves when the script has ended. */
export async function watchSides(scenario: Scenario, stage: Stage, context: Script, ended: AbortSignal): Promise<void> {
  const ask = async (side: NonNullable<Scenario['system']['sides']>[number]): Promise<void> => {
    while (!ended.aborted && !stage.signal.aborted) {
      const again = AbortSignal.any([ended, stage.signal]);
      const boundMs = atSpeed(side.boundMs, stage.plan.clockSpeed);
      if (stage.faults.active()) {
        const startedMs = performance.now();
        const answered = await attempt(() => side.ask(context), boundMs * 4, again);
        const waitedMs = performance.now() - startedMs;
        // The end of the script cuts a probe short: it was late only if it had been owed an answer by then.
        if (again.aborted && waitedMs <= boundMs) return;
        const asked = { name: side.name, ...askedNode(side, stage.plan.topology) };
        const answer = answered.state === 'ok' ? { latencyMs: waitedMs } : { latencyMs: null, waitedMs };
        stage.recorder.record({ kind: 'observation', observation: { probe: 'side', ...asked, ...answer, boundMs } });
      }
      await until(() => false, {
        withinMs: side.everyMs,
        signal: new AbortController().signal,
        wake: (listener) => onAbort(again, listener),
      });
    }
  };
  await Promise.all((scenario.system.sides ?? []).map(ask));
}

function onAbort(signal: AbortSignal, listener: () => void): () => void {
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
