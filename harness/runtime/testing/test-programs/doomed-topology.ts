// One node that goes on without its harness, with a grandchild that nobody knows, and one that ends with it.
import type { Node, Topology } from '../../../model/system/topology.ts';

export const doomedTopology: Topology = {
  nodes: [node('careless', 7_201, 'forks-twice', 'forked twice'), node('careful', 7_202, 'ends-with-stdin', 'ready to serve')],
  links: [],
};

function node(name: string, port: number, word: string, contains: string): Node {
  return {
    name,
    role: 'subject',
    command: ['{node}', '{source}/subject.ts', word],
    env: { NAME: name, HOST: '{listen.api.host}', PORT: '{listen.api.port}' },
    listens: { api: { transport: 'tcp', port } },
    ready: { when: 'log', contains },
    readyWithinMs: 20_000,
    stopWithinMs: 2_000,
  };
}
