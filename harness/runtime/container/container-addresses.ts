// The addresses and names of each program in the network of a run of containers:
//
//   198.18.n.0/24        one run's network (198.18.0.0/15 is set aside for tests, RFC 2544)
//           .16 ...      nodes in the topology's order
//           .200 ...     helper programs, which hold the links' proxies
import type { Link } from '../../model/system/link.ts';
import type { Hosts } from '../ground/addresses.ts';
import type { Inhabitant } from '../ground/node-home.ts';
import { type GroundRequest, type Program, RuntimeError } from '../runtime.ts';

export interface ContainerAddresses {
  hosts: Hosts;
  isNode(name: string): boolean;
  /** The next free address is this program's, and the proxies of its links are reached there. @throws RuntimeError when none is free. */
  open(program: Pick<Program, 'name' | 'links'>): string;
  /** Its address, and its names in the run's network. @throws for a program that was not opened and a node of no topology. */
  of(who: Inhabitant): { address: string; aliases: string[] };
  /** Names that must resolve whether their container runs or not. */
  names(): Record<string, string>;
}

const NODE_FIRST = 16;
const PROGRAM_FIRST = 200;
const HOST_LAST = 254;

/** @param prefix `198.18.n.` @throws RuntimeError when there are more nodes than addresses */
export function containerAddresses({ topology, proxied }: GroundRequest, prefix: string): ContainerAddresses {
  if (topology.nodes.length > PROGRAM_FIRST - NODE_FIRST)
    throw new RuntimeError(`at most ${PROGRAM_FIRST - NODE_FIRST} nodes fit in a run's network`);
  const nodes = new Map(topology.nodes.map((node, index) => [node.name, `${prefix}${NODE_FIRST + index}`]));
  const programs = new Map<string, { address: string; links: readonly Link[] }>();
  const proxies = new Map<string, string>();
  let opened = 0;
  const alias = (link: Pick<Link, 'name'>): string => aliasAt(proxied.findIndex(({ name }) => name === link.name));

  return {
    hosts: {
      bind: '0.0.0.0',
      inside: { node: (name) => name, proxy: (_link, index) => aliasAt(index) },
      outside: {
        node: (name) => nodes.get(name) ?? unknown(`node '${name}' is not in this run's topology`),
        proxy: ({ name }) => proxies.get(name) ?? unknown(`no program was launched yet that holds the proxy of link '${name}'`),
      },
    },
    isNode: (name) => nodes.has(name),
    open({ name, links }) {
      const number = PROGRAM_FIRST + opened;
      if (number > HOST_LAST) throw new RuntimeError(`at most ${HOST_LAST - PROGRAM_FIRST + 1} programs are launched in one run`);
      opened += 1;
      const address = `${prefix}${number}`;
      programs.set(name, { address, links });
      for (const link of links) proxies.set(link.name, address);
      return address;
    },
    of({ kind, name }) {
      const program = programs.get(name);
      const address = (kind === 'node' ? nodes.get(name) : program?.address) ?? unknown(`${kind} '${name}' has no address in this run`);
      return { address, aliases: [name, ...(kind === 'program' ? (program?.links ?? []).map(alias) : [])] };
    },
    names: () => Object.fromEntries([...nodes, ...[...proxies].map(([name, address]): [string, string] => [alias({ name }), address])]),
  };
}

/** The host name under which nodes dial the n-th proxied link. */
function aliasAt(index: number): string {
  return `link-${index}`;
}

function unknown(what: string): never {
  throw new Error(what);
}
