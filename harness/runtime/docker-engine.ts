// The engine that containers run on, through the client of testcontainers (one container: docker-container.ts). That package is loaded at the first
// connection: its import takes some hundred milliseconds that a run of processes does not pay. Its reaper is not used,
// since it needs the Docker socket inside a container; every object is labelled with its run and swept by us instead.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import {
  BASE_LABEL,
  type Container,
  type ContainerPlan,
  createOptions,
  endpointSettings,
  NEIGHBOURS,
  ourContainer,
  removeContainer,
  RUN_LABEL,
} from './docker-container.ts';
import { call, tolerating, unlessEnded } from './engine-call.ts';
import { engineSockets, whyNoEngine } from './engine-socket.ts';
import { cureForImage, imageFor } from './images.ts';
import { poll } from './poll.ts';
import { baseFolder } from './run-folder.ts';
import { RuntimeError } from './runtime.ts';

export interface Engine {
  /** Why runs cannot live on this engine although it answers. */
  unsuitable(): Promise<string | undefined>;
  hasImage(image: string): Promise<boolean>;
  /** Pulls an image that is not there. @throws RuntimeError with the cure. */
  requireImage(image: string): Promise<void>;
  /** False when another network has an address of this range. */
  createNetwork(name: string, runId: string, subnet: string): Promise<boolean>;
  createContainer(plan: ContainerPlan): Promise<Container>;
  /** Takes a container off its network; gives the way back, to the same address and names. */
  cutOff(container: string, network: ContainerPlan['network']): Promise<() => Promise<void>>;
  /** What it cannot limit, with the cure. */
  limitless(): Promise<string | undefined>;
  /** Names of the run's containers that run now, and of its networks. */
  listRun(runId: string): Promise<{ containers: string[]; networks: string[] }>;
  /** Runs of this user's harnesses that have a container or network, whether or not they still have a folder. */
  runs(): Promise<string[]>;
  /** Removes all that carries the run's label; gives the names. */
  removeRun(runId: string): Promise<{ containers: string[]; networks: string[] }>;
}

const PULL_WITHIN_MS = 300_000;
const NO_ENGINE = 'no Docker engine answers (docker info fails): install docker.io and start dockerd, or use --runtime process';

/** What is missing for an engine to be here at all; cheap, without a connection. */
export function engineMissing(): string | undefined {
  const host = process.env['DOCKER_HOST'];
  if (host !== undefined && !host.startsWith('unix://'))
    return `DOCKER_HOST is ${host}: containers share folders with the harness, so use a local engine`;
  return engineSockets().some((place) => existsSync(place)) ? undefined : NO_ENGINE;
}

