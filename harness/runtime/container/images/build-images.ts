// Builds the images that the container runtime starts, `tornwire images`. It decides by itself whether a registry
// answers, says which way it went, and names every image by the hash of its recipe: nothing is built twice.
//
//   tornwire/base       a small Debian with the programs nodes call; Node itself is mounted into the containers
//   tornwire/toxiproxy  the base with Shopify's Toxiproxy server
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { RuntimeError } from '../../runtime.ts';
import { programFile } from '../../../model/values/program-file.ts';
import { IMAGES } from './images.ts';

/** No server of Toxiproxy can be had here: one engine less in containers, and nothing else. */
class NoToxiproxyError extends RuntimeError {}

interface Workshop {
  folder: string;
  registry: boolean;
  /** What was decided and done, a line at a time. */
  say: (line: string) => void;
}

/** In the repository and in the package alike the folder lies beside that of the code. */
const NODE_DOCKERFILE = programFile(import.meta.url, '../../../../docker/node.Dockerfile');
const TOXIPROXY_DOCKERFILE = programFile(import.meta.url, '../../../../docker/toxiproxy.Dockerfile');
const TOXIPROXY_VERSION = '2.12.0';
/** Without it the server calls itself version 'git'. */
const VERSION_FLAG = `-ldflags=-X github.com/Shopify/toxiproxy/v2.Version=${TOXIPROXY_VERSION}`;
const REGISTRY_BASE = 'node:24-bookworm-slim';
/** Node's own libraries, then what systems under test and probes call. */
const LIBRARIES = ['libstdc++6', 'libgcc-s1'];
const PROGRAMS = ['procps', 'iproute2', 'tmux', 'libfaketime', 'redis-server'];
/** What every Debian has and an empty folder has not. */
const GROUND_FLOOR = ['base-files', 'dash', 'coreutils', 'libc-bin', 'ncurses-base', 'util-linux'];

/** The images by their names with the hash. */
interface Built {
  base: string;
  toxiproxy?: string;
  /** Why there is none with Toxiproxy's server. */
  withoutToxiproxy?: string;
}

/** @param offline asks no registry, even if one answers. @throws RuntimeError with what is missing and the cure, in one line. */
export async function buildImages(offline: boolean, say: (line: string) => void): Promise<Built> {
  await requireEngine();
  await using workshop = await openWorkshop(offline, say);
  say(workshop.registry ? `a registry answers, from ${REGISTRY_BASE}` : 'no registry answers, from Debian packages');
  const base = await buildBase(workshop);
  try {
    return { base, toxiproxy: await buildToxiproxy(workshop, base) };
  } catch (error) {
    if (!(error instanceof NoToxiproxyError)) throw error;
    say(`--engine toxiproxy stays impossible in containers: ${error.message}`);
    return { base, withoutToxiproxy: error.message };
  }
}

async function requireEngine(): Promise<void> {
  const info = await run('docker', ['info', '--format', '{{.ServerVersion}}'], { withinMs: 20_000 });
  if (info.failed) throw new RuntimeError('no Docker engine answers (docker info fails): install docker.io and start dockerd');
}

