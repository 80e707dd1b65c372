// What is started and how it is joined. Plain data: commands and variables carry placeholders that the
// runtime fills, so one topology runs as processes and as containers.
//
//   {node}               the Node binary            {source}            the folder of the system's code
//   {state}              a private folder           {listen.NAME.host}  own listener (.port, .path)
//   {LINK.host}          where that link is dialled (.port, .path), e.g. {bridge->room.port}
import { DRIVER, type Link, type Transport } from './link.ts';

export type Listener = { transport: 'tcp'; port: number } | { transport: 'unix'; file: string };

export type Readiness =
  /** A line on stdout or stderr holds this text. */
  | { when: 'log'; contains: string }
  /** The listener accepts a connection. */
  | { when: 'listening'; listener: string }
  /** GET answers 2xx. */
  | { when: 'http'; listener: string; path: string };

export interface Node {
  name: string;
  /** What it is, for fingerprints: two desktops share a role. */
  role: string;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  listens: Readonly<Record<string, Listener>>;
  ready: Readiness;
  readyWithinMs: number;
  /** From SIGTERM to the end of its last process. */
  stopWithinMs: number;
  /** Container image; the bundled base image with Node when absent. */
  image?: string;
  /** Started after these; by default every node that one of its links dials. */
  after?: readonly string[];
  /** Its longest own timer in milliseconds (retry ceiling, heartbeat): a wait below it is no hang. */
  longestTimerMs?: number;
}

export interface Topology {
  nodes: readonly Node[];
  links: readonly Link[];
}

export class TopologyError extends Error {}

export function nodeNamed(topology: Topology, name: string): Node {
  const node = topology.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new TopologyError(`no node '${name}'; there are ${topology.nodes.map((n) => n.name).join(', ')}`);
  return node;
}

export function linkNamed(topology: Topology, name: string): Link {
  const link = topology.links.find((candidate) => candidate.name === name);
  if (!link) throw new TopologyError(`no link '${name}'; there are ${topology.links.map((l) => l.name).join(', ')}`);
  return link;
}

export function listenerOf(topology: Topology, link: Link): Listener {
  const listener = nodeNamed(topology, link.to).listens[link.listener];
  if (!listener) throw new TopologyError(`link '${link.name}': node '${link.to}' has no listener '${link.listener}'`);
  return listener;
}

export function transportOf(topology: Topology, link: Link): Transport {
  return listenerOf(topology, link).transport;
}

/** Layers of nodes: each layer may start at once, after the one before. @throws TopologyError on a cycle. */
export function startOrder(topology: Topology): readonly (readonly Node[])[] {
  const waitsFor = new Map(topology.nodes.map((node) => [node.name, new Set(node.after ?? dialled(topology, node))]));
  const layers: Node[][] = [];
  const started = new Set<string>();
  while (started.size < topology.nodes.length) {
    const layer = topology.nodes.filter(
      (node) => !started.has(node.name) && [...(waitsFor.get(node.name) ?? [])].every((name) => started.has(name)),
    );
    if (layer.length === 0) {
      const rest = topology.nodes.filter((node) => !started.has(node.name)).map((node) => node.name);
      throw new TopologyError(`the start order has a cycle among ${rest.join(', ')}; name 'after' on one of them`);
    }
    for (const node of layer) started.add(node.name);
    layers.push(layer);
  }
  return layers;
}

/** @throws TopologyError naming the first thing that is wrong. */
export function checkTopology(topology: Topology): void {
  const names = new Set<string>();
  for (const node of topology.nodes) {
    if (node.name === DRIVER || names.has(node.name)) throw new TopologyError(`node name '${node.name}' is taken`);
    if (!/^[a-z][a-z0-9-]*$/.test(node.name))
      throw new TopologyError(`node name '${node.name}': use lower-case letters, digits and dashes`);
    names.add(node.name);
    for (const name of node.after ?? []) nodeNamed(topology, name);
  }
  const links = new Set<string>();
  for (const link of topology.links) {
    if (links.has(link.name)) throw new TopologyError(`link name '${link.name}' is taken`);
    links.add(link.name);
    if (link.from !== DRIVER) nodeNamed(topology, link.from);
    listenerOf(topology, link);
  }
  startOrder(topology);
}

function dialled(topology: Topology, node: Node): string[] {
  return topology.links.filter((link) => link.from === node.name && link.to !== node.name).map((link) => link.to);
}
