// Eighty seconds of pings that nobody answers, on a link that promises half a second. The only step is armed on another
// link and never fires, so nothing but the busy machine could excuse the silence.
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { defineScenario, stall, type Script, type System } from 'tornwire';

const SILENCE_MS = 80_000;
const PING_EVERY_MS = 100;
/** Final, a ping, masked with zeros, no payload. */
const PING = Buffer.from([0x89, 0x80, 0, 0, 0, 0]);

interface Clients {
  upgraded(): Promise<Socket>;
}

const system: System<Clients> = {
  name: 'deaf server',
  topology: {
    nodes: [
      {
        name: 'server',
        role: 'server',
        command: ['{node}', join(import.meta.dirname, '../deaf-server.mjs')],
        env: { HOST: '{listen.web.host}', PORT: '{listen.web.port}' },
        listens: { web: { transport: 'tcp', port: 7000 } },
        ready: { when: 'log', contains: 'listening' },
        readyWithinMs: 60_000,
        stopWithinMs: 20_000,
      },
    ],
    links: [
      { name: 'client->server', from: 'driver', to: 'server', listener: 'web', framing: 'websocket', pongWithinMs: 500 },
      { name: 'other->server', from: 'driver', to: 'server', listener: 'web', framing: 'websocket' },
    ],
  },
  clients: (script) => ({ upgraded: () => upgraded(script) }),
};

export default defineScenario({
  title: 'a server answers its pings',
  expectation: 'every ping on the link of the client is answered within half a second',
  system,
  schedule: [stall('other->server', { mustFire: 0 })],
  async script({ upgraded, until, defer }) {
    const socket = await upgraded();
    const pings = setInterval(() => socket.write(PING), PING_EVERY_MS);
    defer(() => clearInterval(pings));
    const endMs = performance.now() + SILENCE_MS;
    await until('eighty seconds have passed', () => performance.now() >= endMs, { within: '140s' });
  },
  within: '200s',
});

function upgraded(script: Script): Promise<Socket> {
  const address = script.dial('client->server');
  if (address.transport !== 'tcp') throw new Error('the server listens on TCP');
  const socket = connect(address.port, address.host);
  script.defer(() => void socket.destroy());
  socket.write(
    `GET / HTTP/1.1\r\nHost: ${address.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('data', () => resolve(socket));
  });
}
