// The engine that containers run on, through the client of testcontainers (one container: docker-container.ts). That
// package may be missing (client-package.ts), and it is loaded at the first connection, because its import takes some
// hundred milliseconds that a run of processes need not pay. Its reaper is not used, because it needs the Docker socket inside a container. Instead, every object is
// labelled with its run, and our own sweep removes it.
import type { ContainerRuntimeClient } from 'testcontainers';
import { type Container, type ContainerPlan, createOptions, ourContainer } from './docker-container.ts';
import { type EngineNetworks, engineNetworks } from './docker-networks.ts';
import { type EngineRuns, engineRuns } from './docker-runs.ts';
import { noClient } from './client-package.ts';
import { call } from './engine-call.ts';
import { type NoEngine, noLocalSocket, whyNoEngine } from './engine-socket.ts';
import { cureForImage, imageFor } from './images/images.ts';
import { RuntimeError } from '../runtime.ts';

export interface Engine extends EngineImages, EngineNetworks, EngineRuns {
  readonly version: string;
  /** Why runs cannot live on this engine although it answers. */
  unsuitable(): Promise<string | undefined>;
  /** What it cannot limit, with the cure. */
  cannotLimit(): Promise<string | undefined>;
  createContainer(plan: ContainerPlan): Promise<Container>;
}

interface EngineImages {
  hasImage(image: string): Promise<boolean>;
  /** Pulls an image that is not there. @throws RuntimeError with the cure. */
  requireImage(image: string): Promise<void>;
}

/** What the engine tells about itself, as far as it is asked here. */
interface EngineInfo {
  SecurityOptions?: string[];
  MemoryLimit?: boolean;
  PidsLimit?: boolean;
}

const PULL_WITHIN_MS = 300_000;

/** What is missing for an engine to be here and to be asked at all; cheap, without a connection. */
export function engineMissing(): string | undefined {
  const missing = nothingToAsk();
  return missing && inWords(missing);
}

function nothingToAsk(): NoEngine | undefined {
  return noLocalSocket() ?? noClient();
}

/** No engine is here for containers to run on, or nothing that could talk to it. */
export class NoEngineError extends RuntimeError {
  readonly missing: NoEngine;
  constructor(missing: NoEngine, options?: ErrorOptions) {
    super(inWords(missing), options);
    this.missing = missing;
  }
}

function inWords({ why, cure }: NoEngine): string {
  return `${why}: ${cure}, or use --runtime process`;
}

/** @throws NoEngineError when no engine answers, or nothing is installed that could ask it. */
export async function connectEngine(): Promise<Engine> {
  const missing = nothingToAsk();
  if (missing) throw new NoEngineError(missing);
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  const client = await getContainerRuntimeClient().catch(async (cause: Error) => {
    throw new NoEngineError(await whyNoEngine(), { cause });
  });
  const docker = client.container.dockerode;
  await call('ping', () => docker.ping());
  const { ApiVersion: version, Version: release } = await call('version', () => docker.version());
  const info = (): Promise<EngineInfo> => call('info', async () => (await docker.info()) as EngineInfo);
  return {
    version: release,
    ...engineImages(client, (image) => ImageName.fromString(image)),
    ...engineNetworks(client, version),
    ...engineRuns(docker),
    unsuitable: async () => unsuitable(await info()),
    cannotLimit: async () => cannotLimit(await info()),
    async createContainer(plan) {
      const container = await call(`create container ${plan.name}`, () => client.container.create(createOptions(plan, version)));
      return ourContainer(plan.name, container, (stream, out, err) => docker.modem.demuxStream(stream, out, err));
    },
  };
}

type ImageName = Parameters<ContainerRuntimeClient['image']['exists']>[0];

function engineImages(client: ContainerRuntimeClient, named: (image: string) => ImageName): EngineImages {
  const hasImage = (image: string): Promise<boolean> => call(`look for image ${image}`, () => client.image.exists(named(image)));
  return {
    hasImage,
    async requireImage(image) {
      if (await hasImage(image)) return;
      // The bundled ones are built on this machine and published nowhere: whoever had that name would not be us.
      if (imageFor({ image }).bundled) throw new RuntimeError(cureForImage(image));
      await call(`pull ${image}`, () => client.image.pull(named(image)), PULL_WITHIN_MS).catch((error: Error) => {
        throw new RuntimeError(cureForImage(image), { cause: error });
      });
    },
  };
}

function unsuitable({ SecurityOptions: options }: EngineInfo): string | undefined {
  return options?.some((option) => option.includes('rootless'))
    ? 'the Docker engine is rootless and keeps its networks from the harness: use the system engine, or --runtime process'
    : undefined;
}

function cannotLimit({ PidsLimit: processes, MemoryLimit: memory }: EngineInfo): string | undefined {
  const missing = [...(processes === false ? ['processes'] : []), ...(memory === false ? ['memory'] : [])];
  return missing.length === 0 ? undefined : `the Docker engine cannot limit ${missing.join(' and ')}: boot with cgroup_enable=memory`;
}
