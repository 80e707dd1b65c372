// Every word that a scenario can say. Each word leaves its events in the history.
import { childOn } from './script-child.ts';
import { atSpeed } from '../../model/faults/clock-speed.ts';
import { milliseconds, type Duration } from '../../model/time/duration.ts';
import type { Owed } from '../../model/judging/history.ts';
import type { Json } from '../../model/values/json.ts';
import { ownTraffic } from '../../model/judging/own-traffic.ts';
import type { Met, NodeControl, OperationResult, Script } from '../../model/scenario.ts';
import { chance } from '../../model/values/seed.ts';
import { linkNamed } from '../../model/system/topology.ts';
import { attempt, NoAnswer } from './attempt.ts';
import { runCycles } from './cycles.ts';
import { dumpTwice } from './dump.ts';
import type { Stage } from './stage.ts';
import { Unmet } from './unmet.ts';
import { until, type Waiting } from '../waits/until.ts';

export function scriptOn(stage: Stage, defer: (undo: () => void | Promise<void>) => void): Script {
  const { ground, faults, recorder, obligations, plan, given } = stage;
  let operations = 0;
  const wake = wakesOf(stage);

  const waitFor = async <T>(what: string, about: Owed, condition: () => T | Promise<T>, within: Duration): Promise<Met<T>> => {
    const withinMs = atSpeed(milliseconds(within), plan.clockSpeed);
    const owed = obligations.open(what, about, withinMs);
    // Whether a fault has fired is known here, so asking costs the system nothing.
    const onFault: typeof wake = (listener) => recorder.subscribe((event) => void (event.kind === 'fault' && listener()));
    const waited = await until(condition, { withinMs, signal: stage.signal, wake: about.kind === 'fired' ? onFault : wake });
    if (waited.met) {
      owed.met();
      return waited.value;
    }
    const [late] = await Promise.all([until(condition, { withinMs: 1_200, signal: stage.signal }), dumpTwice(stage)]);
    owed.unmet(waited.lastSeen);
    if (late.met) owed.met();
    throw new Unmet(what);
  };

  return {
    dial: (link) => ground.dial(linkNamed(plan.topology, link)),
    direct: (node, listener) => ground.direct(node, listener),
    node: (name) => controlOf(name, stage),
    child: (link) => childOn(link, stage, defer),
    until: (what, condition, { within }) => waitFor(what, { kind: 'until' }, condition, within),
    async operation<T>(
      name: string,
      act: (signal: AbortSignal) => Promise<T>,
      options: Parameters<Script['operation']>[2],
    ): Promise<OperationResult<T>> {
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
    },
    mark: (name) => faults.pass(name),
    async fired(step, { within, times = 1 }) {
      await waitFor(`fault '${step}' has fired ${times} time(s)`, { kind: 'fired', step }, () => faults.fired(step) >= times, within);
    },
    lift: (step) => faults.lift(step),
    inject: (fault) => faults.inject(fault),
    cycles: (series, round, options) => runCycles(stage, series, round, options),
    chance: (...about) => chance(given.seed, ...about),
    signal: stage.signal,
    defer,
  };
}

/** Each event wakes who waits, but not what the script itself makes happen, or its polling would keep itself going. */
function wakesOf({ recorder, plan }: Stage): NonNullable<Waiting['wake']> {
  const listeners = new Set<() => void>();
  const isOwn = ownTraffic(plan.topology.links);
  recorder.subscribe((event) => {
    if (!isOwn(event)) for (const listener of listeners) listener();
  });
  return (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
}

function controlOf(name: string, stage: Stage): NodeControl {
  const { system, recorder } = stage;
  return {
    name,
    get running() {
      return system.node(name) !== undefined;
    },
    kill: (signal = 'SIGKILL') => {
      if (signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT') system.expectExit(name);
      else system.expectExit(name, signal);
      return system.end(name, signal);
    },
    stop: () => system.end(name, 'stop'),
    start: () => system.start(name),
    pids: async () => (await system.node(name)?.pids()) ?? [],
    async pause() {
      await system.node(name)?.pause();
      recorder.record({ kind: 'node', node: name, state: 'paused' });
    },
    async resume() {
      await system.node(name)?.resume();
      recorder.record({ kind: 'node', node: name, state: 'resumed' });
    },
  };
}

function asJson(value: unknown): Json | undefined {
  const text = JSON.stringify(value);
  if (text === undefined) return undefined;
  return text.length > 4_096 ? `${text.slice(0, 4_096)}…` : (JSON.parse(text) as Json);
}
