// What a script can wait for. All but a time are owed: when the bound passes, the obligation stays open, evidence is taken, and the
// script ends.
import { bounded } from '../../model/time/bounded.ts';
import { atSpeed } from '../../model/faults/clock-speed.ts';
import { eventsOf, type History, type Owed } from '../../model/judging/history.ts';
import { ownTraffic } from '../../model/judging/own-traffic.ts';
import type { Met, Script } from '../../model/scenario.ts';
import { linkNamed, nodeNamed } from '../../model/system/topology.ts';
import { milliseconds, type Duration } from '../../model/time/duration.ts';
import { RuntimeError } from '../../runtime/runtime.ts';
import { until, type Waiting } from '../waits/until.ts';
import { dumpTwice } from './dump.ts';
import type { Stage } from './stage.ts';
import { Unmet } from './unmet.ts';

type Waits = Pick<Script, 'until' | 'fired' | 'logged' | 'connections' | 'passed'>;

export function waitsOn(stage: Stage): Waits {
  const { faults, recorder, plan } = stage;
  const waitFor = waiterOn(stage);
  const topology = plan.topology;
  return {
    until: (what, condition, { within }) => waitFor(what, { kind: 'until' }, condition, within),
    async fired(step, { within, times = 1 }) {
      await waitFor(`fault '${step}' has fired ${times} time(s)`, { kind: 'fired', step }, () => faults.fired(step) >= times, within);
    },
    async logged(node, text, { within, times = 1 }) {
      const { name } = nodeNamed(topology, node);
      const what = `'${name}' says ${typeof text === 'string' ? `'${text}'` : String(text)}${times === 1 ? '' : ` ${times} times`}`;
      return waitFor(what, { kind: 'until' }, () => lineOf(recorder.history, name, text, times), within);
    },
    async connections(link, wanted, { within }) {
      const { name } = linkNamed(topology, link);
      if (stage.routing.get(name) !== 'own')
        throw new RuntimeError(`connections of link '${name}' cannot be counted: only our own fault server tells of them`);
      const fits = typeof wanted === 'number' ? (open: number) => open === wanted : wanted;
      const what = `${typeof wanted === 'number' ? `${wanted} connection(s)` : 'the wanted number of connections'} of ${name}`;
      const look = (): { open: number } => {
        const open = openOn(recorder.history, name);
        if (fits(open)) return { open };
        throw new Error(`${open} open`);
      };
      return (await waitFor(what, { kind: 'until' }, look, within)).open;
    },
    async passed(time, because) {
      recorder.record({ kind: 'mark', name: `waits ${time}: ${because}` });
      const forMs = atSpeed(milliseconds(time), plan.clockSpeed);
      const never = new Promise<never>(() => undefined);
      const waited = await bounded(never, { withinMs: forMs, signal: stage.signal });
      if (waited.state === 'aborted') throw stage.signal.reason;
    },
  };
}

type WaitFor = <T>(what: string, about: Owed, condition: () => T | Promise<T>, within: Duration) => Promise<Met<T>>;

function waiterOn(stage: Stage): WaitFor {
  const { recorder, obligations, plan } = stage;
  const wake = wakesOf(stage);
  // Whether a fault has fired is known here, so asking costs the system nothing.
  const onFault: typeof wake = (listener) => recorder.subscribe((event) => void (event.kind === 'fault' && listener()));
  return async (what, about, condition, within) => {
    const withinMs = atSpeed(milliseconds(within), plan.clockSpeed);
    const owed = obligations.open(what, about, withinMs);
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

/** The line that is the n-th of its kind, from the first start of the node on. @throws Error with the last line, where there is none yet. */
function lineOf(history: History, node: string, text: string | RegExp, times: number): string {
  const lines = eventsOf(history, 'log').flatMap((event) => (event.node === node ? [event.line] : []));
  const found = lines.filter((line) => (typeof text === 'string' ? line.includes(text) : line.search(text) >= 0))[times - 1];
  if (found !== undefined) return found === '' ? ' ' : found;
  const last = lines.at(-1);
  throw new Error(last === undefined ? 'it has said nothing' : `${lines.length} line(s), the last one: ${last}`);
}

/** Opened at the link's fault server, and not closed since. */
function openOn(history: History, link: string): number {
  const open = new Set<number>();
  for (const event of eventsOf(history, 'connection')) {
    if (event.link !== link) continue;
    if (event.state === 'opened') open.add(event.connection);
    else open.delete(event.connection);
  }
  return open.size;
}
