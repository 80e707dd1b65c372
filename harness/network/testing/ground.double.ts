// A ground for tests of networks. Programs are plain children of the test, and links lead to servers in the test itself. No
// nodes are started on it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Address, Link } from '../../model/system/link.ts';
import type { Ground, LaunchedProgram, NodeExit, Program } from '../../runtime/runtime.ts';

export interface GroundDouble extends Ground {
  /** The programs that were launched, for signals. */
  readonly programs: readonly ChildProcess[];
}

/** `upstreams`: where each proxied link leads, by name. Proxies of Unix links listen in the ground's folder. */
export async function groundDouble(host: string, upstreams: ReadonlyMap<string, Address>): Promise<GroundDouble> {
  const folder = await mkdtemp(join(tmpdir(), 'tw-ground-'));
  const programs: ChildProcess[] = [];
  const names = [...upstreams.keys()];

  const listenOf = (name: string): Address => {
    const port = 21_000 + names.indexOf(name);
    return upstreams.get(name)?.transport === 'unix'
      ? { transport: 'unix', path: join(folder, `${port}.sock`) }
      : { transport: 'tcp', host, port };
  };
  const upstreamOf = (link: Link): Address => {
    const upstream = upstreams.get(link.name);
    if (!upstream) throw new Error(`the test gave no upstream for link '${link.name}'`);
    return upstream;
  };
  const noNodes = (): never => {
    throw new Error('this ground starts no nodes');
  };

  return {
    runId: `double-${process.pid}-${host}`,
    folder,
    programs,
    proxyPlace: (link) => ({ listen: listenOf(link.name), upstream: upstreamOf(link) }),
    dial: (link) => listenOf(link.name),
    direct: noNodes,
    start: noNodes,
    child: noNodes,
    setClock: noNodes,
    files: { place: noNodes, freeze: noNodes, fill: noNodes },
    leftovers: async () => [],
    launch: (program, sink) => launch(program, host, programs, (stream, line) => sink.line(stream, line)),
    async [Symbol.asyncDispose]() {
      for (const child of programs) child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(
  program: Program,
  host: string,
  programs: ChildProcess[],
  onLine: (stream: 'stdout' | 'stderr', line: string) => void,
): Promise<LaunchedProgram> {
  const [command = '', ...args] = program.command.map((word) => word.replaceAll('{host}', host).replaceAll('{node}', process.execPath));
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], ...program.env } });
  programs.push(child);
  const last: string[] = [];
  for (const stream of ['stdout', 'stderr'] as const)
    createInterface({ input: child[stream] }).on('line', (line) => {
      last.push(line);
      if (last.length > 50) last.shift();
      onLine(stream, line);
    });
  const exited = once(child, 'exit').then(([code, signal]): NodeExit => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  await accepting(host, program.apiPort, program.readyWithinMs, () => last);
  return {
    api: { host, port: program.apiPort },
    exited,
    logTail: () => last,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function accepting(host: string, port: number, withinMs: number, lines: () => readonly string[]): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const socket = connect(port, host);
    const outcome = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(
      () => false,
    );
    socket.destroy();
    if (outcome) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`nothing listens on ${host}:${port} after ${withinMs} ms; it said:\n${lines().join('\n')}`);
}
