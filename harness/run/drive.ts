// The script's side of a run: every word a scenario can say, each leaving its events. A script ends in one of four
// ways: done, owed something that did not come, thrown, or interrupted.
import { atSpeed } from '../model/clock-speed.ts';
import { milliseconds } from '../model/duration.ts';
import { linkNamed } from '../model/topology.ts';
import type { Case } from '../model/case.ts';
import type { Json } from '../model/json.ts';
import type { NodeControl, OperationResult, Scenario, Script } from '../model/scenario.ts';
import { chance } from '../model/seed.ts';
import type { Plan } from '../model/oracle.ts';
import { InjectorError } from '../network/network.ts';
import { RuntimeError, type Ground } from '../runtime/runtime.ts';
import { BootFailed, type RunningSystem } from './boot.ts';
import { runCycles } from './cycles.ts';
import { dumpTwice } from './dump.ts';
import type { Environment } from './environment.ts';
import { UnknownStepError, type Faults } from './faults.ts';
import type { Obligations } from './obligations.ts';
import type { Recorder } from './recorder.ts';
import { until } from './until.ts';

export interface Stage {
  plan: Plan;
  given: Case;
  ground: Ground;
  system: RunningSystem;
  faults: Faults;
  obligations: Obligations;
  recorder: Recorder;
  environment: Environment;
  /** Aborted by an interrupt, or when the injector broke: nothing that follows could be trusted. */
  signal: AbortSignal;
}

/** A wait of the script came to its bound; the open obligation is in the history. */
class Unmet extends Error {}

/** A client throws this to say that it cannot know whether its request happened. */
export class IndeterminateError extends Error {}

export async function drive(scenario: Scenario, stage: Stage, context: Script): Promise<void> {
  const { recorder } = stage;
  stage.signal.throwIfAborted();
  const scaledMs = atSpeed(milliseconds(scenario.within), stage.plan.clockSpeed);
  const whole = stage.obligations.open('the script comes to its end', scaledMs);
  const ending = new AbortController();
  const stopSides = watchSides(scenario, stage, context, ending.signal);
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), scaledMs);
    });
    const aborted = new Promise<never>((_, reject) => {
      stage.signal.addEventListener('abort', () => reject(stage.signal.reason), { once: true, signal: ending.signal });
    });
    // As by hand: an error that nobody caught ends the script.
    const stray = new Promise<'stray'>((resolve) => {
      const stop = recorder.subscribe((event) => event.kind === 'harness' && event.problem === 'stray-error' && resolve('stray'));
      ending.signal.addEventListener('abort', stop, { once: true });
    });
    const played = scenario.script(context, stage.given.parameters);
    // Whatever the race ends with, a script that goes on to fail must not become an unhandled rejection.
    played.catch(() => undefined);
    const outcome = await Promise.race([played, late, aborted, stray]);
    if (outcome === 'late') {
      await dumpTwice(stage);
      whole.unmet('the script was still running');
    } else whole.met();
  } catch (error) {
    if (error instanceof Unmet || error instanceof BootFailed) return whole.met();
    if (stage.signal.aborted || error instanceof InjectorError || error instanceof RuntimeError || error instanceof UnknownStepError)
      throw error;
    whole.met();
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    recorder.record({ kind: 'script', state: 'failed', error: `${name}: ${message}`, detail: stack ?? '' });
  } finally {
    clearTimeout(timer);
    ending.abort();
    await stopSides;
  }
}

export function scriptOn(stage: Stage, defer: (undo: () => void | Promise<void>) => void): Script {
  const { ground, faults, recorder, obligations, plan, given } = stage;
  let operations = 0;

  const waitFor: Script['until'] = async (what, condition, { within }) => {
    const withinMs = atSpeed(milliseconds(within), plan.clockSpeed);
    const owed = obligations.open(what, withinMs);
    const waited = await until(condition, { withinMs, signal: stage.signal, wake: (listener) => recorder.subscribe(listener) });
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
    until: waitFor,
    async operation<T>(
      name: string,
      act: (signal: AbortSignal) => Promise<T>,
      options: Parameters<Script['operation']>[2],
    ): Promise<OperationResult<T>> {
      const id = ++operations;
      const client = options.client ?? 'script';
      const withinMs = atSpeed(milliseconds(options.within), plan.clockSpeed);
      recorder.record({ kind: 'operation', id, client, name, state: 'invoked' });
      const reply = options.owed === false ? undefined : obligations.open(`an answer to ${name} of ${client}`, withinMs);
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
      await waitFor(`fault '${step}' has fired ${times} time(s)`, () => faults.fired(step) >= times, { within });
    },
    lift: (step) => faults.lift(step),
    inject: (fault) => faults.inject(fault),
    cycles: (series, round, options) => runCycles(stage, series, round, options),
    chance: (...about) => chance(given.seed, ...about),
    signal: stage.signal,
    defer,
  };
}

class NoAnswer extends Error {}

async function attempt<T>(act: (signal: AbortSignal) => Promise<T>, withinMs: number, signal: AbortSignal): Promise<OperationResult<T>> {
  const bound = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(withinMs))]);
  try {
    const late = new Promise<never>((_, reject) => {
      bound.addEventListener('abort', () => reject(new NoAnswer(`no answer within ${Math.round(withinMs)} ms`)), { once: true });
    });
    const value = await Promise.race([act(bound), late]);
    return { state: 'ok', value };
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    return { state: error instanceof NoAnswer || error instanceof IndeterminateError ? 'indeterminate' : 'failed', error };
  }
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

/** Asks each side probe over and over while faults are in force; resolves when the script has ended. */
async function watchSides(scenario: Scenario, stage: Stage, context: Script, ended: AbortSignal): Promise<void> {
  const ask = async (side: NonNullable<Scenario['system']['sides']>[number]): Promise<void> => {
    while (!ended.aborted && !stage.signal.aborted) {
      const again = AbortSignal.any([ended, stage.signal]);
      const boundMs = atSpeed(side.boundMs, stage.plan.clockSpeed);
      if (stage.faults.active()) {
        const startedMs = performance.now();
        const answered = await attempt(() => side.ask(context), boundMs * 4, again);
        if (again.aborted) return;
        const latencyMs = answered.state === 'ok' ? performance.now() - startedMs : null;
        stage.recorder.record({ kind: 'observation', observation: { probe: 'side', name: side.name, latencyMs, boundMs } });
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

function asJson(value: unknown): Json | undefined {
  const text = JSON.stringify(value);
  if (text === undefined) return undefined;
  return text.length > 4_096 ? `${text.slice(0, 4_096)}…` : (JSON.parse(text) as Json);
}
