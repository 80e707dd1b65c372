import { once } from 'node:events';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { containerRuntime } from './container-runtime.ts';
import { connectEngine, engineMissing } from './docker-engine.ts';
import { RuntimeError } from '../runtime.ts';

const usual = process.env['DOCKER_HOST'];
// Not by connectEngine: testcontainers keeps the first engine that answered.
const missing = engineMissing() ?? (await refused());

afterEach(() => {
  if (usual === undefined) delete process.env['DOCKER_HOST'];
  else process.env['DOCKER_HOST'] = usual;
});

test('an engine that is not there is said in one line with the cure', async () => {
  process.env['DOCKER_HOST'] = 'unix:///nowhere/docker.sock';
  expect(await containerRuntime().unavailable()).toBe(
    'no Docker engine answers (docker info fails): install docker.io and start dockerd, or use --runtime process',
  );
});

test('an engine on another machine is refused, because folders are shared with it', async () => {
  process.env['DOCKER_HOST'] = 'tcp://engine.example:2376';
  expect(await containerRuntime().unavailable()).toMatch(
    /^DOCKER_HOST is tcp:\/\/engine.example:2376: .*use a local engine, or use --runtime process$/,
  );
});

test('an engine that goes away in mid-run is a harness error that says what was asked', async ({ skip }) => {
  skip(missing !== undefined, missing);
  await using relay = await relayedEngine();
  process.env['DOCKER_HOST'] = `unix://${relay.path}`;
  const engine = await connectEngine();
  expect(await engine.hasImage('no/such:image')).toBe(false);
  relay.cut();
  const failure = await engine.listRun('none').catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(RuntimeError);
  expect(String(failure)).toMatch(/the Docker engine did not list (containers|networks): (connect|write|read) E/);
});

/** Why this user may not talk to the machine's engine. */
async function refused(): Promise<string | undefined> {
  return access(machinesEngine(), constants.W_OK).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

function machinesEngine(): string {
  return (usual ?? 'unix:///var/run/docker.sock').slice('unix://'.length);
}

/** The machine's engine behind a socket that can be taken away. */
async function relayedEngine(): Promise<AsyncDisposable & { path: string; cut(): void }> {
  const folder = await mkdtemp(join(tmpdir(), 'tw-'));
  const path = join(folder, 'docker.sock');
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(machinesEngine());
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => client.destroy(upstream.destroy().errored ?? undefined));
    }
  });
  server.listen(path);
  await once(server, 'listening');
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    path,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
