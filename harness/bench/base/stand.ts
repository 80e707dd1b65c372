// What the proxy benchmarks stand on: our proxy and Shopify's side by side, and two processes for the ends.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { controlOf } from '../../network/api/api-client.ts';
import { findToxiproxy, ownProgram } from '../../network/engines/engines.ts';
import { killed, startTied } from './tied-child.ts';
import type { FromClient, FromServer, Target, Task, ToClient, ToServer } from './ends.ts';

export interface ProxyUnderTest extends AsyncDisposable {
  readonly pid: number;
  /** Of its control API. */
  readonly url: string;
  /** A proxy before this target; extra fields are ours only. Gives where to dial. */
  proxy(name: string, target: Target, more?: object): Promise<Target>;
  toxic(proxy: string, toxic: object): Promise<void>;
  remove(proxy: string): Promise<void>;
}

export interface Ends extends AsyncDisposable {
  readonly server: { listen(target?: Target): Promise<Target>; outcomes(): Promise<(FromServer & { outcomes: unknown })['outcomes']> };
  perform(target: Target, task: Task): Promise<FromClient>;
}

const CONTROL_MS = 10_000;

export async function ourProxy(): Promise<ProxyUnderTest> {
  const [node = '', ...args] = ownProgram({ listen: '127.0.0.1:0', seed: 1, withParent: true }).command.map((word) =>
    word.replace('{node}', process.execPath),
  );
  const child = spawn(node, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [first] = (await once(lines, 'line', { signal: AbortSignal.timeout(CONTROL_MS) })) as [string];
  const { host, port } = JSON.parse(first) as { host: string; port: number };
  return underTest('own', child, `http://${host}:${port}`);
}

/** Undefined where there is no Toxiproxy on this machine; `why` says how to get it. */
export async function shopifysProxy(): Promise<ProxyUnderTest | { why: string }> {
  const found = await findToxiproxy('process');
  if (!('binary' in found)) return { why: 'missing' in found ? found.missing : 'TORNWIRE_TOXIPROXY must name a binary' };
  const port = await freePort();
  const child = startTied([found.binary, '-host', '127.0.0.1', '-port', String(port)]);
  const url = `http://127.0.0.1:${port}`;
  await answering(url);
  return underTest('toxiproxy', child, url);
}

export async function ends(): Promise<Ends> {
  const script = join(import.meta.dirname, 'ends.ts');
  const server = fork(script, ['server']);
  const client = fork(script, ['client']);
  return {
    server: {
      async listen(target = { host: '127.0.0.1', port: 0 }) {
        const answer = await asked<FromServer>(server, { listen: target } satisfies ToServer);
        if (!('listening' in answer)) throw new Error('the server end did not listen');
        return answer.listening;
      },
      async outcomes() {
        const answer = await asked<FromServer>(server, { collect: true } satisfies ToServer);
        if (!('outcomes' in answer)) throw new Error('the server end gave no outcomes');
        return answer.outcomes;
      },
    },
    async perform(target, task) {
      const answer = await asked<FromClient>(client, { target, task } satisfies ToClient);
      if ('failed' in answer) throw new Error(`${task.do}: ${answer.failed}`);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([server, client].map(killed));
    },
  };
}

export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'tw-bench-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Resident memory in MiB. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

export function descriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function underTest(who: string, child: ChildProcess, url: string): ProxyUnderTest {
  const { client, call } = controlOf(who, url, CONTROL_MS);
  return {
    pid: child.pid ?? 0,
    url,
    async proxy(name, target, more = {}) {
      const upstream = 'path' in target ? `unix:${target.path}` : `${target.host}:${target.port}`;
      const listen = 'path' in target ? `unix:${target.path}.proxy` : '127.0.0.1:0';
      const made = await client.createProxy({ name, listen, upstream, enabled: true, ...more });
      if ('path' in target) return { path: made.listen.slice('unix:'.length) };
      const [host = '', port = ''] = made.listen.split(':');
      return { host, port: Number(port) };
    },
    async toxic(proxy, toxic) {
      const made = await client.get(proxy);
      await made.addToxic(toxic as Parameters<typeof made.addToxic>[0]);
    },
    remove: async (proxy) => void (await call('DELETE', `/proxies/${proxy}`)),
    [Symbol.asyncDispose]: () => killed(child),
  };
}

async function asked<Answer>(child: ChildProcess, message: ToServer | ToClient): Promise<Answer> {
  child.send(message);
  const [answer] = (await once(child, 'message', { signal: AbortSignal.timeout(180_000) })) as [Answer];
  return answer;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

async function answering(url: string): Promise<void> {
  const deadline = performance.now() + CONTROL_MS;
  while (performance.now() < deadline) {
    const up = await fetch(`${url}/version`).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`nothing answered at ${url} within ${CONTROL_MS} ms`);
}
