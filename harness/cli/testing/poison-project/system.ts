// The smallest system there is, once more, with clients that break the process they run in.
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Script, System } from 'tornwire';

interface EchoClients {
  /** Sends a line through the proxy and resolves with what came back. */
  say(line: string): Promise<string>;
  /** Ends the process that it runs in, as a program does that was not written to be used by others. */
  leave(): never;
}

export function echo(): System<EchoClients> {
  return {
    name: 'echo',
    source: { folder: join(import.meta.dirname, 'program'), defects: join(import.meta.dirname, 'defects') },
    topology: {
      nodes: [
        {
          name: 'server',
          role: 'server',
          command: ['{node}', '{source}/echo.mjs'],
          env: { HOST: '{listen.tcp.host}', PORT: '{listen.tcp.port}', MISBEHAVE: '' },
          listens: { tcp: { transport: 'tcp', port: 7000 } },
          ready: { when: 'log', contains: 'listening' },
          readyWithinMs: 5_000,
          stopWithinMs: 2_000,
        },
      ],
      links: [{ name: 'client->server', from: 'driver', to: 'server', listener: 'tcp', framing: 'ndjson' }],
    },
    clients: (script) => ({ say: (line) => say(script, line), leave: () => process.exit(0) }),
  };
}

function say(script: Script, line: string): Promise<string> {
  const address = script.dial('client->server');
  if (address.transport !== 'tcp') throw new Error('the server listens on TCP');
  const socket = connect(address.port, address.host);
  script.defer(() => void socket.destroy());
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed before an answer')));
    socket.once('data', (data) => resolve((data as Buffer).toString().trim()));
    socket.write(`${line}\n`);
  });
}
