// What is wrong with scenarios and adapters, seen without starting a program: files that do not load, topologies and schedules that do not
// fit together, placeholders that stand for nothing, ports that collide, faults that no engine and no runtime can carry.
import { relative } from 'node:path';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import type { Topology } from '../../model/system/topology.ts';
import { addressBook, type Hosts } from '../../runtime/ground/addresses.ts';
import { fillAll, fillVariables, nodeFillers } from '../../runtime/ground/placeholders.ts';
import { impossibleFaults } from './impossible-faults.ts';
import { placeOf } from './place-of.ts';

export interface Mistake {
  /** `scenarios/a.scenario.ts:12`, seen from where the command runs. */
  place: string;
  scenario: string;
  what: string;
}

/** @param root where paths are seen from that a worker has named */
export async function mistakesIn(root: string, scenarios: readonly DescribedScenario[]): Promise<Mistake[]> {
  const found = await Promise.all(scenarios.map((each) => mistakesOf(root, each)));
  return found.flat();
}

async function mistakesOf(root: string, scenario: DescribedScenario): Promise<Mistake[]> {
  const { name, file, broken, mistake, topology } = scenario;
  const at = (what: string): Mistake => ({ ...placeOf(what, file, root), scenario: name });
  if (broken !== undefined) return [at(broken.replace(`${relative(root, file)} gives no scenario: `, ''))];
  // It begins with the file, which the place names already.
  if (mistake !== undefined) return [at(mistake.replace(`${relative(root, file)}: `, ''))];
  if (topology === undefined) return [];
  return [...topologyMistakes(topology, scenario.source?.folder), ...(await impossibleFaults(topology, scenario.schedule))].map(at);
}

/** What is found otherwise when its nodes are started. */
function topologyMistakes(topology: Topology, source: string | undefined): string[] {
  const book = problemIn(() => addressBook(topology, topology.links, '/x', ANYWHERE));
  return [
    ...book,
    ...topology.nodes.flatMap((node) =>
      problemIn(() => {
        const address = { transport: 'tcp', host: 'x', port: 1 } as const;
        const place = { run: 'x', case: 'x', nodeBinary: 'x', source, state: 'x', home: 'x', listen: () => address, dial: () => address };
        const fillers = nodeFillers(node, topology, { ...place, stdio: () => ({ words: [], wrapper: 'x' }) });
        fillAll([...node.command, node.cwd ?? ''], fillers, `node '${node.name}'`);
        fillVariables(node.env, fillers, `node '${node.name}'`);
      }),
    ),
  ];
}

const ANYWHERE: Hosts = {
  bind: 'x',
  inside: { node: () => 'x', proxy: () => 'x' },
  outside: { node: () => 'x', proxy: () => 'x' },
};

function problemIn(look: () => unknown): string[] {
  try {
    look();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
