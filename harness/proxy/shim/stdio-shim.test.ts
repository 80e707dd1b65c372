import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import type { Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { loadKernel } from '../exact/kernel.ts';
import type { Kernel } from '../exact/libc.ts';

const SHIM = path.join(import.meta.dirname, 'stdio-shim.ts');
const kernel = loadKernel();
const folders: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of folders.splice(0)) await each[Symbol.asyncDispose]();
});

it('carries all three streams and ends with the code of the command', async () => {
  const near = (await shim()).start(
    js(`process.stdin.on('data', (text) => process.stdout.write('out ' + text));
    process.stdin.on('end', () => { process.stderr.write('err'); process.exitCode = 7; });`),
  );
  near.stdin.end('hello');
  expect(await ending(near)).toEqual({ code: 7, signal: null, stdout: 'out hello', stderr: 'err' });
});

it('runs the command with the environment, folder and arguments of the near half', async () => {
  const bench = await shim();
  const near = bench.start(js(`console.log(process.env.TW_SHIM_TEST, process.cwd(), process.argv.slice(1).join())`, 'a b', 'c'), {
    cwd: bench.folder,
    env: { ...process.env, TW_SHIM_TEST: 'mine' },
  });
  expect((await ending(near)).stdout).toBe(`mine ${bench.folder} a b,c\n`);
});

it('takes the command from the far half when near names none', async () => {
  const near = (await shim({ farCommand: js(`console.log('from far')`) })).start([]);
  expect((await ending(near)).stdout).toBe('from far\n');
});

it('gives the words of the near half as arguments to the command of the far half, which has variables of its own', async () => {
  const farCommand = js('console.log(process.argv.slice(1).join("|"), process.env.TW_OF_NEAR, process.env.TW_OF_FAR)', 'own');
  const bench = await shim({ farCommand, farEnv: ['TW_OF_FAR=far=1'] });
  const near = bench.start(['a b', '--', '-x'], { env: { ...process.env, TW_OF_NEAR: 'near', TW_OF_FAR: 'near' } });
  expect((await ending(near)).stdout).toBe('own|a b|--|-x near far=1\n');
});

it('says at the far half which commands run and how they ended', async () => {
  const bench = await shim();
  const reports = text(bench.far.stdout);
  const near = bench.start(js('setInterval(() => {}, 1000)'));
  await until(() => reports().includes('"started"'));
  near.kill('SIGTERM');
  await until(() => reports().includes('"ended"'));
  await ending(bench.start(['sh', '-c', 'echo one >&2; echo two >&2; exit 3']));
  const told = bench.start(['sh', '-c', 'cat; echo three >&2; exit 4']);
  told.stdin.end();
  await ending(told);
  const lines = reports()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject([
    { started: expect.any(Number) as number, near: near.pid },
    { ended: { code: null, signal: 'SIGTERM', askedBy: 'signal' } },
    { started: expect.any(Number) as number },
    { ended: { code: 3, signal: null, lastWords: ['one', 'two'] } },
    { started: expect.any(Number) as number },
    { ended: { code: 4, signal: null, askedBy: 'end of stdin' } },
  ]);
  expect(lines[3]).not.toHaveProperty('ended.askedBy');
});

it('serves one session after the other and side by side, numbering their streams in order', async () => {
  const bench = await shim();
  const both = [bench.start(['cat']), bench.start(['cat'])];
  for (const [at, near] of both.entries()) near.stdin.end(`cat ${at}`);
  expect((await Promise.all(both.map(ending))).map((end) => end.stdout)).toEqual(['cat 0', 'cat 1']);
  await ending(bench.start(['true']));
  expect(bench.preambles.slice(6)).toEqual(['stdin', 'stdout', 'stderr']);
});

it.each(['SIGKILL', 'SIGTERM', 'SIGSEGV'] as const)('dies by %s when the command does', async (signal) => {
  const near = (await shim()).start(js(`process.kill(process.pid, '${signal}'); setInterval(() => {}, 1000)`));
  expect(await ending(near)).toMatchObject({ code: null, signal });
});

