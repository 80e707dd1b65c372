// What a run claims on this machine: a folder under <tmp>/tornwire-<uid>/ with its owner written inside, and a loopback
// address of its own. Both show whether the owner still lives. The owner holds a lock on the file with its name, which means
// the same in every namespace; where the native calls do not load, the file says its process. The address is held by a listening abstract socket (unix(7)), which the kernel closes when the owner ends, so no claim is ever stale. So runs on
// one machine's network never share an address, whichever user started them.
//
//   <tmp>/tornwire-<uid>/<runId>/owner.json   written before anything else
//                               /sockets/     socket files of nodes and proxies
//                               /stdio/       what starts children over stdio, and their far halves
//                               /state/<node> their working folder and by default their home, kept over restarts
//                               /home/<node>  a HOME for nodes that are to leave nothing there
//                               /tmp/<node>   their TMPDIR
//   <tmp>/tornwire-<uid>/compile-cache/       Node's compile cache, shared by all runs
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { basename, join } from 'node:path';
import { once } from 'node:events';
import { baseFolder, compileCacheFolder } from './base-folder.ts';
import { CLOCKS_FOLDER, removeClockRemains } from '../linux/fake-clock.ts';
import { holdFile, isHeld } from '../linux/file-lock.ts';
import { thawBelow } from '../linux/frozen.ts';
import { startTimeOf } from '../linux/proc.ts';
import { RuntimeError } from '../runtime.ts';
import { unmountBelow } from '../linux/small-disk.ts';

export { baseFolder, compileCacheFolder };

export interface Owner {
  runId: string;
  runtime: string;
  pid: number;
  startTime: string;
  loopback: string;
  /** It holds a lock on this file for as long as it lives. */
  locked?: boolean;
}

export interface RunFolder extends AsyncDisposable {
  readonly folder: string;
  readonly loopback: string;
}

const OWNER_FILE = 'owner.json';
/** Of a folder that has not got its name yet. */
const UNNAMED = '.new-';
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/;

/** Claims the ground of one run. @throws RuntimeError when it cannot be had. */
export async function openRunFolder(runId: string, runtime: string): Promise<RunFolder> {
  if (!RUN_ID.test(runId)) {
    throw new Error(`run id '${runId}': use at most 32 letters, digits and dashes, it is part of socket paths`);
  }
  const base = await openBaseFolder();
  const claim = await claimLoopback(runId);
  try {
    const folder = join(base, runId);
    const held = await createOwned(base, folder, { runId, runtime, pid: process.pid, startTime: ownStartTime(), loopback: claim.address });
    return {
      folder,
      loopback: claim.address,
      async [Symbol.asyncDispose]() {
        await using _released = claim;
        try {
          await removeRunFolder(folder);
        } finally {
          held?.[Symbol.dispose]();
        }
      },
    };
  } catch (error) {
    await claim[Symbol.asyncDispose]();
    throw error;
  }
}

/** The owner's name goes last: whatever interrupts this, a later sweep still knows whose folder it is. */
export async function removeRunFolder(folder: string): Promise<void> {
  await unmountBelow(folder);
  if (existsSync(join(folder, CLOCKS_FOLDER))) await removeClockRemains();
  const entries = await readdir(folder).catch(() => []);
  const others = entries.filter((name) => name !== OWNER_FILE);
  const remove = (): Promise<unknown> => Promise.all(others.map((name) => rm(join(folder, name), { recursive: true, force: true })));
  await remove().catch(async () => {
    await thawBelow(folder);
    await remove();
  });
  await rm(folder, { recursive: true, force: true });
}

/** Undefined for a folder that belongs to no run, or to none yet. @throws RuntimeError naming a file that cannot be understood */
export async function readOwner(folder: string): Promise<Owner | undefined> {
  const file = join(folder, OWNER_FILE);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  // Another run may be writing its name at this moment: half of it ends before the line does.
  if (text === undefined || (basename(folder).startsWith(UNNAMED) && !text.endsWith('\n'))) return undefined;
  const owner = ownerIn(text);
  if (!owner)
    throw new RuntimeError(`${file} does not say whose folder it is: remove ${folder} when no tornwire runs that could have made it`);
  return owner;
}

