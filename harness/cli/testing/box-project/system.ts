// One server that does not share a machine well. What it is called and its port come from the test.
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Link, Script, System } from 'tornwire';

export interface Clients {
  /** The first word of each process that the server sees; of one with a database, where it dials that. */
  processes(): Promise<string[]>;
}

export function server(env: Record<string, string> = {}, database?: string): System<Clients> {
  const { BOX_TEST_NAME: NAME = 'tornwire-box-test', BOX_TEST_PORT: PORT = '8080' } = process.env;
  return {
    name: 'server',
    source: { folder: join(import.meta.dirname, 'program'), defects: join(import.meta.dirname, 'defects') },
    topology: {
      nodes: [
        {
          name: 'server',
          role: 'server',
          command: ['{node}', '{source}/server.mjs'],
          env: { NAME, PORT, ...env },
          listens: { tcp: { transport: 'tcp', port: Number(PORT) } },
          ready: { when: 'log', contains: 'listening' },
          readyWithinMs: 10_000,
          stopWithinMs: 2_000,
          mayLeave: env['FORGETS'] === undefined ? [`/tmp/${NAME}`, `/dev/shm/${NAME}`] : [],
        },
      ],
      links: [{ name: 'client->server', from: 'driver', to: 'server', listener: 'tcp', framing: 'ndjson' }, ...toDatabase(database)],
      ...(database !== undefined && { outside: [database] }),
    },
    clients: (script) => ({ processes: () => processes(script) }),
  };
}

function toDatabase(database: string | undefined): Link[] {
  return database === undefined ? [] : [{ name: 'server->database', from: 'server', to: database, listener: 'outside', framing: 'ndjson' }];
}

async function processes(script: Script): Promise<string[]> {
  const address = script.dial('client->server');
  if (address.transport !== 'tcp') throw new Error('the server listens on TCP');
  const socket = connect(address.port, address.host);
  script.defer(() => void socket.destroy());
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.endsWith('\n')) break;
  }
  return JSON.parse(text) as string[];
}
