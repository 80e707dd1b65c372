import { expect, test } from 'vitest';
import type { Link } from './link.ts';
import {
  checkTopology,
  linkNamed,
  listenerOf,
  nodeNamed,
  startOrder,
  stdioLinksFrom,
  TopologyError,
  transportOf,
  type Node,
} from './topology.ts';

test('a node starts after all that it dials, in layers that may start at once', () => {
  const topology = {
    nodes: [node('bridge'), node('left'), node('right'), node('room')],
    links: [link('bridge', 'left'), link('bridge', 'right'), link('left', 'room'), link('right', 'room')],
  };
  expect(names(startOrder(topology))).toEqual([['room'], ['left', 'right'], ['bridge']]);
});

test('the driver and a node that dials itself hold nobody up', () => {
  const topology = { nodes: [node('only')], links: [link('driver', 'only'), link('only', 'only')] };
  expect(names(startOrder(topology))).toEqual([['only']]);
});

test("'after' replaces what follows from the links", () => {
  const both = { links: [link('a', 'b'), link('b', 'a')] };
  expect(names(startOrder({ nodes: [node('a', { after: [] }), node('b')], ...both }))).toEqual([['a'], ['b']]);
  expect(names(startOrder({ nodes: [node('a'), node('b', { after: [] }), node('c', { after: ['a'] })], ...both }))).toEqual([
    ['b'],
    ['a'],
    ['c'],
  ]);
});

test('a cycle is named with its nodes and the cure', () => {
  const topology = { nodes: [node('free'), node('a'), node('b')], links: [link('a', 'b'), link('b', 'a')] };
  expect(() => startOrder(topology)).toThrow(new TopologyError("the start order has a cycle among a, b; name 'after' on one of them"));
});

test('a topology in order is accepted', () => {
  checkTopology({ nodes: [node('room'), node('bridge-2')], links: [link('driver', 'room'), link('bridge-2', 'room')] });
});

test.each<[string, { nodes: Node[]; links: Link[] }, string]>([
  ['two nodes of one name', { nodes: [node('a'), node('a')], links: [] }, "node name 'a' is taken"],
  ['a node called like the driver', { nodes: [node('driver')], links: [] }, "node name 'driver' is taken"],
  [
    'a name that no host could have',
    { nodes: [node('Room 1')], links: [] },
    "node name 'Room 1': use lower-case letters, digits and dashes",
  ],
  ["an 'after' that names nobody", { nodes: [node('a', { after: ['b'] })], links: [] }, "no node 'b'; there are a"],
  ['two links of one name', { nodes: [node('a')], links: [link('driver', 'a'), link('driver', 'a')] }, "link name 'driver->a' is taken"],
  ['a link from nobody', { nodes: [node('a')], links: [link('ghost', 'a')] }, "no node 'ghost'; there are a"],
  ['a link to nobody', { nodes: [node('a')], links: [link('a', 'ghost')] }, "no node 'ghost'; there are a"],
  [
    'a link to a listener that is not there',
    { nodes: [node('a')], links: [{ ...link('driver', 'a'), listener: 'web' }] },
    "link 'driver->a': node 'a' has no listener 'web'",
  ],
  [
    'a folder to start in that depends on where Tornwire runs',
    { nodes: [node('a', { cwd: 'app' })], links: [] },
    "node 'a': cwd 'app': an absolute path, or one that begins with {source} or {state}",
  ],
  [
    'a cycle',
    { nodes: [node('a'), node('b')], links: [link('a', 'b'), link('b', 'a')] },
    "the start order has a cycle among a, b; name 'after' on one of them",
  ],
])('%s is refused, naming it', (_what, topology, message) => {
  expect(() => checkTopology(topology)).toThrow(new TopologyError(message));
});