function ownerIn(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null;
    const whole = RUN_ID.test(String(owner?.runId)) && Number.isInteger(owner?.pid) && typeof owner?.startTime === 'string';
    return whole ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

/** A folder gets its name within moments of being made. */
const NAMED_WITHIN_MS = 60_000;

/** A runner was killed between making this folder and writing its name into it, so nobody will ever claim it; nothing was started yet. */
export async function wasNeverNamed(folder: string, nowMs = Date.now()): Promise<boolean> {
  if (!basename(folder).startsWith(UNNAMED)) return false;
  const made = await stat(folder).catch(() => undefined);
  return made !== undefined && nowMs - made.mtimeMs > NAMED_WITHIN_MS && isHeld(join(folder, OWNER_FILE)) !== true;
}

/**
 * Of a run that holds a lock its process number says nothing: it may be one of another PID namespace. Where the lock cannot be looked at,
 * nobody knows that it is dead, and it is left alone.
 */
export function ownerLives(owner: Owner, folder: string): boolean {
  const file = join(folder, OWNER_FILE);
  if (owner.locked === true) return isHeld(file) ?? existsSync(file);
  return startTimeOf(owner.pid) === owner.startTime;
}

/** A named lock among all processes of this machine's network; gone with its holder. Undefined when it is held. */
export async function takeAbstractSocket(name: string): Promise<AsyncDisposable | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen({ path: `\0${name}` });
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
  server.unref();
  return { [Symbol.asyncDispose]: () => closed(server) };
}

async function openBaseFolder(): Promise<string> {
  const base = baseFolder();
  await mkdir(compileCacheFolder(), { recursive: true, mode: 0o700 });
  const found = await lstat(base);
  if (!found.isDirectory() || (process.getuid && found.uid !== process.getuid())) {
    throw new RuntimeError(`${base} belongs to somebody else: remove it or set TMPDIR to a folder of your own`);
  }
  return base;
}

/** The folder appears under its name only together with its owner, so a sweep never meets one without. */
async function createOwned(base: string, folder: string, owner: Owner): Promise<Disposable | undefined> {
  const fresh = await mkdtemp(join(base, UNNAMED));
  const file = join(fresh, OWNER_FILE);
  await writeFile(file, '');
  const held = holdFile(file);
  await writeFile(file, `${JSON.stringify({ ...owner, locked: held !== undefined })}\n`);
  await rename(fresh, folder).catch(async (error: Error) => {
    await rm(fresh, { recursive: true, force: true });
    held?.[Symbol.dispose]();
    throw new RuntimeError(`run id '${owner.runId}' is in use: ${folder} exists`, { cause: error });
  });
  return held;
}

async function claimLoopback(runId: string): Promise<AsyncDisposable & { address: string }> {
  const hash = createHash('sha256').update(runId).digest();
  const first = hash.readUInt32BE(0);
  for (let step = 0; step < 256; step += 1) {
    const address = loopbackNumber(first + step);
    const claim = await takeAbstractSocket(`tornwire-${address}`);
    if (claim) return Object.assign(claim, { address });
  }
  throw new RuntimeError('256 loopback addresses in a row are claimed by other runs');
}

/** 127.16.0.1 to 127.254.255.254: clear of the addresses that people use by hand. */
function loopbackNumber(number: number): string {
  const last = 1 + (number % 254);
  const third = Math.floor(number / 254) % 256;
  const second = 16 + (Math.floor(number / (254 * 256)) % 239);
  return `127.${second}.${third}.${last}`;
}

function ownStartTime(): string {
  const startTime = startTimeOf(process.pid);
  if (startTime === undefined) throw new RuntimeError('/proc cannot be read: runs need Linux with /proc mounted');
  return startTime;
}

async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}