it('says that a command was not found, with the code that shells use', async () => {
  const end = await ending((await shim()).start(['/nowhere/command']));
  expect(end).toMatchObject({ code: 127, signal: null });
  expect(end.stderr).toContain('ENOENT');
});

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('passes %s on, even while nobody reads the output', async (signal) => {
  const near = (await shim()).start(
    js(`process.on('${signal}', () => { process.stderr.write('got it'); process.exit(3); });
      process.stdout.write(Buffer.alloc(3_000_000)); process.stderr.write('ready.'); setInterval(() => {}, 1000)`),
  );
  const stderr = text(near.stderr);
  await until(() => stderr() === 'ready.');
  near.kill(signal);
  await until(() => stderr() === 'ready.got it');
  near.stdout.resume();
  const [code] = (await once(near, 'exit')) as [number];
  expect(code).toBe(3);
});

it('passes a signal to the whole group of the command when near leads a group of its own', async () => {
  const near = (await shim()).start(['sh', '-c', 'sleep 60 & echo $!; trap "" TERM; wait; exit 5'], { detached: true });
  const stdout = text(near.stdout);
  await until(() => stdout().endsWith('\n'));
  process.kill(-near.pid!, 'SIGTERM');
  await once(near, 'exit');
  expect(isAlive(Number(stdout()))).toBe(false);
});

it.skipIf('missing' in kernel)('lets the parent see that the command closed its stdin, before it writes again', async () => {
  const near = (await shim()).start(js(`require('fs').closeSync(0); process.stderr.write('closed'); setInterval(() => {}, 1000)`));
  const { fd } = (near.stdin as unknown as { _handle: { fd: number } })._handle;
  await until(() => (kernel as Kernel).hungUp(fd));
  const error = once(near.stdin, 'error');
  near.stdin.write('x');
  expect(await error).toMatchObject([{ code: 'EPIPE' }]);
});

it('lets the command see that the parent closed its stdout', async () => {
  const near = (await shim()).start(
    js(
      `process.stdout.on('error', (error) => { process.stderr.write(error.code); process.exit(4); }); setInterval(() => process.stdout.write('x'), 5)`,
    ),
  );
  await once(near.stdout, 'data');
  near.stdout.destroy();
  const stderr = text(near.stderr);
  expect(await once(near, 'exit')).toEqual([4, null]);
  await until(() => stderr() === 'EPIPE');
});

it('keeps back-pressure: a command that nobody reads is stopped, and nothing is lost', async () => {
  const near = (await shim()).start(
    js(`const fs = require('fs'); let n = 0;
      setInterval(() => fs.writeSync(2, n + '\\n'), 20);
      (function more() { while (n < 300) { n++; if (!process.stdout.write(Buffer.alloc(100_000, n % 251))) return process.stdout.once('drain', more); } process.stdout.end(() => process.exit()); })()`),
  );
  const progress = text(near.stderr);
  const written = () => Number(progress().trimEnd().split('\n').at(-1));
  await until(() => written() > 0 && progress().endsWith(`${written()}\n${written()}\n${written()}\n`));
  expect(written()).toBeLessThan(60);
  let bytes = 0;
  near.stdout.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await once(near, 'close');
  expect(bytes).toBe(30_000_000);
});

it('delivers all output of a command that exits at once', async () => {
  const near = (await shim()).start(['sh', '-c', 'head -c 1000000 /dev/zero; exit 6']);
  const end = await ending(near);
  expect(end).toMatchObject({ code: 6 });
  expect(end.stdout).toHaveLength(1_000_000);
});

it('ends with the command although a grandchild holds its output open', async () => {
  const near = (await shim({ drainMs: 200 })).start(['sh', '-c', 'sleep 30 & echo $!; exit 2']);
  const end = await ending(near);
  expect(end.code).toBe(2);
  process.kill(Number(end.stdout), 'SIGKILL');
});

it('lets each stream be cut alone', async () => {
  const bench = await shim();
  const near = bench.start(
    js(
      `process.stdout.on('error', () => {}); process.stdout.write('before'); process.stdin.on('data', (text) => process.stderr.write(text)); process.stdin.on('end', () => process.exit(9))`,
    ),
  );
  const ended = once(near.stdout, 'end');
  const [before] = (await once(near.stdout, 'data')) as [Buffer];
  bench.cut(2);
  await ended;
  near.stdin.end('still here');
  expect(before.toString()).toBe('before');
  expect(await ending(near)).toMatchObject({ code: 9, stderr: 'still here' });
});

