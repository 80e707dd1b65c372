// Where fault servers come from: our own proxy or Shopify's Toxiproxy, launched on a run's ground, or one that somebody
// else started. Outside cli/, bench/ and tests, only this file knows where the programs of proxy/ are.
import { existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Link } from '../../model/system/link.ts';
import { programFile } from '../../model/values/program-file.ts';
import { exitText, type Ground, type Program, type Runtime, type StdioPrograms } from '../../runtime/runtime.ts';
import type { Engine, EngineName } from '../api/engine.ts';

export type Where = Runtime['helpers'];

export interface EngineRequest {
  where: Where;
  ground: Ground;
  links: readonly Link[];
  seed: number;
  onLine: (line: string) => void;
}

/** Where Toxiproxy comes from on this machine. */
export type ToxiproxySource = { binary: string; version: string } | { image: string } | { url: string } | { missing: string };

const OWN_API_PORT = 8474;
const TOXIPROXY_API_PORT = 8475;

export async function launchOwn(request: EngineRequest): Promise<Engine> {
  const { command, reads } = ownProgram({ listen: `{host}:${OWN_API_PORT}`, seed: request.seed, withParent: request.where === 'process' });
  return launch('own', request, { name: 'fault-proxy', command, reads, apiPort: OWN_API_PORT, readyWithinMs: 30_000 });
}

/** @throws Error when the source is missing: planning asks first. */
export async function launchToxiproxy(source: ToxiproxySource, request: EngineRequest): Promise<Engine> {
  if ('missing' in source) throw new Error(source.missing);
  if ('url' in source) return outside('toxiproxy', source.url);
  const binary = 'binary' in source ? source.binary : 'toxiproxy-server';
  return launch('toxiproxy', request, {
    name: 'toxiproxy',
    command: [binary, '-host', '{host}', '-port', String(TOXIPROXY_API_PORT), '-seed', String(request.seed), '-proxy-metrics'],
    // Its log is the only place where it tells of single connections.
    env: { LOG_LEVEL: 'trace' },
    apiPort: TOXIPROXY_API_PORT,
    readyWithinMs: 30_000,
    ...('image' in source && { image: source.image }),
  });
}

interface OwnProgramSettings {
  listen: string;
  seed?: number;
  /** It has a pipe on stdin and goes when that ends; a container's stdin is empty from the start. */
  withParent: boolean;
}

/** The command of our own proxy and what it must be able to read. `{node}` stands for the Node binary. */
export function ownProgram(settings: OwnProgramSettings): { command: string[]; reads: string[] } {
  const serve = programFile(import.meta.url, '../../proxy/serve.ts');
  const command = ['{node}', serve, '--listen', settings.listen, '--allow-remote'];
  if (settings.withParent) command.push('--exit-with-parent');
  if (settings.seed !== undefined) command.push('--seed', String(settings.seed));
  return { command, reads: [dirname(serve), ...kernelLibrary(serve)] };
}

/** The programs that put the proxy between a node and a child of it. */
export function stdioShim(): StdioPrograms {
  return {
    shim: programFile(import.meta.url, '../../proxy/shim/stdio-shim.ts'),
    standIn: programFile(import.meta.url, '../../proxy/shim/stand-in.ts'),
  };
}

/** koffi and its prebuilt binaries; without them the proxy still runs and paces its splits by time. */
function kernelLibrary(from: string): string[] {
  try {
    const koffi = dirname(createRequire(from).resolve('koffi'));
    return [koffi, join(dirname(koffi), '@koromix')].filter((folder) => existsSync(folder));
  } catch {
    return [];
  }
}

/**
 * Looks for Toxiproxy: `TORNWIRE_TOXIPROXY` (a binary, or the URL of a running one), then `toxiproxy-server`
 * on PATH, in Go's bin folder and in our cache folder. In containers it is an image.
 */
export async function findToxiproxy(where: Where, env: NodeJS.ProcessEnv = process.env): Promise<ToxiproxySource> {
  const named = env['TORNWIRE_TOXIPROXY'];
  if (named !== undefined && /^https?:/.test(named)) return { url: named.replace(/\/+$/, '') };
  if (where === 'container') return { image: env['TORNWIRE_TOXIPROXY_IMAGE'] ?? 'tornwire/toxiproxy:latest' };
  for (const binary of candidates(env)) {
    const version = await versionOf(binary);
    if (version !== undefined) return { binary, version };
  }
  const cure =
    'put toxiproxy-server on PATH, or run: go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0 and set TORNWIRE_TOXIPROXY to the binary';
  return {
    missing: named === undefined ? `no Toxiproxy found: ${cure}` : `TORNWIRE_TOXIPROXY is not a Toxiproxy server: ${named}; ${cure}`,
  };
}

function candidates(env: NodeJS.ProcessEnv): string[] {
  const named = env['TORNWIRE_TOXIPROXY'];
  if (named !== undefined) return [named];
  const home = env['HOME'] ?? homedir();
  const goBin = env['GOBIN'] ?? join(env['GOPATH']?.split(delimiter)[0] ?? join(home, 'go'), 'bin');
  const cache = join(env['XDG_CACHE_HOME'] ?? join(home, '.cache'), 'tornwire');
  const onPath = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  // `go install` names it after its folder: server. Asking for its version tells it from other servers.
  return [...[...onPath, goBin, cache].map((folder) => join(folder, 'toxiproxy-server')), join(goBin, 'server')];
}

async function versionOf(binary: string): Promise<string | undefined> {
  try {
    await access(binary, constants.X_OK);
    const { execa } = await import('execa');
    const { stdout } = await execa(binary, ['-version'], { timeout: 5000 });
    return /^toxiproxy-server version (\S+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

async function launch(name: EngineName, request: EngineRequest, program: Omit<Program, 'links'>): Promise<Engine> {
  const sink = { line: (_stream: 'stdout' | 'stderr', line: string) => request.onLine(line) };
  const launched = await request.ground.launch({ ...program, links: request.links }, sink);
  return {
    name,
    url: `http://${launched.api.host}:${launched.api.port}`,
    ended: launched.exited.then((exit) => `${program.name} ended with ${exitText(exit)}${tail(launched.logTail())}`),
    shared: false,
    logged: true,
    since: 0,
    [Symbol.asyncDispose]: () => launched[Symbol.asyncDispose](),
  };
}

function outside(name: EngineName, url: string): Engine {
  return { name, url, ended: new Promise(() => {}), shared: true, logged: false, since: 0, [Symbol.asyncDispose]: async () => {} };
}

function tail(lines: readonly string[]): string {
  return lines
    .slice(-3)
    .map((line) => `\n  | ${line}`)
    .join('');
}
