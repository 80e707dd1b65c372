// What a client is bound to. Through a link it is a part of the workload: each request is an operation of the history, and
// faults of the link hit it. Past all proxies it reads state, and nothing of that is recorded.
import { bounded } from '../model/time/bounded.ts';
import { milliseconds, type Duration } from '../model/time/duration.ts';
import { IndeterminateError, type Script } from '../model/scenario.ts';
import type { Address } from '../model/system/link.ts';

/** The name of a link that `driver` dials, or a listener of a node, which is reached past all proxies. */
export type Target = string | { node: string; listener: string };

export interface Asking {
  /** The bound for the whole answer: 10 s. */
  within?: Duration;
  /** False when the system need not answer. By default an answer that does not come within the bound is a hang. */
  owed?: boolean;
}

export interface Bound {
  readonly script: Script;
  readonly stdio: boolean;
  /** Nothing that it says may be kept: its link has `capture: 'none'`. */
  readonly silent: boolean;
  readonly recorded: boolean;
  /** As errors and reports call it. */
  readonly name: string;
  /** @throws TopologyError for a link or node that does not exist, or has no address. */
  address(): Address;
  /**
   * Does one request. @throws IndeterminateError when nobody can know whether it happened: no answer within the bound, or a
   * connection that was cut; otherwise what `act` throws.
   */
  ask<T>(what: string, act: (signal: AbortSignal) => Promise<T>, asking?: Asking): Promise<T>;
}

const WITHIN: Duration = '10s';

export function boundTo(script: Script, target: Target): Bound {
  if (typeof target === 'string') return throughLink(script, target);
  const { node, listener } = target;
  const name = `${listener} of ${node}`;
  return {
    script,
    stdio: false,
    silent: true,
    recorded: false,
    name,
    address: () => script.direct(node, listener),
    async ask(what, act, { within = WITHIN } = {}) {
      const late = new AbortController();
      const signal = AbortSignal.any([script.signal, late.signal]);
      const answered = await bounded(act(signal), { withinMs: milliseconds(within), signal: script.signal });
      if (answered.state === 'done') return answered.value;
      late.abort();
      throw new IndeterminateError(`${name}: no answer to ${what} within ${within}`);
    },
  };
}

function throughLink(script: Script, name: string): Bound {
  const { transport, capture } = script.link(name);
  const silent = capture === 'none';
  return {
    script,
    stdio: transport === 'stdio',
    silent,
    recorded: true,
    name,
    address: () => script.dial(name),
    async ask(what, act, { within = WITHIN, owed = true } = {}) {
      let said: Error | undefined;
      const attempt = async (signal: AbortSignal): Promise<Kept<Awaited<ReturnType<typeof act>>>> => {
        try {
          return kept(await act(signal), silent);
        } catch (error) {
          said = error as Error;
          // What a server says in its refusal is a part of what the link says.
          throw silent && !(error instanceof IndeterminateError) ? new Error('it was refused') : error;
        }
      };
      const result = await script.operation(what, attempt, { within, client: name, owed });
      if (result.state === 'ok') return result.value.value;
      throw result.state === 'failed' && said !== undefined ? said : result.error;
    },
  };
}

interface Kept<T> {
  value: T;
  toJSON(): unknown;
}

/** What JSON.stringify asks a value for, and does not ask the value of a toJSON for again. */
function recordedForm(value: unknown): unknown {
  const own = (value as { toJSON?: unknown } | null | undefined)?.toJSON;
  return typeof own === 'function' ? (own.call(value) as unknown) : value;
}

/** Recorded as what it gives for JSON. */
function kept<T>(value: T, silent: boolean): Kept<T> {
  return { value, toJSON: () => (silent ? undefined : recordedForm(value)) };
}
