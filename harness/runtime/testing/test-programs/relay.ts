// The smallest fault server: carries bytes between two addresses and has a control API that only accepts.
// Runs as `node relay.ts <API host> <API port> <route> ...`; a route is JSON, {listen, upstream}.
import { connect, createServer, type ListenOptions, type NetConnectOpts } from 'node:net';

type Place = { host: string; port: number } | { path: string };

const [host, port, ...routes] = process.argv.slice(2);
process.stdin.resume().on('end', () => process.exit(0));
for (const route of routes) {
  const { listen, upstream } = JSON.parse(route) as { listen: Place; upstream: Place };
  createServer((client) => {
    const server = connect(upstream satisfies NetConnectOpts);
    client.pipe(server).pipe(client);
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
  }).listen(listen satisfies ListenOptions);
}
createServer((socket) => socket.destroy()).listen(Number(port), host);
