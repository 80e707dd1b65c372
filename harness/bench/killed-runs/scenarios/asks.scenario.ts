// A system with everything that could outlive a run: processes, a child over stdio and its relay, socket files, fault servers, and
// for the superuser a disk of its own.
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { defineScenario, latency, onFile, type Script, type System } from 'tornwire';

const ROUNDS = 5;

interface Clients {
  ask(link: 'client->server' | 'neighbour->server'): Promise<string>;
}

const ready = { readyWithinMs: 30_000, stopWithinMs: 10_000 };

const system: System<Clients> = {
  name: 'server with a child',
  topology: {
    nodes: [
      {
        name: 'server',
        role: 'server',
        command: ['{node}', join(import.meta.dirname, '../server.mjs')],
        env: { HOST: '{listen.web.host}', PORT: '{listen.web.port}', FILE: '{listen.local.path}', CHILD: '{server->child.command}' },
        listens: { web: { transport: 'tcp', port: 7000 }, local: { transport: 'unix', file: 'server.sock' } },
        ready: { when: 'log', contains: 'listening' },
        ...ready,
      },
      {
        name: 'child',
        role: 'child',
        command: ['cat'],
        env: {},
        listens: { stdio: { transport: 'stdio' } },
        ready: { when: 'spawned' },
        ...ready,
      },
    ],
    links: [
      { name: 'client->server', from: 'driver', to: 'server', listener: 'web', framing: 'ndjson' },
      { name: 'neighbour->server', from: 'driver', to: 'server', listener: 'local', framing: 'ndjson' },
      { name: 'server->child', from: 'server', to: 'child', listener: 'stdio', framing: 'ndjson' },
    ],
  },
  clients: (script) => ({ ask: (link) => ask(script, link) }),
};

export default defineScenario({
  title: 'a server asks its child',
  expectation: 'nothing of it outlives a run that is killed',
  system,
  schedule: [
    latency('client->server', { delay: '20ms' }),
    ...(process.getuid?.() === 0 ? [onFile('server', '{state}', { kind: 'full-disk' }, { mustFire: 0 })] : []),
  ],
  async script({ ask: answered }) {
    for (let round = 0; round < ROUNDS; round++) for (const link of ['client->server', 'neighbour->server'] as const) await answered(link);
  },
});

async function ask(script: Script, link: string): Promise<string> {
  const address = script.dial(link);
  const socket: Socket = address.transport === 'unix' ? connect(address.path) : connect(address.port, address.host);
  script.defer(() => void socket.destroy());
  socket.write('{"ask":1}\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return String(answer);
}
