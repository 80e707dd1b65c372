// One engine of a network with its proxies. It is started or borrowed, the proxies are created on it, and a witness watches
// what it does.
import type { ICreateProxyBody } from 'toxiproxy-node-client';
import { addressText, type Link } from '../../model/system/link.ts';
import { transportOf, type Topology } from '../../model/system/topology.ts';
import type { Ground } from '../../runtime/runtime.ts';
import { apiName } from '../api/api-name.ts';
import { type Control, controlOf } from '../api/api-client.ts';
import type { Engine, EngineName } from '../api/engine.ts';
import type { EnginePool } from './engine-pool.ts';
import { launchOwn, launchToxiproxy, type ToxiproxySource, type Where } from './engines.ts';
import { InjectorError, type NetworkSink } from '../api/network-sink.ts';
import { ownWitness } from '../witness/own-witness.ts';
import { toxiproxyWitness } from '../witness/toxiproxy-witness.ts';
import type { Witness } from '../witness/witness.ts';

export interface OpenSettings {
  where: Where;
  deadlineMs: number;
  pool: EnginePool | undefined;
  findToxiproxy: () => Promise<ToxiproxySource>;
}

interface OpenRequest {
  ground: Ground;
  topology: Topology;
  /** Which engine carries which link. */
  routing: ReadonlyMap<string, EngineName>;
  seed: number;
}

/** One engine with its proxies. */
export interface OpenEngine {
  name: EngineName;
  title: string;
  links: ReadonlyMap<string, { link: Link; proxy: string }>;
  control: Control;
  witness: Witness;
}

export async function openEngine(
  { name, stack }: { name: EngineName; stack: AsyncDisposableStack },
  all: readonly Link[],
  request: OpenRequest,
  sink: NetworkSink,
  settings: OpenSettings,
): Promise<OpenEngine> {
  const mine = all.filter((link) => request.routing.get(link.name) === name);
  const links = new Map(mine.map((link) => [link.name, { link, proxy: proxyName(name, request, link) }]));
  const lines = lineRelay();
  const engine = stack.use(await startEngine(name, { ...request, where: settings.where, links: mine, onLine: lines.line }, settings));
  watchEnd(engine, stack, sink);

  const control = controlOf(name, engine.url, settings.deadlineMs);
  const version = await control.client.getVersion().then(versionIn);
  const proxies = new Map([...links.values()].map(({ link, proxy }) => [proxy, link.name]));
  if (engine.shared) stack.defer(() => removeProxies(control, [...proxies.keys()]));
  await allOrFirstError([...links.values()].map(({ link, proxy }) => createProxy(control, request, name, link, proxy)));

  const common = { links: proxies, sink, control, engine, deadlineMs: settings.deadlineMs };
  const witness = name === 'own' ? await ownWitness(common) : toxiproxyWitness(common);
  stack.use(witness);
  if ('line' in witness) lines.to(witness.line as (line: string) => void);
  return { name, title: `${name} ${version}`, links, control, witness };
}

async function startEngine(name: EngineName, request: Parameters<typeof launchOwn>[0], settings: OpenSettings): Promise<Engine> {
  if (name === 'toxiproxy') return launchToxiproxy(await settings.findToxiproxy(), request);
  return settings.pool ? settings.pool.acquire() : launchOwn(request);
}

/**
 * Ours has the link's name alone: the proxy draws its chances from seed and name, and a replay must draw the
 * same. A Toxiproxy that somebody else started may hold the proxies of several runs.
 */
function proxyName(engine: EngineName, request: OpenRequest, link: Link): string {
  return apiName(engine === 'own' ? link.name : `${request.ground.runId}.${link.name}`);
}

async function createProxy(control: Control, request: OpenRequest, engine: EngineName, link: Link, name: string): Promise<void> {
  const place = request.ground.proxyPlace(link);
  const body: ICreateProxyBody = { name, listen: addressText(place.listen), upstream: addressText(place.upstream), enabled: true };
  const ours = { framing: link.framing, capture: link.capture !== 'none', seed: request.seed, label: link.name };
  const preamble = transportOf(request.topology, link) === 'stdio' && { preamble: true };
  await control.client.createProxy(engine === 'own' ? { ...body, ...ours, ...preamble } : body);
}

/** An engine that cannot any more has been reported as broken; its pool will replace it. */
async function removeProxies(control: Control, names: readonly string[]): Promise<void> {
  try {
    await allOrFirstError(names.map((name) => control.call('DELETE', `/proxies/${name}`)));
  } catch (error) {
    if (!(error instanceof InjectorError)) throw error;
  }
}

function watchEnd(engine: Engine, stack: AsyncDisposableStack, sink: NetworkSink): void {
  let disposing = false;
  stack.defer(() => {
    disposing = true;
  });
  void engine.ended.then((how) => {
    if (!disposing) sink.broken(`${engine.name}: ${how} in the middle of the run`);
  });
}

/** An engine's output begins before its witness exists; nothing of interest is in what comes before. */
function lineRelay(): { line: (line: string) => void; to: (receive: (line: string) => void) => void } {
  let receive: ((line: string) => void) | undefined;
  return {
    line: (line) => receive?.(line),
    to: (next) => {
      receive = next;
    },
  };
}

/** Waits for all, so that nothing is still under way when the first error is thrown. */
export async function allOrFirstError<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  return settled.map((each) => (each as PromiseFulfilledResult<T>).value);
}

function versionIn(text: string): string {
  return (JSON.parse(text) as { version: string }).version;
}
