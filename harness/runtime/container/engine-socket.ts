// Why no container engine answers, as its socket shows it. An engine that is not there, an engine that does not run, and an
// engine that refuses this user have different cures.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface NoEngine {
  why: string;
  cure: string;
}

const WITHIN_MS = 2_000;
const INSTALL: NoEngine = { why: 'no Docker engine answers (docker info fails)', cure: 'install docker.io and start dockerd' };

/** Where a local engine may listen; none when DOCKER_HOST names another machine. */
function engineSockets(host = process.env['DOCKER_HOST']): string[] {
  if (host !== undefined) return host.startsWith('unix://') ? [host.slice('unix://'.length)] : [];
  return [
    '/var/run/docker.sock',
    join(process.env['XDG_RUNTIME_DIR'] ?? '/run', 'docker.sock'),
    join(homedir(), '.docker/run/docker.sock'),
  ];
}

/** Whether there is nothing that a local engine could answer at; cheap, without a connection. */
export function noLocalSocket(): NoEngine | undefined {
  const host = process.env['DOCKER_HOST'];
  if (host !== undefined && !host.startsWith('unix://'))
    return { why: `DOCKER_HOST is ${host}`, cure: 'containers share folders with the harness, so use a local engine' };
  return engineSockets().some((place) => existsSync(place)) ? undefined : INSTALL;
}

export async function whyNoEngine(sockets: readonly string[] = engineSockets()): Promise<NoEngine> {
  for (const socket of sockets.filter((path) => existsSync(path))) {
    const problem = await connectionProblem(socket);
    if (problem === 'EACCES' || problem === 'EPERM') return refusedAt(socket);
    if (problem !== undefined) return { why: `nothing answers at ${socket} (${problem})`, cure: 'start dockerd' };
  }
  return INSTALL;
}

function refusedAt(socket: string): NoEngine {
  return {
    why: `the engine at ${socket} refuses this user (${userInfo().username})`,
    cure: 'sudo usermod -aG docker "$USER" and log in again, or run as a user who may write to that socket',
  };
}

/** The code of the error; undefined when somebody listens. */
async function connectionProblem(path: string): Promise<string | undefined> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(WITHIN_MS) });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'no answer';
  } finally {
    socket.destroy();
  }
}
