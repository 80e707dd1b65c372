// Who is reached at which address. All addresses are fixed before anything starts, so that each exists for the whole run.
// Nodes and proxies have the same ports and socket files in every runtime. Only the hosts differ, and they depend on where
// one looks from.
//
//   <folder>/sockets/<node>.<file>   a node's unix listener        <node's port>   a node's TCP listener
//   <folder>/sockets/<n>.sock        the n-th proxied link         20000 + n       the n-th proxied link
//   <folder>/stdio/<n>/              the n-th link over stdio: a child has no address, so its link's far half is dialled
import { join } from 'node:path';
import { type Address, DRIVER, type Link } from '../../model/system/link.ts';
import { type Listener, listenerOf, nodeNamed, outsideOf, type Topology, TopologyError, transportOf } from '../../model/system/topology.ts';
import { type ProxyPlace, RuntimeError } from '../runtime.ts';
import { stdioPlace } from './stdio-place.ts';

/** Hosts as somebody sees them. */
export interface View {
  node(name: string): string;
  proxy(link: Link, index: number): string;
}

export interface Hosts {
  /** What nodes and proxies bind. */
  bind: string;
  /** Seen by nodes and proxies. */
  inside: View;
  /** Seen by the harness. */
  outside: View;
  /** A listener with a host of its own is reached there. */
  ownHosts?: boolean;
  /** Of what the machine's network has, seen from a box: where it is dialled, and the socket file that leads there. */
  beyond?(address: { host: string; port: number }): { listen?: Address | undefined; upstream: Address };
}

export interface AddressBook {
  /** What a node's own listener binds. */
  readonly listen: (node: string, listener: string) => Address;
  readonly proxyPlace: (link: Link) => ProxyPlace;
  readonly dial: (link: Link) => Address;
  readonly direct: (node: string, listener: string) => Address;
  /** What nodes and proxies bind. */
  readonly tcp: readonly { host: string; port: number }[];
}

const PROXY_PORT_FIRST = 20_000;
/** A socket address holds 108 bytes with the closing zero (unix(7)); some languages refuse the last ones. */
const SOCKET_PATH_BYTES_MAX = 99;

/** @throws TopologyError on ports that collide, RuntimeError on socket paths that are too long. */
export function addressBook(topology: Topology, proxied: readonly Link[], folder: string, hosts: Hosts): AddressBook {
  const indexes = new Map(proxied.map((link, index) => [link.name, index]));
  const listenerAt = (name: string, listener: string, host: string): Address => {
    const found = nodeNamed(topology, name).listens[listener];
    if (!found) throw new TopologyError(`node '${name}' has no listener '${listener}'`);
    switch (found.transport) {
      case 'tcp':
        return { transport: 'tcp', host: (hosts.ownHosts === true ? found.host : undefined) ?? host, port: found.port };
      case 'unix':
        return { transport: 'unix', path: join(folder, 'sockets', `${name}.${found.file}`) };
      case 'stdio':
        throw new TopologyError(`listener '${listener}' of node '${name}' is its stdio, which has no address`);
      default:
        return found satisfies never;
    }
  };
  const beyond = (link: Link): { listen?: Address | undefined; upstream: Address } | undefined => {
    const outside = outsideOf(topology, link);
    return outside && (hosts.beyond?.(outside) ?? { upstream: { transport: 'tcp', ...outside } });
  };
  const upstreamAt = (link: Link, host: string): Address => {
    if (transportOf(topology, link) === 'stdio') return { transport: 'unix', path: stdioPlace(folder, topology, link).socket };
    return beyond(link)?.upstream ?? listenerAt(link.to, link.listener, host);
  };
  const proxyAt = (link: Link, index: number, host: string): Address =>
    beyond(link)?.listen ??
    (listenerOf(topology, link).transport === 'tcp'
      ? { transport: 'tcp', host, port: PROXY_PORT_FIRST + index }
      : { transport: 'unix', path: join(folder, 'sockets', `${index}.sock`) });

  const book: AddressBook = {
    listen: (node, listener) => listenerAt(node, listener, hosts.bind),
    direct: (node, listener) => listenerAt(node, listener, hosts.outside.node(node)),
    dial(link) {
      const view = link.from === DRIVER ? hosts.outside : hosts.inside;
      const index = indexes.get(link.name);
      return index === undefined ? upstreamAt(link, view.node(link.to)) : proxyAt(link, index, view.proxy(link, index));
    },
    proxyPlace(link) {
      const index = indexes.get(link.name);
      if (index === undefined) throw new Error(`link '${link.name}' was not prepared for a proxy`);
      return {
        listen: proxyAt(link, index, hosts.bind),
        upstream: upstreamAt(link, hosts.inside.node(link.to)),
      };
    },
    tcp: checkedPorts(topology, proxied).map(({ port, host }) => ({
      host: (hosts.ownHosts === true ? host : undefined) ?? hosts.bind,
      port,
    })),
  };
  checkSocketPaths(topology, proxied, book);
  return book;
}

/** As processes all nodes share one address, so one port belongs to one listener in every runtime. */
function checkedPorts(topology: Topology, proxied: readonly Link[]): { port: number; host?: string | undefined }[] {
  const owners = new Map<number, { owner: string; host?: string | undefined }>();
  const take = (port: number, owner: string, host?: string): void => {
    const other = owners.get(port)?.owner;
    if (other) throw new TopologyError(`port ${port} belongs to ${other} and to ${owner}: give one of them another`);
    owners.set(port, { owner, host });
  };
  for (const [node, name, listener] of listeners(topology)) {
    if (listener.transport === 'tcp') take(listener.port, `listener '${name}' of node '${node}'`, listener.host);
  }
  for (const [index, link] of proxied.entries()) {
    if (listenerOf(topology, link).transport === 'tcp') take(PROXY_PORT_FIRST + index, `the proxy of link '${link.name}'`);
  }
  return [...owners].map(([port, { host }]) => ({ port, host }));
}

function checkSocketPaths(topology: Topology, proxied: readonly Link[], book: AddressBook): void {
  const addresses = [
    ...listeners(topology)
      .filter(([, , { transport }]) => transport !== 'stdio')
      .map(([node, name]) => book.listen(node, name)),
    ...proxied.map((link) => book.proxyPlace(link).listen),
    ...topology.links.filter((link) => transportOf(topology, link) === 'stdio').map((link) => book.dial(link)),
  ];
  for (const address of addresses) {
    if (address.transport === 'tcp') continue;
    const bytes = Buffer.byteLength(address.path);
    if (bytes > SOCKET_PATH_BYTES_MAX) {
      throw new RuntimeError(
        `socket path ${address.path} has ${bytes} bytes, at most ${SOCKET_PATH_BYTES_MAX} fit: set TMPDIR to a shorter folder or shorten the listener's file name`,
      );
    }
  }
}

function listeners(topology: Topology): [node: string, name: string, listener: Listener][] {
  return topology.nodes.flatMap((node) =>
    Object.entries(node.listens).map(([name, listener]): [string, string, Listener] => [node.name, name, listener]),
  );
}
