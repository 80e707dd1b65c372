// Fills the placeholders of a node's command and variables. model/system/topology.ts lists them. Other braces (JSON,
// `${SHELL}`) stay as they are.
import type { Address } from '../../model/system/link.ts';
import { listenerOf, type Node, outsideOf, type Topology, TopologyError } from '../../model/system/topology.ts';
import { RuntimeError } from '../runtime.ts';

/** What each placeholder stands for; asked only when it is used, because some addresses exist only later. */
export type Fillers = ReadonlyMap<string, () => string>;

export interface NodePlace {
  run: string;
  case: string;
  nodeBinary: string;
  source: string | undefined;
  state: string;
  home: string;
  listen(listener: string): Address;
  dial(link: string): Address;
  /** What starts the child at the other end of a stdio link; absent where the runtime cannot do that. */
  stdio?(link: string): { words: readonly string[]; wrapper: string };
}

const PLACEHOLDER = /(?<!\$)\{([^{}\s"']+)\}/g;

/** @throws TopologyError naming an unknown placeholder and those that exist. */
export function fill(text: string, fillers: Fillers, where: string): string {
  return text.replaceAll(PLACEHOLDER, (whole, name: string) => {
    const filler = fillers.get(name);
    if (filler) return filler();
    const valid = [...fillers.keys()].map((key) => `{${key}}`).join(' ');
    throw new TopologyError(`${where}: unknown placeholder ${whole}; there are ${valid}`);
  });
}

export function fillAll(command: readonly string[], fillers: Fillers, where: string): string[] {
  return command.map((word) => fill(word, fillers, where));
}

export function fillVariables(env: Readonly<Record<string, string>>, fillers: Fillers, where: string): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value, fillers, `${where}, variable ${name}`)]));
}

export function nodeFillers(node: Node, topology: Topology, place: NodePlace): Fillers {
  const { source } = place;
  const fillers = new Map([
    ['node', () => place.nodeBinary],
    ['state', () => place.state],
    ['home', () => place.home],
    ['run', () => place.run],
    ['case', () => place.case],
  ]);
  if (source !== undefined) fillers.set('source', () => source);
  for (const [name, listener] of Object.entries(node.listens)) {
    if (listener.transport !== 'stdio') addAddress(fillers, `listen.${name}`, listener.transport, () => place.listen(name));
  }
  for (const link of topology.links) {
    const listener = outsideOf(topology, link)
      ? listenerOf(topology, link)
      : topology.nodes.find((candidate) => candidate.name === link.to)?.listens[link.listener];
    if (listener?.transport !== 'stdio') {
      if (listener) addAddress(fillers, link.name, listener.transport, () => place.dial(link.name));
    } else if (link.from === node.name) {
      fillers.set(`${link.name}.command`, () => JSON.stringify(stdioOf(place, link.name).words));
      fillers.set(`${link.name}.path`, () => stdioOf(place, link.name).wrapper);
    }
  }
  return fillers;
}

function stdioOf(place: NodePlace, link: string): { words: readonly string[]; wrapper: string } {
  if (place.stdio) return place.stdio(link);
  throw new RuntimeError(`link '${link}': stdio links run in the process runtime only`);
}

function addAddress(fillers: Map<string, () => string>, name: string, transport: 'tcp' | 'unix', address: () => Address): void {
  const part = (key: 'host' | 'port' | 'path'): (() => string) => {
    return () => {
      const parts: Partial<Record<typeof key, string | number>> = address();
      return String(parts[key]);
    };
  };
  if (transport === 'unix') {
    fillers.set(`${name}.path`, part('path'));
    return;
  }
  fillers.set(`${name}.host`, part('host'));
  fillers.set(`${name}.port`, part('port'));
}
