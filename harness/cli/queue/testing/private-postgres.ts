// A PostgreSQL of its own in a temporary folder, on loopback, from Debian's package. It ends with the process that started it.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync, globSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, sep } from 'node:path';

const NOBODY = 65_534;
const USER = 'sweeper';

export interface PrivatePostgres extends AsyncDisposable {
  /** With the password. */
  url: string;
  password: string;
  /** Every session is cut off. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** The folder of its programs; Debian keeps them out of PATH. */
function programs(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...globSync('/usr/lib/postgresql/*/bin')];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
}

/** Why there can be none here, in one line; undefined when there can. */
export function noPostgres(): string | undefined {
  if (programs() === undefined) return 'PostgreSQL is not installed (apt-get install postgresql)';
  return spawnSync('setpriv', ['--version']).status === 0 ? undefined : 'setpriv is not installed (apt-get install util-linux)';
}

/** The nearest folder at or above `folder` that every user can write to and reach: a root's own TMPDIR is closed to the user the server runs as. */
function reachable(folder: string): string {
  const above = folder.split(sep).map((_, depth, parts) => parts.slice(0, depth + 1).join(sep) || sep);
  const shut = above.findIndex((path) => (statSync(path).mode & 0o001) === 0);
  const passable = shut === -1 ? above : above.slice(0, shut);
  return passable.findLast((path) => (statSync(path).mode & 0o003) === 0o003) ?? folder;
}

/** @throws Error with what its programs say when it does not come up. */
export async function privatePostgres(password = 'correct-horse-7'): Promise<PrivatePostgres> {
  const bin = programs();
  if (bin === undefined) throw new Error(noPostgres());
  const isRoot = process.getuid?.() === 0;
  const folder = await mkdtemp(join(isRoot ? reachable(tmpdir()) : tmpdir(), 'tw-pg-'));
  const secret = join(folder, 'password');
  await writeFile(secret, password);
  if (isRoot) await Promise.all([folder, secret].map((path) => chown(path, NOBODY, NOBODY)));
  // It refuses to run as root.
  const as = ['setpriv', '--pdeathsig', 'INT', ...(isRoot ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [])];
  const data = join(folder, 'data');
  const made = spawnSync(
    as[0] as string,
    [
      ...as.slice(1),
      join(bin, 'initdb'),
      '-D',
      data,
      '-U',
      USER,
      '-A',
      'scram-sha-256',
      `--pwfile=${secret}`,
      '--no-sync',
      '-E',
      'UTF8',
      '--locale=C',
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: 50,
    logging_collector: 'off',
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let server: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (!server || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGINT');
    await ended;
  };
  const start = async (): Promise<void> => {
    server = spawn(as[0] as string, [...as.slice(1), join(bin, 'postgres'), '-D', data, ...words], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await readyLine(server);
  };
  await start();
  return {
    url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`,
    password,
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function readyLine(server: ChildProcess): Promise<void> {
  let log = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('ready to accept connections')) resolve();
    });
    server.once('exit', (code) => reject(new Error(`postgres ended with code ${code}: ${log}`)));
    server.once('error', reject);
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
