// A proxy's listening socket. A Unix socket file that a dead process left behind is replaced; one that
// answers, or that is no socket, never is. Errors are told in the words of Go's net package.

import { lstat, rename, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { AddressError, addressText } from './address.ts';
import type { Address } from './address.ts';

export interface Listener {
  /** With the real port. */
  readonly address: Address;
  /** Frees the address; a Unix socket's file is removed. */
  close(): void;
  /** Stops listening so that who dials is refused: a Unix socket's file stays for that. */
  closeRefusing(): Promise<void>;
}

export interface ListenerEvents {
  /** The socket is paused and has not been read from. */
  onConnection: (socket: Socket) => void;
  onError: (error: Error) => void;
}

/** `address` is resolved. @throws AddressError */
export async function openListener(address: Address, events: ListenerEvents): Promise<Listener> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, events.onConnection);
  const bound = await listenOn(server, address);
  server.on('error', events.onError);
  return { address: bound, close: () => void server.close(), closeRefusing: () => closeRefusing(server, address) };
}

/** Makes any server listen; gives the address with its real port. @throws AddressError */
export async function listenOn(server: Server, address: Address): Promise<Address> {
  try {
    return await listen(server, address);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (address.transport !== 'unix' || code !== 'EADDRINUSE' || !(await isStale(address.path)))
      throw inGoWords(address, error as NodeJS.ErrnoException);
  }
  await unlink(address.path);
  return listen(server, address).catch((again: NodeJS.ErrnoException) => Promise.reject(inGoWords(address, again)));
}

async function listen(server: Server, address: Address): Promise<Address> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      server.off('listening', done);
      reject(error);
    };
    const done = () => {
      server.off('error', fail);
      resolve();
    };
    server.once('error', fail).once('listening', done).listen(optionsOf(address));
  });
  return addressOf(server, address);
}

function optionsOf(address: Address): { path: string } | { host?: string; port: number } {
  if (address.transport === 'unix') return { path: address.path };
  // Without a host Node listens on every interface, both families where the machine has them.
  return address.host === '' ? { port: address.port } : { host: address.host, port: address.port };
}

function addressOf(server: Server, wanted: Address): Address {
  const bound = server.address();
  if (wanted.transport === 'unix' || bound === null || typeof bound === 'string') return wanted;
  return { transport: 'tcp', host: bound.address, port: bound.port };
}

/** libuv removes the file on close, so it is out of the way for that moment. */
async function closeRefusing(server: Server, address: Address): Promise<void> {
  if (address.transport === 'tcp') {
    server.close();
    return;
  }
  const aside = `${address.path}~`;
  await rename(address.path, aside);
  server.close();
  await rename(aside, address.path);
}

async function isStale(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || !found.isSocket()) return false;
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  EINVAL: 'invalid argument',
};

function inGoWords(address: Address, error: NodeJS.ErrnoException): AddressError {
  const where = address.transport === 'unix' ? `unix ${address.path}` : `tcp ${addressText(address)}`;
  return new AddressError(`listen ${where}: bind: ${WORDS[error.code ?? ''] ?? error.message}`);
}
