// Ways out of the boxes of one command: for each address of the machine's network that a topology names, a socket file that a
// box can see, and behind it a relay in this process, which is in no box.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { newRunId } from '../../run/run-id.ts';
import { openRunFolder, type RunFolder } from '../../runtime/ground/run-folder.ts';

export interface Doors extends AsyncDisposable {
  /** Each address with its socket file. */
  to(addresses: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export function doorsOf(): Doors {
  const open = new Map<string, Promise<Door>>();
  // Swept like that of a run, if this process is killed.
  let place: Promise<RunFolder> | undefined;
  return {
    async to(addresses) {
      place ??= openRunFolder(newRunId(), 'process');
      const { folder } = await place;
      for (const address of addresses) if (!open.has(address)) open.set(address, doorTo(address, join(folder, `${open.size}.sock`)));
      return new Map(await Promise.all(addresses.map(async (address) => [address, (await open.get(address))?.path ?? ''] as const)));
    },
    async [Symbol.asyncDispose]() {
      for (const door of await Promise.all(open.values())) door[Symbol.dispose]();
      await (await place)?.[Symbol.asyncDispose]();
    },
  };
}

interface Door extends Disposable {
  path: string;
}

async function doorTo(address: string, path: string): Promise<Door> {
  const at = address.lastIndexOf(':');
  const through = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (inner) => {
    const outer = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)), allowHalfOpen: true });
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      through.add(one);
      one.on('error', () => other.destroy());
      one.once('close', () => {
        through.delete(one);
        if (one.errored !== null || !one.readableEnded) other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(path);
  await once(server, 'listening');
  server.unref();
  return {
    path,
    [Symbol.dispose]() {
      server.close();
      for (const socket of through) socket.destroy();
    },
  };
}
