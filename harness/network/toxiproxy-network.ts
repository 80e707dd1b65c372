// The network of a run: a proxy for every routed link, on engines that speak Toxiproxy's API.
//
//   route   picks an engine per link        open   engines start, proxies listen, witnesses watch
//   arm     a toxic, or the proxy disabled   drained   what the engines did has reached the sink
import type { LinkStep } from '../model/faults/fault.ts';
import { transportOf } from '../model/system/topology.ts';
import { breakableSink, type BreakableSink } from './breakable-sink.ts';
import type { EnginePool } from './engines/engine-pool.ts';
import { findToxiproxy, type ToxiproxySource, type Where } from './engines/engines.ts';
import { faultToToxic } from './fault-to-toxic.ts';
import type { Network, NetworkRequest, Networks } from './network.ts';
import { route } from './route.ts';
import { allOrFirstError, openEngine, type OpenEngine, type OpenSettings } from './engines/open-engine.ts';
import { toxicsOn } from './toxics-on.ts';

export interface NetworkSettings {
  /** Where the engines run: beside the nodes. */
  where: Where;
  /** Bound of every control call. */
  deadlineMs?: number;
  /** Engines of our own kept from run to run; only where the nodes are processes. */
  pool?: EnginePool;
  /** Where Toxiproxy is; looked for when absent. */
  toxiproxy?: ToxiproxySource;
}

export function toxiproxyNetworks(settings: NetworkSettings): Networks {
  const deadlineMs = settings.deadlineMs ?? 2000;
  const { where } = settings;
  const findOnce = lazy(async () => settings.toxiproxy ?? findToxiproxy(where));
  return {
    route: (topology, steps, choice) => route(topology, steps, choice, { where, findOnce }),
    open: (request) => open(request, { where, deadlineMs, pool: settings.pool, findToxiproxy: findOnce }),
  };
}

async function open(request: NetworkRequest, settings: OpenSettings): Promise<Network> {
  const owned = new AsyncDisposableStack();
  try {
    const sink = breakableSink(request.sink);
    const links = request.topology.links.filter((link) => request.routing.has(link.name));
    const names = [...new Set(request.routing.values())].sort();
    // A stack of its own per engine, so that both start at once and each is undone in its own order.
    const stacks = names.map((name) => ({ name, stack: owned.use(new AsyncDisposableStack()) }));
    const engines = await allOrFirstError(stacks.map((each) => openEngine(each, links, request, sink, settings)));
    return networkOf(request, engines, sink, owned);
  } catch (error) {
    await owned.disposeAsync();
    throw error;
  }
}

function networkOf(request: NetworkRequest, engines: readonly OpenEngine[], sink: BreakableSink, owned: AsyncDisposableStack): Network {
  const toxics = toxicsOn(sink);
  /** How to take each armed step back, by its id. */
  const armed = new Map<string, () => Promise<void>>();

  async function arm(step: LinkStep): Promise<void> {
    if (armed.has(step.id)) throw new Error(`step '${step.id}' is armed already`);
    const engine = engines.find((each) => each.links.has(step.link));
    const place = engine?.links.get(step.link);
    if (!engine || !place) throw new Error(`link '${step.link}' of step '${step.id}' has no proxy in this network`);
    const translation = faultToToxic(engine.name, step, {
      transport: transportOf(request.topology, place.link),
      framing: place.link.framing,
    });
    if ('refused' in translation) throw new Error(`step '${step.id}' was not planned for ${engine.name}: ${translation.refused}`);
    await sink.guarded(async () => {
      const undo =
        'disable' in translation
          ? await toxics.disable(engine, place.proxy, step)
          : await toxics.add(engine, place.proxy, step, translation.toxic);
      armed.set(step.id, undo);
    });
  }

  async function lift(stepId: string): Promise<void> {
    const undo = armed.get(stepId);
    if (!undo) return;
    armed.delete(stepId);
    await sink.guarded(undo);
  }

  return {
    engines: engines.map((engine) => engine.title),
    arm,
    lift,
    async liftAll() {
      for (const id of [...armed.keys()].toReversed()) await lift(id);
    },
    async drained() {
      await sink.guarded(() => allOrFirstError(engines.map((engine) => engine.witness.drained())));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
