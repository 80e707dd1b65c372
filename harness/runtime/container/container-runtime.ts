// Nodes as containers of a local Docker engine, on a network of the run's own. Every node has a fixed address in it, and
// the harness reaches containers by these addresses over the bridge. So the kernel carries each byte, reset and silence as
// it is. A published port would put the engine's relay between the driver and a fault.
import { createHash } from 'node:crypto';
import { addressBook } from '../ground/addresses.ts';
import { type ContainerAddresses, containerAddresses } from './container-addresses.ts';
import { containerHolds } from './container-faults.ts';
import { mountsFor, NODE_INSIDE } from './container-mounts.ts';
import { endContainer, runningContainer } from './container-node.ts';
import type { Container, ContainerPlan, StartedContainer } from './docker-container.ts';
import { connectEngine, type Engine, engineMissing } from './docker-engine.ts';
import { LIBRARY_INSIDE } from '../linux/fake-clock.ts';
import { cureForImage, imageFor, IMAGES } from './images/images.ts';
import { lackIn } from '../faults/holds.ts';
import type { LogLines } from '../logs/log-lines.ts';
import { fileFaultLacks } from '../ground/node-files.ts';
import { nodeFolder } from '../ground/node-home.ts';
import type { PlannedProgram } from '../ground/planned-program.ts';
import type { RunFolder } from '../ground/run-folder.ts';
import {
  type Belongings,
  type DemandingStep,
  type GroundRequest,
  type Leftover,
  type Runtime,
  RuntimeError,
  type RuntimeSettings,
} from '../runtime.ts';
import { type Life, openGround, type Primitives } from '../ground/shared-ground.ts';

const SUBNETS = 512;
const PATH_INSIDE = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface ContainerLife extends Life {
  container: Container;
  started: StartedContainer;
}

export function containerRuntime(settings: RuntimeSettings = {}): Runtime {
  return {
    name: 'container',
    helpers: 'container',
    unavailable,
    refuses: (step) => (step.on === 'terminal' ? 'only a node that is a process gets one' : undefined),
    lacks: (step) => lacks(step, settings),
    prepare: (request) => openGround('container', request, (place, undo) => settle(request, place, settings, undo)),
    belongings,
  };
}

const belongings: Belongings = {
  async runs() {
    return engineMissing() === undefined ? await (await connectEngine()).runs() : [];
  },
  async remove(runId) {
    return { ...(await (await connectEngine()).removeRun(runId)) };
  },
};

async function lacks(step: DemandingStep, { pipeWritable }: RuntimeSettings): Promise<string | undefined> {
  if (step.on === 'file') return await fileFaultLacks(step.fault);
  // The bundled image has the library; an image of a user's own is looked at when its node runs.
  if (step.on === 'clock' || step.on === 'terminal') return undefined;
  return await lackIn(containerHolds(pipeWritable), step.fault);
}

async function unavailable(): Promise<string | undefined> {
  const missing = engineMissing();
  if (missing !== undefined) return missing;
  try {
    const engine = await connectEngine();
    return (await engine.unsuitable()) ?? ((await engine.hasImage(IMAGES.base)) ? undefined : cureForImage(IMAGES.base));
  } catch (error) {
    if (error instanceof RuntimeError) return error.message;
    throw error;
  }
}

async function settle(
  request: GroundRequest,
  place: RunFolder,
  settings: RuntimeSettings,
  undo: AsyncDisposableStack,
): Promise<Primitives<ContainerLife>> {
  const { runId, topology } = request;
  const engine = await connectEngine();
  undo.defer(async () => void (await engine.removeRun(runId)));
  const images = new Set(topology.nodes.map((node) => imageFor(node).image));
  const [network] = await Promise.all([openNetwork(engine, runId), ...[...images].map((image) => engine.requireImage(image))]);
  const addresses = containerAddresses(request, network.prefix);
  return containerGround(request, place.folder, settings, { engine, network: network.name, addresses });
}