/** @throws RuntimeError when no engine answers. */
export async function connectEngine(): Promise<Engine> {
  const missing = engineMissing();
  if (missing !== undefined) throw new RuntimeError(missing);
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  const client = await getContainerRuntimeClient().catch(async (error: Error) => {
    const { why, cure } = await whyNoEngine();
    throw new RuntimeError(`${why}: ${cure}, or use --runtime process`, { cause: error });
  });
  const docker = client.container.dockerode;
  await call('ping', () => docker.ping());
  const { ApiVersion: version } = await call('version', () => docker.version());

  const hasImage = (image: string): Promise<boolean> =>
    call(`look for image ${image}`, () => client.image.exists(ImageName.fromString(image)));

  async function listRun(runId: string, all: boolean): ReturnType<Engine['listRun']> {
    const filters = { label: [`${RUN_LABEL}=${runId}`] };
    const [containers, networks] = await Promise.all([
      call('list containers', () => docker.listContainers({ all, filters })),
      call('list networks', () => docker.listNetworks({ filters })),
    ]);
    return {
      containers: containers.map(({ Names }) => (Names[0] ?? '').replace(/^\//, '')).toSorted(),
      networks: networks.map(({ Name }) => Name).toSorted(),
    };
  }

  return {
    async unsuitable() {
      const info = (await call('info', () => docker.info())) as { SecurityOptions?: string[]; OSType?: string };
      if (info.SecurityOptions?.some((option) => option.includes('rootless')))
        return 'the Docker engine is rootless and keeps its networks from the harness: use the system engine, or --runtime process';
      return undefined;
    },
    hasImage,
    async requireImage(image) {
      if (await hasImage(image)) return;
      // The bundled ones are built on this machine and published nowhere: whoever had that name would not be us.
      if (imageFor({ image }).bundled) throw new RuntimeError(cureForImage(image));
      await call(`pull ${image}`, () => client.image.pull(ImageName.fromString(image)), PULL_WITHIN_MS).catch((error: Error) => {
        throw new RuntimeError(cureForImage(image), { cause: error });
      });
    },
    async createNetwork(name, runId, subnet) {
      const settings = {
        Name: name,
        Driver: 'bridge',
        CheckDuplicate: true,
        // Nothing in it reaches the outside and nothing outside reaches in, except this machine itself.
        Internal: true,
        // For containers that somebody adds by hand and publishes: never on all interfaces.
        Options: { 'com.docker.network.bridge.host_binding_ipv4': '127.0.0.1' },
        IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
        Labels: { [RUN_LABEL]: runId, [BASE_LABEL]: baseFolder() },
      };
      try {
        const { id } = await call(`create network ${name}`, () => client.network.create(settings));
        await hearSoonOnHost(`br-${id.slice(0, 12)}`);
        return true;
      } catch (error) {
        if (error instanceof Error && /overlap/i.test(error.message)) return false;
        throw error;
      }
    },
    async createContainer(plan) {
      const container = await call(`create container ${plan.name}`, () => client.container.create(createOptions(plan, version)));
      return ourContainer(plan.name, container, (stream, out, err) => docker.modem.demuxStream(stream, out, err));
    },
    async cutOff(container, { name, address, aliases }) {
      const network = docker.getNetwork(name);
      await unlessEnded(`disconnect ${container}`, () => network.disconnect({ Container: container, Force: true }));
      return async () => {
        const endpoint = { IPAMConfig: { IPv4Address: address }, Aliases: [...aliases], ...endpointSettings(version) };
        await unlessEnded(`connect ${container}`, () => network.connect({ Container: container, EndpointConfig: endpoint }));
      };
    },
    async limitless() {
      const info = (await call('info', () => docker.info())) as { MemoryLimit?: boolean; PidsLimit?: boolean };
      const missing = [...(info.PidsLimit === false ? ['processes'] : []), ...(info.MemoryLimit === false ? ['memory'] : [])];
      return missing.length === 0 ? undefined : `the Docker engine cannot limit ${missing.join(' and ')}: boot with cgroup_enable=memory`;
    },
    listRun: (runId) => listRun(runId, false),
    async runs() {
      const filters = { label: [`${BASE_LABEL}=${baseFolder()}`] };
      const [containers, networks] = await Promise.all([
        call('list containers', () => docker.listContainers({ all: true, filters })),
        call('list networks', () => docker.listNetworks({ filters })),
      ]);
      return [...new Set([...containers, ...networks].flatMap(({ Labels }) => Labels?.[RUN_LABEL] ?? []))].toSorted();
    },
    async removeRun(runId) {
      const found = await listRun(runId, true);
      await Promise.all(found.containers.map((name) => removeContainer(docker.getContainer(name), name)));
      await Promise.all(found.networks.map((name) => removeNetwork(docker.getNetwork(name), name)));
      return found;
    },
  };
}

/** Only root may: for others a dial of the harness itself to a stopped container takes the kernel's usual seconds. */
async function hearSoonOnHost(bridge: string): Promise<void> {
  const writes = Object.entries(NEIGHBOURS).map(([setting, value]) => writeFile(`/proc/sys/net/ipv4/neigh/${bridge}/${setting}`, value));
  await Promise.allSettled(writes);
}

async function removeNetwork(network: { remove(): Promise<unknown> }, name: string): Promise<void> {
  // Endpoints of removed containers leave the network a little later.
  const removed = await poll(
    async () => {
      try {
        await tolerating([404], () => call(`remove network ${name}`, () => network.remove()));
        return true;
      } catch (error) {
        if (error instanceof Error && /active endpoints/.test(error.message)) return undefined;
        throw error;
      }
    },
    { withinMs: 5_000 },
  );
  if (!removed) throw new RuntimeError(`network ${name} still has containers: see 'docker network inspect ${name}'`);
}
