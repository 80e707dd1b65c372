// Bytes to and from the other end: over TCP, a Unix socket, or the streams of a child that the script starts.
import { connect, type Socket } from 'node:net';
import type { ScriptChild } from '../model/scenario.ts';
import { lost } from './lost.ts';
import type { Bound } from './target.ts';

export interface ByteStream {
  write(bytes: string | Buffer): void;
  /** No more is written; what the other end still says is read. */
  end(): void;
  /** Both directions end at once. A child's stdin ends, and its stdout is read no more. */
  destroy(): void;
  pause(): void;
  resume(): void;
  /** The program itself, over stdio. */
  readonly child?: ScriptChild;
}

export interface Listening {
  data(chunk: Buffer): void;
  /** Once, with the reason in words. */
  ended(why: string): void;
}

/** An open stream that ends with the case. Whoever listens misses nothing. @throws why nobody was reached. */
export async function openByteStream(bound: Bound, listening: Listening): Promise<ByteStream> {
  return bound.stdio ? overChild(await bound.script.child(bound.name), listening) : overSocket(bound, listening);
}

function overChild(child: ScriptChild, { data, ended }: Listening): ByteStream {
  const { stdin, stdout } = child;
  // A child that has gone takes nothing more; its exit is what tells.
  stdin.on('error', () => undefined);
  stdout.on('error', () => undefined);
  stdout.on('data', data);
  stdout.once('close', () => ended('the program closed its stdout'));
  return {
    child,
    write: (bytes) => void stdin.write(bytes),
    end: () => void stdin.end(),
    destroy() {
      stdin.end();
      stdout.destroy();
    },
    pause: () => void stdout.pause(),
    resume: () => void stdout.resume(),
  };
}

async function overSocket(bound: Bound, { data, ended }: Listening): Promise<ByteStream> {
  const socket = await bound.ask('connect', (signal) => connected(bound, signal, data), { owed: false });
  let broken: NodeJS.ErrnoException | undefined;
  socket.on('error', (error) => {
    broken = error;
  });
  socket.once('close', () => ended(broken ? `the connection broke (${broken.code ?? broken.message})` : 'the connection was closed'));
  if (socket.closed) ended('the connection was closed');
  bound.script.defer(() => void socket.destroy());
  return {
    write: (bytes) => void socket.write(bytes),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}

function connected(bound: Bound, signal: AbortSignal, data: Listening['data']): Promise<Socket & { toJSON(): undefined }> {
  const address = bound.address();
  const socket = address.transport === 'unix' ? connect(address.path) : connect(address.port, address.host);
  socket.setNoDelay(true);
  socket.on('data', data);
  return new Promise((resolve, reject) => {
    const stop = (): void => void socket.destroy(new Error('gave up'));
    signal.addEventListener('abort', stop, { once: true });
    const failed = (error: Error): void => reject(lost(error, `connect to ${bound.name}`));
    socket.once('error', failed);
    socket.once('connect', () => {
      signal.removeEventListener('abort', stop);
      socket.off('error', failed);
      socket.on('error', () => undefined);
      // The history says that it was open, and nothing of how Node sees it.
      resolve(Object.assign(socket, { toJSON: () => undefined }));
    });
  });
}