/** The engine itself says which ranges are taken: the search starts at a place of the run's own. */
async function openNetwork(engine: Engine, runId: string): Promise<{ name: string; prefix: string }> {
  const name = `tornwire-${runId}`;
  const first = createHash('sha256').update(runId).digest().readUInt16BE(0);
  for (let step = 0; step < 64; step += 1) {
    const number = (first + step) % SUBNETS;
    const prefix = `198.${18 + Math.floor(number / 256)}.${number % 256}.`;
    if (await engine.createNetwork(name, runId, `${prefix}0/24`)) return { name, prefix };
  }
  throw new RuntimeError('64 networks in a row are taken in 198.18.0.0/15: remove old ones with docker network prune');
}

interface ContainerSite {
  engine: Engine;
  network: string;
  addresses: ContainerAddresses;
}

function containerGround(
  request: GroundRequest,
  folder: string,
  { pipeWritable }: RuntimeSettings,
  { engine, network, addresses }: ContainerSite,
): Primitives<ContainerLife> {
  const { runId, topology, proxied, source } = request;
  const kept = keptContainers(engine);

  async function spawn(planned: PlannedProgram, log: LogLines): Promise<ContainerLife> {
    const { who } = planned;
    const { image, bundled } = imageFor(planned);
    if (who.kind === 'program') await engine.requireImage(image);
    const container = await kept.container({
      name: `${network}-${who.name}`,
      runId,
      hostname: who.name,
      image,
      command: planned.command,
      env: planned.env,
      workingFolder: planned.workingFolder,
      network: { name: network, ...addresses.of(who) },
      hosts: addresses.names(),
      mounts: mountsFor(folder, bundled, who.kind === 'node' ? source : undefined, planned.reads),
    });
    const started = await container.start(log);
    return lifeOf(container, started, who.kind === 'node' ? () => endContainer(started) : () => kept.remove(container));
  }

  return {
    surroundings: {
      request,
      folder,
      book: addressBook(topology, proxied, folder, addresses.hosts),
      path: PATH_INSIDE,
      nodeBinary: (image) => (imageFor({ image }).bundled ? NODE_INSIDE : 'node'),
    },
    bind: addresses.hosts.bind,
    clockLibrary: () => LIBRARY_INSIDE,
    api: async (program) => ({ host: addresses.open(program), port: program.apiPort }),
    spawn,
    running: (node, { container, started }, log) =>
      runningContainer(node, started, log, {
        runId,
        folder: (which) => nodeFolder(folder, node.name, which),
        pipeWritable,
        cutOff: () => engine.cutOff(container.name, { name: network, ...addresses.of({ kind: 'node', name: node.name }) }),
      }),
    async alive({ programs }) {
      const found = await engine.listRun(runId);
      const strangers = found.containers.filter((name) => !programs.includes(name.slice(network.length + 1)));
      return [
        ...strangers.map((name) => containerLeftover(name, name.slice(network.length + 1), addresses)),
        ...found.networks.filter((name) => name !== network).map((detail): Leftover => ({ what: 'network', detail })),
      ];
    },
    end: async () => void (await engine.removeRun(runId)),
  };
}

/** A container keeps its command and variables, so one that was made for another start gives its place to a new one. */
function keptContainers(engine: Engine): {
  container(plan: ContainerPlan): Promise<Container>;
  remove(container: Container): Promise<void>;
} {
  const kept = new Map<string, { container: Container; plan: string }>();
  return {
    async container(plan) {
      const known = kept.get(plan.name);
      if (known?.plan === JSON.stringify(plan)) return known.container;
      await known?.container.remove();
      const container = await engine.createContainer(plan);
      kept.set(plan.name, { container, plan: JSON.stringify(plan) });
      return container;
    },
    async remove(container) {
      kept.delete(container.name);
      await container.remove();
    },
  };
}

function lifeOf(container: Container, started: StartedContainer, kill: () => Promise<void>): ContainerLife {
  return {
    container,
    started,
    exited: started.exited,
    get ended() {
      return started.ended;
    },
    kill,
  };
}

function containerLeftover(detail: string, name: string, addresses: ContainerAddresses): Leftover {
  return { what: 'container', detail, ...(addresses.isNode(name) ? { node: name } : {}) };
}