test('nodes, links and listeners are found by name, and a wrong name is answered with the right ones', () => {
  const topology = { nodes: [node('a'), node('b', { listens: { api: { transport: 'unix', file: 'b.sock' } } })], links: [link('a', 'b')] };
  expect(nodeNamed(topology, 'b').name).toBe('b');
  expect(listenerOf(topology, linkNamed(topology, 'a->b'))).toEqual({ transport: 'unix', file: 'b.sock' });
  expect(transportOf(topology, linkNamed(topology, 'a->b'))).toBe('unix');
  expect(() => nodeNamed(topology, 'c')).toThrow("no node 'c'; there are a, b");
  expect(() => linkNamed(topology, 'b->a')).toThrow("no link 'b->a'; there are a->b");
});

test('a child over stdio is in no layer, and its parent waits for what the child dials', () => {
  const topology = {
    nodes: [node('parent'), child('agent'), node('store')],
    links: [link('parent', 'agent'), link('agent', 'store')],
  };
  checkTopology(topology);
  expect(names(startOrder(topology))).toEqual([['store'], ['parent']]);
});

test('the stdio links of a node are its own and those of its children', () => {
  const links = [link('a', 'b'), link('b', 'c'), link('d', 'c')];
  const topology = { nodes: [node('a'), child('b'), child('c'), node('d')], links };
  expect(stdioLinksFrom(topology, 'a').map(({ name }) => name)).toEqual(['a->b', 'b->c']);
  expect(stdioLinksFrom(topology, 'd').map(({ name }) => name)).toEqual(['d->c']);
});

test('over stdio, the driver may start a child', () => {
  expect(() => checkTopology({ nodes: [child('b')], links: [link('driver', 'b')] })).not.toThrow();
});

test.each<[string, { nodes: Node[]; links: Link[] }, string]>([
  [
    'a web framing on stdio',
    { nodes: [node('a'), child('b')], links: [{ ...link('a', 'b'), framing: 'http' }] },
    "link 'a->b': a stdio link is framed ndjson or json-lines or json-rpc or raw, not http",
  ],
  [
    'a child that nobody starts',
    { nodes: [child('b')], links: [] },
    "node 'b' listens on stdio, and no link dials it there: nobody would start it",
  ],
  [
    'a child that is waited for',
    { nodes: [node('a'), child('b', { ready: { when: 'log', contains: 'up' } })], links: [link('a', 'b')] },
    "node 'b': a listener on stdio and ready when 'spawned' belong together",
  ],
  [
    'a node that nobody starts and nobody waits for',
    { nodes: [node('a', { ready: { when: 'spawned' } })], links: [] },
    "node 'a': a listener on stdio and ready when 'spawned' belong together",
  ],
  [
    'a start after a child',
    { nodes: [node('a', { after: ['b'] }), child('b')], links: [link('a', 'b')] },
    "node 'a' cannot start after 'b', which another node starts",
  ],
  [
    'children that start each other',
    { nodes: [child('a'), child('b')], links: [link('a', 'b'), link('b', 'a')] },
    "node 'a' starts itself over stdio, by way of a, b",
  ],
])('over stdio, %s is refused', (_what, topology, message) => {
  expect(() => checkTopology(topology)).toThrow(new TopologyError(message));
});

test('a socket file that would lie in another folder is refused', () => {
  const listens = { api: { transport: 'unix', file: '../../up.sock' } } as const;
  expect(() => checkTopology({ nodes: [node('a', { listens })], links: [] })).toThrow(
    "listener 'api' of node 'a': file '../../up.sock': use at most 100 letters",
  );
});

function child(name: string, more: Partial<Node> = {}): Node {
  return node(name, { listens: { api: { transport: 'stdio' } }, ready: { when: 'spawned' }, ...more });
}

function node(name: string, more: Partial<Node> = {}): Node {
  return {
    name,
    role: name,
    command: ['{node}'],
    env: {},
    listens: { api: { transport: 'tcp', port: 7_000 } },
    ready: { when: 'listening', listener: 'api' },
    readyWithinMs: 1_000,
    stopWithinMs: 1_000,
    ...more,
  };
}

function link(from: string, to: string): Link {
  return { name: `${from}->${to}`, from, to, listener: 'api', framing: 'ndjson' };
}

function names(layers: readonly (readonly Node[])[]): string[][] {
  return layers.map((layer) => layer.map(({ name }) => name));
}
