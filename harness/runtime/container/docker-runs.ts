// What runs have on the engine. Every container and network carries labels, and this file finds them by these.
import { BASE_LABEL, removeContainer, RUN_LABEL } from './docker-container.ts';
import { type Docker, removeNetwork } from './docker-networks.ts';
import { call } from './engine-call.ts';
import { baseFolder } from '../ground/run-folder.ts';

interface Found {
  containers: string[];
  networks: string[];
}

export interface EngineRuns {
  /** Names of the run's containers that run now, and of its networks. */
  listRun(runId: string): Promise<Found>;
  /** Runs of this user's harnesses that have a container or network, whether or not they still have a folder. */
  runs(): Promise<string[]>;
  /** Removes all that carries the run's label; gives the names. */
  removeRun(runId: string): Promise<Found>;
}

export function engineRuns(docker: Docker): EngineRuns {
  const labelled = async (label: string, all: boolean): Promise<Labelled> => {
    const filters = { label: [label] };
    const [containers, networks] = await Promise.all([
      call('list containers', () => docker.listContainers({ all, filters })),
      call('list networks', () => docker.listNetworks({ filters })),
    ]);
    return { containers, networks };
  };
  return {
    listRun: async (runId) => namesOf(await labelled(`${RUN_LABEL}=${runId}`, false)),
    runs: async () => runsOf(await labelled(`${BASE_LABEL}=${baseFolder()}`, true)),
    async removeRun(runId) {
      const found = namesOf(await labelled(`${RUN_LABEL}=${runId}`, true));
      await Promise.all(found.containers.map((name) => removeContainer(docker.getContainer(name), name)));
      await Promise.all(found.networks.map((name) => removeNetwork(docker.getNetwork(name), name)));
      return found;
    },
  };
}

/** As the engine lists them. */
interface Labelled {
  containers: readonly { Names: readonly string[]; Labels?: Readonly<Record<string, string>> | undefined }[];
  networks: readonly { Name: string; Labels?: Readonly<Record<string, string>> | undefined }[];
}

function namesOf({ containers, networks }: Labelled): Found {
  return {
    containers: containers.map(({ Names: [name = ''] }) => name.replace(/^\//, '')).toSorted(),
    networks: networks.map(({ Name: name }) => name).toSorted(),
  };
}

function runsOf({ containers, networks }: Labelled): string[] {
  return [...new Set([...containers, ...networks].flatMap(({ Labels: labels }) => labels?.[RUN_LABEL] ?? []))].toSorted();
}
