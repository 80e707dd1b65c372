// Recorded requests of the script: each leaves its invocation and what became of it.
import { atSpeed } from '../../model/faults/clock-speed.ts';
import type { OperationResult, Script } from '../../model/scenario.ts';
import { milliseconds } from '../../model/time/duration.ts';
import type { Json } from '../../model/values/json.ts';
import { attempt, NoAnswer } from './attempt.ts';
import { dumpTwice } from './dump.ts';
import type { Stage } from './stage.ts';

const RECORDED_CHARACTERS_MAX = 4_096;

export function operationsOn(stage: Stage): Script['operation'] {
  const { recorder, obligations, plan } = stage;
  let operations = 0;
  const operate = async <T>(
    name: string,
    act: (signal: AbortSignal) => Promise<T>,
    options: Parameters<Script['operation']>[2],
  ): Promise<OperationResult<T>> => {
    const id = ++operations;
    const client = options.client ?? 'script';
    const withinMs = atSpeed(milliseconds(options.within), plan.clockSpeed);
    recorder.record({ kind: 'operation', id, client, name, state: 'invoked' });
    const about = { kind: 'answer', client, operation: name } as const;
    const reply = options.owed === false ? undefined : obligations.open(`an answer to ${name} of ${client}`, about, withinMs);
    const result = await attempt(act, withinMs, stage.signal);
    const value = result.state === 'ok' ? asJson(result.value) : result.error.message;
    recorder.record({ kind: 'operation', id, client, name, state: result.state, ...(value !== undefined && { value }) });
    if (result.state !== 'indeterminate' || !(result.error instanceof NoAnswer)) reply?.met();
    else if (reply) {
      await dumpTwice(stage);
      reply.unmet('no answer');
    }
    return result;
  };
  return async (name, act, options) => {
    const operating = operate(name, act, options);
    if (options.owed === false) return await operating;
    stage.owed.add(operating);
    return await operating.finally(() => stage.owed.delete(operating));
  };
}

function asJson(value: unknown): Json | undefined {
  const text = JSON.stringify(value);
  if (text === undefined) return undefined;
  return text.length > RECORDED_CHARACTERS_MAX ? `${text.slice(0, RECORDED_CHARACTERS_MAX)}…` : (JSON.parse(text) as Json);
}
