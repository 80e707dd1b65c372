// Which node a view or a side probe asks. It is settled once, as the answer is recorded, so that nobody looks for it in a name later.
import type { Topology } from '../../model/system/topology.ts';

/** The node that it names in `node`; without one the node whose name it bears. Empty when it asks no node. */
export function askedNode(asker: { name: string; node?: string }, { nodes }: Topology): { node?: string } {
  const node = asker.node ?? nodes.find(({ name }) => name === asker.name)?.name;
  return node === undefined ? {} : { node };
}
