// The network of a run: a proxy for every routed link, on engines that speak Toxiproxy's API.
//
//   route   picks an engine per link        open   engines start, proxies listen, witnesses watch
//   arm     a toxic, or the proxy disabled   drained   what the engines did has reached the sink
import type { LinkStep } from '../model/fault.ts';
import { transportOf } from '../model/topology.ts';
import type { Control } from './control.ts';
import type { EnginePool } from './engine-pool.ts';
import { findToxiproxy, type ToxiproxySource, type Where } from './engines.ts';
import { faultToToxic } from './fault-to-toxic.ts';
import { InjectorError, type Network, type NetworkRequest, type Networks, type NetworkSink } from './network.ts';
import { route } from './route.ts';
import { allOrFirstError, openSide, type OpenSettings, type Side } from './side.ts';

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
    const sink = onceBroken(request.sink);
    const links = request.topology.links.filter((link) => request.routing.has(link.name));
    const names = [...new Set(request.routing.values())].sort();
    // A stack of its own per engine, so that both start at once and each is undone in its own order.
    const sides = names.map((name) => ({ name, stack: owned.use(new AsyncDisposableStack()) }));
    const lanes = await allOrFirstError(sides.map((side) => openSide(side, links, request, sink, settings)));
    return networkOf(request, lanes, sink, owned);
  } catch (error) {
    await owned.disposeAsync();
    throw error;
  }
}

interface Armed {
  step: LinkStep;
  undo: () => Promise<void>;
}

function networkOf(request: NetworkRequest, sides: readonly Side[], sink: BreakableSink, owned: AsyncDisposableStack): Network {
  const armed = new Map<string, Armed>();
  const connections = sink.open;

  async function lift(stepId: string): Promise<void> {
    const entry = armed.get(stepId);
    if (!entry) return;
    armed.delete(stepId);
    await guarded(sink, entry.undo);
  }

  const proxies = new Map<string, ReturnType<Control['client']['get']>>();

  async function arm(step: LinkStep): Promise<void> {
    if (armed.has(step.id)) throw new Error(`step '${step.id}' is armed already`);
    const side = sides.find((each) => each.links.has(step.link));
    const place = side?.links.get(step.link);
    if (!side || !place) throw new Error(`link '${step.link}' of step '${step.id}' has no proxy in this network`);
    const translation = faultToToxic(side.name, step, {
      transport: transportOf(request.topology, place.link),
      framing: place.link.framing,
    });
    if ('refused' in translation) throw new Error(`step '${step.id}' was not planned for ${side.name}: ${translation.refused}`);
    await guarded(sink, async () => {
      const undo =
        'disable' in translation ? await disable(side, place.proxy, step) : await addToxic(side, place.proxy, step, translation.toxic);
      armed.set(step.id, { step, undo });
    });
  }

  async function addToxic(side: Side, name: string, step: LinkStep, spec: object): Promise<() => Promise<void>> {
    // The proxy does not change while it lives: one look is enough for all that is armed on it.
    const looked = proxies.get(name) ?? side.control.client.get(name);
    proxies.set(name, looked);
    const proxy = await looked;
    const toxic = await proxy.addToxic(spec as Parameters<typeof proxy.addToxic>[0]);
    await side.witness.armed(step, name);
    return async () => {
      await toxic.remove();
      await side.witness.lifted(step, name);
    };
  }

  /** The connections that are open then are the ones that the fault closes; a refused dial is seen by nobody. */
  async function disable(side: Side, name: string, step: LinkStep): Promise<() => Promise<void>> {
    const proxy = await side.control.client.get(name);
    const { listen, upstream } = proxy;
    await side.witness.drained();
    const open = [...(connections.get(step.link) ?? [])];
    await proxy.update({ enabled: false, listen, upstream });
    const inferredFrom = 'it was open when the link went down';
    for (const connection of open) sink.fired(step.id, { connection, direction: step.direction, byteOffset: 0, inferredFrom });
    return async () => void (await proxy.update({ enabled: true, listen, upstream }));
  }

  return {
    engines: sides.map((side) => side.title),
    arm,
    lift,
    async liftAll() {
      for (const id of [...armed.keys()].toReversed()) await lift(id);
    },
    async drained() {
      await guarded(sink, () => allOrFirstError(sides.map((side) => side.witness.drained())));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What the injector could not do is known to the run even where the caller swallows the error. */
async function guarded<T>(sink: NetworkSink, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof InjectorError) sink.broken(error.message);
    throw error;
  }
}

interface BreakableSink extends NetworkSink {
  /** Connections open now, by link. */
  readonly open: ReadonlyMap<string, ReadonlySet<number>>;
}

/** Says once that it broke, and keeps count of open connections. */
function onceBroken(sink: NetworkSink): BreakableSink {
  const open = new Map<string, Set<number>>();
  let broken = false;
  return {
    open,
    connection(event) {
      const numbers = open.get(event.link) ?? new Set();
      open.set(event.link, numbers);
      if (event.state === 'opened') numbers.add(event.connection);
      else numbers.delete(event.connection);
      sink.connection(event);
    },
    frame: (event) => sink.frame(event),
    frameError: (event) => sink.frameError(event),
    fired: (step, hit) => sink.fired(step, hit),
    broken(detail) {
      if (!broken) sink.broken(detail);
      broken = true;
    },
  };
}

function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
