// A proxy's listening socket. A Unix socket file that a dead process left behind is replaced. A file that answers, or that
// is no socket, is never replaced. Errors are told in the words of Go's net package.

import { randomBytes } from 'node:crypto';
import { linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { AddressError, addressText } from './address.ts';
import type { Address } from './address.ts';
import { messageOf } from '../stream/message-of.ts';

export interface Listener {
  /** With the real port. */
  readonly address: Address;
  /** Frees the address; a Unix socket's file is removed. */
  close(): void;
  /** Stops listening so that who dials is refused: a Unix socket's file stays for that. */
  closeRefusing(): void;
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
  return { address: bound, close: () => closeServer(server), closeRefusing: () => closeKeepingFile(server) };
}

/** Ends a server that `listenOn` began. The file of a Unix socket goes with it, if it is still this server's. */
export function closeServer(server: Server): void {
  const file = files.get(server);
  // One that refuses has been closed already, and only its file is left.
  if (!server.listening) {
    if (file?.identity !== undefined && identityOf(file.path) === file.identity) unlinkSync(file.path);
  } else if (file === undefined || identityOf(file.path) === file.identity) server.close();
  else closeKeepingFile(server);
}

/** Makes any server listen; gives the address with its real port. @throws AddressError */
export async function listenOn(server: Server, address: Address): Promise<Address> {
  try {
    return await listen(server, address);
  } catch (error) {
    if (address.transport !== 'unix' || codeOf(error) !== 'EADDRINUSE' || !(await removeStale(address.path)))
      throw inGoWords(address, error);
  }
  return listen(server, address).catch((again: unknown) => Promise.reject(inGoWords(address, again)));
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
  if (address.transport === 'unix') files.set(server, { path: address.path, identity: identityOf(address.path) });
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

/** The socket file of each server that listens on one, as it was when it was made. */
const files = new WeakMap<Server, { path: string; identity: string | undefined }>();

/**
 * libuv removes by its path whatever lies there when a Unix socket is closed. What must stay, or is somebody else's by
 * now, is out of the way for that moment, under a name that nobody has; and it never replaces what came meanwhile.
 */
function closeKeepingFile(server: Server): void {
  const path = files.get(server)?.path;
  const kept = path === undefined ? undefined : identityOf(path);
  if (path === undefined || kept === undefined) {
    server.close();
    return;
  }
  const aside = freeNameBeside(path);
  try {
    renameSync(path, aside);
  } catch {
    // Who may not rename it may not remove it either.
    server.close();
    return;
  }
  server.close();
  try {
    linkSync(aside, path);
    unlinkSync(aside);
  } catch (error) {
    // Not every file may have two names; rename(2) is for those, and would replace what there is.
    if (codeOf(error) !== 'EEXIST') renameSync(aside, path);
    else if (kept === files.get(server)?.identity) unlinkSync(aside);
  }
}

/** Which file it is, whatever its name; undefined where there is none. */
function identityOf(path: string): string | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}:${found.isSocket()}:${found.birthtimeNs}`;
}

/** A name in the same folder that nobody has: rename(2) would replace what has it. */
function freeNameBeside(path: string): string {
  for (;;) {
    const name = join(dirname(path), `.tw-${randomBytes(6).toString('hex')}`);
    if (identityOf(name) === undefined) return name;
  }
}

/** Removes a socket file that nobody listens on, and nothing else: also not what has taken its place meanwhile. */
async function removeStale(path: string): Promise<boolean> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isSocket()) return false;
  const asked = identityOf(path);
  const refuses = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
  if (!refuses || identityOf(path) !== asked) return false;
  unlinkSync(path);
  return true;
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

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function inGoWords(address: Address, error: unknown): AddressError {
  const where = address.transport === 'unix' ? `unix ${address.path}` : `tcp ${addressText(address)}`;
  return new AddressError(`listen ${where}: bind: ${WORDS[codeOf(error) ?? ''] ?? messageOf(error)}`);
}