async function openWorkshop(offline: boolean, say: Workshop['say']): Promise<Workshop & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'tw-images-'));
  return {
    folder,
    say,
    registry: !offline && ((await imageExists(REGISTRY_BASE)) || (await pulls(REGISTRY_BASE))),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function buildBase({ folder, registry, say }: Workshop): Promise<string> {
  const dockerfile = await readFile(NODE_DOCKERFILE, 'utf8');
  const recipe = registry ? [dockerfile, ...PROGRAMS] : [...mmdebstrapArguments(), ...GROUND_FLOOR];
  return await buildOnce(say, IMAGES.base, recipe, async (tag) => {
    if (registry) {
      await docker(['build', '--tag', tag, '--build-arg', `PACKAGES=${PROGRAMS.join(' ')}`, '-'], dockerfile);
      return;
    }
    const tar = join(folder, 'base.tar');
    await mmdebstrap(tar);
    await docker(['import', '--change', 'CMD ["/bin/sh"]', tar, tag]);
  });
}

async function buildToxiproxy({ folder, registry, say }: Workshop, base: string): Promise<string> {
  const dockerfile = await readFile(TOXIPROXY_DOCKERFILE, 'utf8');
  return await buildOnce(say, IMAGES.toxiproxy, [base, dockerfile, VERSION_FLAG], async (tag) => {
    await placeToxiproxy(join(folder, 'toxiproxy-server'), folder, registry);
    await docker(['build', '--tag', tag, '--build-arg', `BASE=${base}`, '--file', '-', folder], dockerfile);
  });
}

/** Builds unless the very same was built before; gives the name with the hash. */
async function buildOnce(
  say: Workshop['say'],
  latest: string,
  recipe: readonly string[],
  build: (tag: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256').update(recipe.join('\0')).digest('hex').slice(0, 12);
  const tag = latest.replace(/:latest$/, `:${hash}`);
  const start = performance.now();
  const there = await imageExists(tag);
  if (!there) await build(tag);
  await docker(['tag', tag, latest]);
  say(`${tag} ${there ? 'is there already' : `built in ${((performance.now() - start) / 1000).toFixed(1)} s`}`);
  return tag;
}

/** Unpacks packages without installing them: no maintainer scripts, a few seconds. */
async function mmdebstrap(tar: string): Promise<void> {
  if (!onPath('mmdebstrap')) throw new RuntimeError('mmdebstrap is missing and no registry answers: apt-get install mmdebstrap');
  const result = await run('mmdebstrap', [...mmdebstrapArguments(), 'bookworm', tar]);
  if (result.failed) throw new RuntimeError(`mmdebstrap failed: ${result.failed}`);
}

function mmdebstrapArguments(): string[] {
  const users = 'root:x:0:0:root:/:/bin/sh\\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\\n';
  const groups = 'root:x:0:\\nnogroup:x:65534:\\n';
  const unused = ['doc', 'man', 'locale', 'info'].map((name) => `"$1"/usr/share/${name}`).join(' ');
  return [
    '--quiet',
    '--variant=extract',
    '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
    `--include=${[...GROUND_FLOOR, ...LIBRARIES, ...PROGRAMS].join(',')}`,
    `--extract-hook=rm -rf ${unused}`,
    `--extract-hook=printf '${users}' >"$1"/etc/passwd; printf '${groups}' >"$1"/etc/group`,
  ];
}

/** The server's binary: out of the published image that TOXIPROXY_IMAGE names, named itself, on PATH, or built by the Go toolchain. */
async function placeToxiproxy(target: string, folder: string, registry: boolean): Promise<void> {
  const published = process.env['TOXIPROXY_IMAGE'];
  if (registry && published !== undefined && (await pulls(published))) {
    const container = await docker(['create', published]);
    await docker(['cp', `${container}:/toxiproxy`, target]);
    await docker(['rm', container]);
    return;
  }
  const found = process.env['TOXIPROXY_SERVER'] ?? onPath('toxiproxy-server') ?? (await goInstall(folder));
  await copyFile(found, target).catch((error: Error) => {
    throw new RuntimeError(`Toxiproxy's server cannot be read (${error.message}): set TOXIPROXY_SERVER to its binary`);
  });
}

async function goInstall(folder: string): Promise<string> {
  const cure = `set TOXIPROXY_SERVER to the server's binary, put toxiproxy-server on PATH, or install Go`;
  if (!onPath('go')) throw new NoToxiproxyError(`no Toxiproxy ${TOXIPROXY_VERSION} server here: ${cure}`);
  // Without cgo the binary is static and runs on any image.
  const module = `github.com/Shopify/toxiproxy/v2/cmd/server@v${TOXIPROXY_VERSION}`;
  const result = await run('go', ['install', VERSION_FLAG, module], { env: { GOBIN: folder, CGO_ENABLED: '0' } });
  if (result.failed) throw new RuntimeError(`go install of Toxiproxy failed (${result.failed}): ${cure}`);
  return join(folder, 'server');
}

async function imageExists(tag: string): Promise<boolean> {
  return !(await run('docker', ['image', 'inspect', tag])).failed;
}

/** A registry that answers does so within seconds; one that is blocked may never. */
async function pulls(image: string): Promise<boolean> {
  const manifest = await run('docker', ['manifest', 'inspect', image], { withinMs: 15_000 });
  return !manifest.failed && !(await run('docker', ['pull', '--quiet', image])).failed;
}

async function docker(words: readonly string[], input?: string): Promise<string> {
  // The legacy builder is the one that every engine has; buildx is a plugin.
  const env = onPath('docker-buildx') ? {} : { DOCKER_BUILDKIT: '0' };
  const result = await run('docker', words, { env, ...(input === undefined ? {} : { input }) });
  if (result.failed) throw new RuntimeError(`docker ${words[0]} failed: ${result.failed}`);
  return result.output;
}

/** `failed` says why in a line. */
async function run(
  program: string,
  words: readonly string[],
  { input = '', env = {}, withinMs = 300_000 }: { input?: string; env?: Record<string, string>; withinMs?: number } = {},
): Promise<{ output: string; failed?: string }> {
  const child = spawn(program, words, { env: { ...process.env, ...env }, timeout: withinMs, killSignal: 'SIGKILL' });
  const texts = { output: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (texts.output += piece));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (texts.errors += piece));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const why = await once(child, 'close').then(
    ([code, signal]: unknown[]) => (code === 0 ? undefined : (lastLine(texts.errors) ?? `it ended with ${String(code ?? signal)}`)),
    (error: Error) => error.message,
  );
  return why === undefined ? { output: texts.output.trim() } : { output: texts.output.trim(), failed: why };
}

function onPath(program: string): string | undefined {
  const places = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').at(-1) || undefined;
}
