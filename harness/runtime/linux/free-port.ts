// Says before anything starts that an address is taken, and names it. A program that cannot bind says so only somewhere in
// its log.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { RuntimeError } from '../runtime.ts';
import { holderOf } from './port-holder.ts';

/** @throws RuntimeError when the port of this IPv4 address cannot be bound now. It names the holder where that can be seen. */
export async function requireFree(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const holder = why === 'EADDRINUSE' ? `: ${holderOf(host, port)}` : '';
    throw new RuntimeError(`port ${port} at ${host} cannot be bound (${why})${holder}`, { cause: error });
  }
  await new Promise((resolve) => server.close(resolve));
}
