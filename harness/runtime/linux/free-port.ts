// Says before anything starts that an address is taken, and names it. A program that cannot bind says so only somewhere in
// its log.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { RuntimeError } from '../runtime.ts';

/** @throws RuntimeError when the port cannot be bound now. */
export async function requireFree(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new RuntimeError(`port ${port} at ${host} cannot be bound (${why}): find who listens with 'ss -ltnp sport = :${port}'`, {
      cause: error,
    });
  }
  await new Promise((resolve) => server.close(resolve));
}