it('kills the command when near is killed, even one that ignores everything', async () => {
  const near = (await shim()).start(
    js(`for (const s of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(s, () => {}); console.log(process.pid); setInterval(() => {}, 1000)`),
  );
  const stdout = text(near.stdout);
  await until(() => stdout().endsWith('\n'));
  near.kill('SIGKILL');
  await until(() => !isAlive(Number(stdout())));
});

it('ends the commands with the far half, and near says why', async () => {
  const bench = await shim();
  const near = bench.start(js(`console.log(process.pid); setInterval(() => {}, 1000)`));
  const stdout = text(near.stdout);
  await until(() => stdout().endsWith('\n'));
  bench.far.kill('SIGTERM');
  // The far half tells how the command ended if near still listens by then; otherwise near says that it has gone.
  expect(['null,SIGTERM', '125,null']).toContain(((await once(near, 'exit')) as unknown[]).map(String).join());
  expect(isAlive(Number(stdout()))).toBe(false);
});

it('ends with an error of its own when the far half is killed', async () => {
  const bench = await shim();
  const near = bench.start(['cat']);
  near.stdin.write('x');
  await once(near.stdout, 'data');
  bench.far.kill('SIGKILL');
  expect(await ending(near)).toMatchObject({ code: 125, stderr: expect.stringContaining('far half has gone') as string });
});

it('refuses a call without a socket', async () => {
  const child = spawn(process.execPath, [SHIM, 'near']);
  expect(await ending(child)).toMatchObject({ code: 2, stderr: expect.stringContaining('usage') as string });
});

/** A far half, a plain relay in the proxy's place, and a way to start near halves. */
async function shim(options: { farCommand?: string[]; farEnv?: string[]; drainMs?: number } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tw-shim-'));
  const [proxy, upstream, control] = ['proxy', 'upstream', 'control'].map((name) => path.join(folder, name)) as [string, string, string];
  const bounds = ['--drain-ms', String(options.drainMs ?? 2000), '--grace-ms', '100'];
  const env = (options.farEnv ?? []).flatMap((pair) => ['--env', pair]);
  const far = spawn(
    process.execPath,
    [SHIM, 'far', '--socket', upstream, '--control', control, ...bounds, ...env, '--', ...(options.farCommand ?? [])],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const nears: ChildProcessWithoutNullStreams[] = [];
  const relay = await plainRelay(proxy, upstream);
  folders.push({
    async [Symbol.asyncDispose]() {
      for (const child of [...nears, far]) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill(child === far ? 'SIGTERM' : 'SIGKILL');
        await once(child, 'exit');
      }
      relay.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  });
  await once(far.stdout, 'data');
  return {
    far,
    folder,
    preambles: relay.preambles,
    cut: (connection: number) => relay.cut(connection),
    start(command: string[], settings: { cwd?: string; env?: NodeJS.ProcessEnv; detached?: boolean } = {}) {
      const near = spawn(process.execPath, [SHIM, 'near', '--socket', proxy, '--control', control, ...bounds, '--', ...command], settings);
      near.stdin.on('error', () => {});
      nears.push(near);
      return near;
    },
  };
}

async function plainRelay(listen: string, target: string) {
  const connections: { near: Socket; far: Socket }[] = [];
  const preambles: string[] = [];
  const server = net.createServer({ allowHalfOpen: true }, (near) => {
    const far = net.connect({ path: target, allowHalfOpen: true });
    near.once('data', (chunk: Buffer) => preambles.push((JSON.parse(chunk.toString().split('\n')[0]!) as { stream: string }).stream));
    connections.push({ near, far });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.pipe(to);
      from.on('error', () => {});
      from.on('close', () => to.destroy());
    }
  });
  server.listen(listen);
  await once(server, 'listening');
  return {
    preambles,
    cut(connection: number) {
      for (const end of Object.values(connections[connection - 1]!)) end.destroy();
    },
    close() {
      server.close();
      for (const { near, far } of connections) for (const end of [near, far]) end.destroy();
    },
  };
}

function js(code: string, ...args: string[]): string[] {
  return [process.execPath, '-e', code, ...args];
}

async function ending(child: ChildProcessWithoutNullStreams) {
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout: stdout(), stderr: stderr() };
}

function text(stream: NodeJS.ReadableStream): () => string {
  let seen = '';
  stream.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  return () => seen;
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(reached: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(reached()).toBe(true), { timeout: 8000, interval: 10 });
}
