// The two ends of a proxied connection as the contract's tests hold them: a server and a dialling client that
// remember what they saw and how it ended.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface End extends Disposable {
  readonly socket: Socket;
  text: string;
  /** Milliseconds (performance.now) at which each chunk came. */
  readonly arrivals: number[];
  /** 'fin', or the error's code; resolves when the socket is closed. */
  readonly ended: Promise<string>;
  send(text: string): Promise<void>;
  /** The first `length` bytes, as soon as they are there. */
  received(length: number, withinMs?: number): Promise<string>;
  /** One byte there and back; in milliseconds. */
  roundTrip(): Promise<number>;
}

export interface EchoServer extends AsyncDisposable {
  readonly address: string;
  /** Accepted connections, in order. */
  readonly accepted: End[];
  /** The n-th accepted connection, from 0. */
  connection(index: number): Promise<End>;
}

export function echoServer(): Promise<EchoServer> {
  return serverOf(({ socket }) => {
    socket.on('data', (chunk: Buffer) => socket.write(chunk));
    socket.on('end', () => socket.end());
  });
}

/** Keeps what it gets; sends nothing and ends nothing on its own. */
export function silentServer(): Promise<EchoServer> {
  return serverOf(() => {});
}

async function serverOf(onConnection: (end: End) => void): Promise<EchoServer> {
  const accepted: End[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const end = endOf(socket);
    accepted.push(end);
    onConnection(end);
    server.emit('accepted');
  });
  await listening(server);
  return {
    address: addressOf(server),
    accepted,
    async connection(index) {
      while (accepted[index] === undefined) await once(server, 'accepted', { signal: AbortSignal.timeout(3000) });
      return accepted[index];
    },
    async [Symbol.asyncDispose]() {
      for (const end of accepted) end.socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A reset that overtakes the news of the connection is how this end ended: on a busy machine the one may come with the other. */
export async function dial(address: string): Promise<End> {
  const [host = '', port = ''] = address.split(':');
  const socket = connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
  const end = endOf(socket);
  await Promise.race([once(socket, 'connect').catch(() => {}), end.ended]);
  const how = socket.connecting || socket.destroyed ? await end.ended : undefined;
  if (how !== undefined && how !== 'ECONNRESET') throw new Error(`${address} could not be dialled: ${how}`);
  return end;
}

function endOf(socket: Socket): End {
  let failed: string | undefined;
  const closed = Promise.withResolvers<string>();
  const end: End = {
    socket,
    text: '',
    arrivals: [],
    ended: closed.promise,
    send: (text) => new Promise((resolve) => socket.write(text, () => resolve())),
    async received(length, withinMs = 3000) {
      const signal = AbortSignal.timeout(withinMs);
      while (end.text.length < length) {
        try {
          await once(socket, 'seen', { signal });
        } catch (cause) {
          throw new Error(`waited ${withinMs} ms for ${length} bytes and got ${end.text.length}`, { cause });
        }
      }
      return end.text.slice(0, length);
    },
    async roundTrip() {
      const before = end.text.length;
      const began = performance.now();
      await end.send('!');
      await end.received(before + 1);
      return performance.now() - began;
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    end.text += chunk.toString('latin1');
    end.arrivals.push(performance.now());
    socket.emit('seen');
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failed = error.code ?? error.message;
    closed.resolve(failed);
  });
  // Half-open sockets do not close by themselves: the end of the peer's stream is what the test waits for.
  socket.on('end', () => closed.resolve('fin'));
  socket.on('close', () => closed.resolve(failed ?? 'closed'));
  return end;
}

export async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

export function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('this server has no TCP address');
  return `127.0.0.1:${address.port}`;
}
