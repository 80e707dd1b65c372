import { expect, test } from 'vitest';
import { type Topology, TopologyError } from '../../model/system/topology.ts';
import { fill, fillVariables, nodeFillers } from './placeholders.ts';

const topology: Topology = {
  nodes: [
    {
      name: 'bridge',
      role: 'bridge',
      command: [],
      env: {},
      listens: { api: { transport: 'tcp', port: 7_000 }, ipc: { transport: 'unix', file: 'ipc.sock' } },
      ready: { when: 'listening', listener: 'api' },
      readyWithinMs: 1,
      stopWithinMs: 1,
    },
  ],
  links: [
    { name: 'driver->bridge', from: 'driver', to: 'bridge', listener: 'api', framing: 'http' },
    { name: 'driver->ipc', from: 'driver', to: 'bridge', listener: 'ipc', framing: 'ndjson' },
  ],
};
const place = {
  run: 'k3x9a1',
  case: 'links-cut',
  nodeBinary: '/bin/node',
  source: '/code',
  state: '/run/state/bridge',
  home: '/run/home/bridge',
  listen: (name: string) =>
    name === 'api'
      ? ({ transport: 'tcp', host: '0.0.0.0', port: 7_000 } as const)
      : ({ transport: 'unix', path: '/run/ipc.sock' } as const),
  dial: (link: string) =>
    link === 'driver->bridge'
      ? ({ transport: 'tcp', host: 'link-0', port: 20_000 } as const)
      : ({ transport: 'unix', path: '/run/1.sock' } as const),
};
const fillers = nodeFillers(topology.nodes[0]!, topology, place);

test('each placeholder is filled with what it stands for', () => {
  const text =
    '{node} {source}/main.ts {state} {home} {run}/{case} {listen.api.host}:{listen.api.port} {listen.ipc.path} ws://{driver->bridge.host}:{driver->bridge.port} {driver->ipc.path}';
  expect(fill(text, fillers, 'here')).toBe(
    '/bin/node /code/main.ts /run/state/bridge /run/home/bridge k3x9a1/links-cut 0.0.0.0:7000 /run/ipc.sock ws://link-0:20000 /run/1.sock',
  );
});

test('an unknown placeholder is an error that names it and those that exist', () => {
  expect(() => fill('{listen.api.path}', fillers, "node 'bridge'")).toThrow(
    "node 'bridge': unknown placeholder {listen.api.path}; there are {node} {state} {home} {run} {case} {source} {listen.api.host} {listen.api.port} {listen.ipc.path} {driver->bridge.host} {driver->bridge.port} {driver->ipc.path}",
  );
  expect(() =>
    fillVariables({ CODE: '{source}' }, nodeFillers(topology.nodes[0]!, topology, { ...place, source: undefined }), 'node'),
  ).toThrow(TopologyError);
});

test('braces that cannot be a placeholder stay as they are', () => {
  for (const text of ['{"a":{"b":1}}', '{}', 'echo ${HOME}', '{ node }', '[1,{"port": 2}]']) expect(fill(text, fillers, 'here')).toBe(text);
});

test('only the node that dials a stdio link gets what starts the child, as words and as a file', () => {
  const child = { ...topology.nodes[0]!, name: 'agent', listens: { stdio: { transport: 'stdio' } }, ready: { when: 'spawned' } } as const;
  const link = { name: 'bridge->agent', from: 'bridge', to: 'agent', listener: 'stdio', framing: 'ndjson' } as const;
  const both: Topology = { nodes: [...topology.nodes, child], links: [link] };
  const stdio = () => ({ words: ['/bin/node', 'a b', '--'], wrapper: '/run/stdio/0/agent' });
  const ofParent = nodeFillers(both.nodes[0]!, both, { ...place, stdio });
  expect(JSON.parse(fill('{bridge->agent.command}', ofParent, 'here'))).toEqual(['/bin/node', 'a b', '--']);
  expect(fill('{bridge->agent.path}', ofParent, 'here')).toBe('/run/stdio/0/agent');
  expect([...nodeFillers(child, both, { ...place, stdio }).keys()]).toEqual(['node', 'state', 'home', 'run', 'case', 'source']);
  expect(() => fill('{bridge->agent.path}', nodeFillers(both.nodes[0]!, both, place), 'here')).toThrow(
    "link 'bridge->agent': stdio links run in the process runtime only",
  );
});
