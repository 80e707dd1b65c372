// Networks of runs on the engine: how one is made and removed, and how a container leaves and enters it.
import { writeFile } from 'node:fs/promises';
import type { ContainerRuntimeClient } from 'testcontainers';
import { BASE_LABEL, type ContainerPlan, endpointSettings, NEIGHBOURS, RUN_LABEL } from './docker-container.ts';
import { call, tolerating, unlessEnded } from './engine-call.ts';
import { poll } from '../linux/poll.ts';
import { baseFolder } from '../ground/run-folder.ts';
import { RuntimeError } from '../runtime.ts';

export type Docker = ContainerRuntimeClient['container']['dockerode'];

export interface EngineNetworks {
  /** False when another network has an address of this range. */
  createNetwork(name: string, runId: string, subnet: string): Promise<boolean>;
  /** Takes a container off its network; gives the way back, to the same address and names. */
  cutOff(container: string, network: ContainerPlan['network']): Promise<() => Promise<void>>;
}

/** @param version of the engine's API */
export function engineNetworks(client: ContainerRuntimeClient, version: string): EngineNetworks {
  const docker = client.container.dockerode;
  return {
    async createNetwork(name, runId, subnet) {
      try {
        const { id } = await call(`create network ${name}`, () => client.network.create(networkOptions(name, runId, subnet)));
        await hearSoonOnHost(`br-${id.slice(0, 12)}`);
        return true;
      } catch (error) {
        if (error instanceof Error && /overlap/i.test(error.message)) return false;
        throw error;
      }
    },
    async cutOff(container, { name, address, aliases }) {
      const network = docker.getNetwork(name);
      await unlessEnded(`disconnect ${container}`, () => network.disconnect({ Container: container, Force: true }));
      return async () => {
        const endpoint = { IPAMConfig: { IPv4Address: address }, Aliases: [...aliases], ...endpointSettings(version) };
        await unlessEnded(`connect ${container}`, () => network.connect({ Container: container, EndpointConfig: endpoint }));
      };
    },
  };
}

function networkOptions(name: string, runId: string, subnet: string): Parameters<ContainerRuntimeClient['network']['create']>[0] {
  return {
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
}

/** Only root may: for others a dial of the harness itself to a stopped container takes the kernel's usual seconds. */
async function hearSoonOnHost(bridge: string): Promise<void> {
  const writes = Object.entries(NEIGHBOURS).map(([setting, value]) => writeFile(`/proc/sys/net/ipv4/neigh/${bridge}/${setting}`, value));
  await Promise.allSettled(writes);
}

export async function removeNetwork(network: { remove(): Promise<unknown> }, name: string): Promise<void> {
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
