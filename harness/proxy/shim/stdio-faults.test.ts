// The faults of a child's streams, with real processes all the way, each armed before the child exists:
//
//   parent (this test) ==stdio== near --> fault proxy (serve.ts) --> far ==stdio== child
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { eventually } from '../testing/proxy-bed.ts';

const [SHIM, SERVE] = [join(import.meta.dirname, 'stdio-shim.ts'), join(import.meta.dirname, '../serve.ts')];
const owned: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of owned.splice(0)) await each[Symbol.asyncDispose]();
});

test('without a fault the streams pass as they are, and the preamble of the shim is in no count', async () => {
  const bench = await stdioBench();
  const child = bench.start(js(`process.stdin.on('data', (text) => process.stdout.write(text)).on('end', () => process.exit(3))`));
  child.stdin.end('one\ntwo\n');
  expect(await ending(child)).toEqual({ code: 3, signal: null, stdout: 'one\ntwo\n', stderr: '' });
  const frames = await bench.events('frame', 4);
  expect(frames.map(({ connection, direction, index, offset }) => ({ connection, direction, index, offset }))).toEqual([
    { connection: 1, direction: 'upstream', index: 1, offset: 0 },
    { connection: 1, direction: 'upstream', index: 2, offset: 4 },
    { connection: 2, direction: 'downstream', index: 1, offset: 0 },
    { connection: 2, direction: 'downstream', index: 2, offset: 4 },
  ]);
  expect(await bench.events('connection-labelled', 3)).toMatchObject([{ label: 'stdin' }, { label: 'stdout' }, { label: 'stderr' }]);
});

test('a stdin that is closed after the second line is an end of file for the child and a broken pipe for the parent', async () => {
  const bench = await stdioBench();
  await bench.arm('cut', 'stdin', { how: 'fin', frame: 3 });
  const child = bench.start(
    js(`let got = ''; process.stdin.on('data', (text) => (got += text)).on('end', () => process.stdout.write('had ' + JSON.stringify(got)));
      setInterval(() => {}, 1000)`),
  );
  const broken = once(child.stdin, 'error');
  const said = text(child.stdout);
  child.stdin.write('one\ntwo\nthree\n');
  await eventually('the child to see the end', () => said() === 'had "one\\ntwo\\n"' || undefined);
  const keepWriting = setInterval(() => child.stdin.write('x'), 10);
  expect(await broken).toMatchObject([{ code: 'EPIPE' }]);
  clearInterval(keepWriting);
  expect(await bench.events('toxic-fired', 1)).toMatchObject([
    { connection: 1, direction: 'upstream', byteOffset: 8, frameIndex: 3, bytesForwarded: 8, ended: { client: 'fin', upstream: 'fin' } },
  ]);
});

test('a stdout that is closed is a broken pipe for a child that writes on, and an end for the parent', async () => {
  const bench = await stdioBench();
  await bench.arm('cut', 'stdout', { how: 'fin', frame: 2 });
  const child = bench.start(
    js(`process.stdout.on('error', (error) => { process.stderr.write(error.code); process.exit(4); });
      setInterval(() => process.stdout.write('line\\n'), 5)`),
  );
  expect(await ending(child)).toEqual({ code: 4, signal: null, stdout: 'line\n', stderr: 'EPIPE' });
  expect(await bench.events('toxic-fired', 1)).toMatchObject([
    { connection: 2, direction: 'downstream', byteOffset: 5, bytesForwarded: 5 },
  ]);
});

test('a stdout that is closed ends a child that leaves SIGPIPE as it is by that signal', async () => {
  const bench = await stdioBench();
  await bench.arm('cut', 'stdout', { how: 'fin', at_byte: 6 });
  // A Node process ignores SIGPIPE and its children inherit that, so near tells of it as shells do: 128 + 13.
  const child = bench.start(['env', '--default-signal=PIPE', 'sh', '-c', 'while :; do echo again; sleep 0.01; done']);
  expect(await ending(child)).toMatchObject({ code: 141, stdout: 'again\n' });
  expect(await bench.events('toxic-fired', 1)).toMatchObject([{ connection: 2, byteOffset: 6 }]);
});

test.each(['stdout', 'stderr'] as const)(
  'a %s that is not drained blocks the child when it is full, and after the lift everything comes',
  async (stream) => {
    const bench = await stdioBench();
    await bench.arm('slow_reader', stream, { rate: 0 });
    const [busy, free] = stream === 'stdout' ? ([1, 'stderr'] as const) : ([2, 'stdout'] as const);
    const child = bench.start(
      js(`const fs = require('fs'); const block = Buffer.alloc(10_000, 'b'); const other = ${3 - busy};
        for (let n = 1; n <= 300; n++) { fs.writeSync(${busy}, block); fs.writeSync(other, n + '\\n'); }`),
    );
    const progress = text(child[free]);
    let bytes = 0;
    child[stream].on('data', (chunk: Buffer) => (bytes += chunk.length));
    const [hit] = await bench.events('toxic-fired', 1);
    expect(hit).toMatchObject({ connection: stream === 'stdout' ? 2 : 3, direction: 'downstream' });
    const written = (): number => progress().split('\n').length - 1;
    const pid = await bench.childPid();
    let [blockedAt, looks] = [0, 0];
    await eventually('the child to stay in one write', () => {
      looks = isWriting(pid) && written() > 0 && written() === blockedAt ? looks + 1 : 0;
      blockedAt = written();
      return looks >= 30 || undefined;
    });
    expect(blockedAt).toBeLessThan(250);
    await bench.lift('slow_reader');
    await once(child, 'close');
    expect([bytes, written()]).toEqual([3_000_000, 300]);
  },
);

test('a stray line stands between the lines that the child wrote, and only once', async () => {
  const bench = await stdioBench();
  await bench.arm('stray_line', 'stdout', { line: 'npm warn deprecated', frame: 2 });
  const child = bench.start(js(`for (const n of [1, 2, 3]) process.stdout.write(JSON.stringify({ n }) + '\\n')`));
  expect((await ending(child)).stdout).toBe('{"n":1}\nnpm warn deprecated\n{"n":2}\n{"n":3}\n');
  expect(await bench.events('toxic-fired', 1)).toMatchObject([{ connection: 2, direction: 'downstream', byteOffset: 8, frameIndex: 2 }]);
});

test('a stray line that is aimed at nothing comes before the first line of stdout, and the other streams stay clean', async () => {
  const bench = await stdioBench();
  await bench.arm('stray_line', 'stdout', { line: 'hello there' });
  const child = bench.start(js(`console.log('{}'); console.error('mine')`));
  expect(await ending(child)).toMatchObject({ code: 0, stdout: 'hello there\n{}\n', stderr: 'mine\n' });
  expect(await bench.events('toxic-fired', 1)).toMatchObject([{ connection: 2, byteOffset: 0 }]);
});

test('a character of several bytes reaches the parent in two reads', async () => {
  const bench = await stdioBench();
  await bench.arm('split_utf8', 'stdout', { gap: 'paced', delay_us: 200_000 });
  const child = bench.start(js(`process.stdout.write('a\\u20acb\\n')`));
  const reads: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => reads.push(chunk.toString('hex')));
  await once(child, 'close');
  expect(reads).toEqual(['61e2', '82ac620a']);
  expect(await bench.events('toxic-fired', 1)).toMatchObject([{ connection: 2, byteOffset: 2, offsetInFrame: 2 }]);
});

test('a character of several bytes reaches the child in two reads', async () => {
  const bench = await stdioBench();
  await bench.arm('split_utf8', 'stdin', { gap: 'paced', delay_us: 200_000 });
  const child = bench.start(js(`process.stdin.on('data', (chunk) => console.log(chunk.toString('hex'))); console.log('up')`));
  // A child that is still starting reads both pieces at once, and so it would by hand.
  const up = once(child.stdout, 'data');
  const ended = ending(child);
  await up;
  child.stdin.end('a\u20acb\n');
  expect((await ended).stdout).toBe('up\n61e2\n82ac620a\n');
  expect(await bench.events('toxic-fired', 1)).toMatchObject([{ connection: 1, direction: 'upstream', byteOffset: 2 }]);
});

test('a stdout that is cut in the middle of a line gives the parent exactly the bytes before', async () => {
  const bench = await stdioBench();
  await bench.arm('cut', 'stdout', { how: 'fin', match: { contains: 'second' }, at_byte: 4 });
  const child = bench.start(
    js(`process.stdout.on('error', () => {}); process.stdin.resume().on('end', () => process.exit(0));
      process.stdout.write('first line\\nthe second line\\nthe third line\\n')`),
  );
  const said = text(child.stdout);
  await once(child.stdout, 'end');
  expect(said()).toBe('first line\nthe ');
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(await bench.events('toxic-fired', 1)).toMatchObject([
    { connection: 2, byteOffset: 15, frameIndex: 2, offsetInFrame: 4, bytesForwarded: 15, ended: { client: 'fin', upstream: 'fin' } },
  ]);
});

test('latency on stdout holds back the answer, not the question', async () => {
  const bench = await stdioBench();
  await bench.arm('latency', 'stdout', { latency: 300 });
  const child = bench.start(js(`process.stdin.once('data', () => { process.stderr.write('got it'); process.stdout.write('answer'); })`));
  const [asked, answered, closed] = [once(child.stderr, 'data'), once(child.stdout, 'data'), once(child, 'close')];
  child.stdin.end('question');
  await asked;
  const askedAtMs = performance.now();
  await answered;
  expect(performance.now() - askedAtMs).toBeGreaterThan(200);
  expect(await bench.events('toxic-fired', 1)).toMatchObject([{ connection: 2, direction: 'downstream' }]);
  await closed;
});

test('a fault for the second child leaves the first one alone', async () => {
  const bench = await stdioBench();
  await bench.arm('stray_line', 'stdout', { line: 'oops', connection: 5 });
  const ends = [];
  for (const name of ['first', 'second', 'third']) ends.push(await ending(bench.start(['echo', name])));
  expect(ends.map(({ stdout }) => stdout)).toEqual(['first\n', 'oops\nsecond\n', 'third\n']);
});

type Stream = 'stdin' | 'stdout' | 'stderr';

interface Bench {
  arm(type: string, stream: Stream, attributes: object): Promise<void>;
  lift(type: string): Promise<void>;
  start(command: string[]): ChildProcessWithoutNullStreams;
  /** Waits until there are so many of this kind; gives all of them. */
  events(kind: string, count: number): Promise<Record<string, unknown>[]>;
  /** Of the command that far started first. */
  childPid(): Promise<number>;
}

async function stdioBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'tw-stdio-'));
  const at = (name: string): string => join(folder, name);
  const bounds = ['--drain-ms', '2000', '--grace-ms', '100'];
  const serve = spawn(process.execPath, [SERVE, '--listen', '127.0.0.1:0', '--seed', '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const far = spawn(process.execPath, [SHIM, 'far', '--socket', at('far'), '--control', at('control'), ...bounds], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const children: ChildProcess[] = [serve, far];
  owned.push({
    async [Symbol.asyncDispose]() {
      for (const child of children.toReversed()) await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  });
  const reports: Record<string, unknown>[] = [];
  const lines = createInterface({ input: far.stdout });
  lines.on('line', (line) => line.startsWith('{') && reports.push(JSON.parse(line) as Record<string, unknown>));
  const [[listening]] = await Promise.all([once(createInterface({ input: serve.stdout }), 'line'), once(lines, 'line')]);
  const url = `http://127.0.0.1:${(JSON.parse(String(listening)) as { port: number }).port}`;
  const ask = async (method: string, path: string, body?: object): Promise<string> => {
    const response = await fetch(url + path, { method, ...(body && { body: JSON.stringify(body) }), signal: AbortSignal.timeout(4_000) });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${answer}`);
    return answer;
  };
  const addresses = { listen: `unix:${at('proxy')}`, upstream: `unix:${at('far')}` };
  await ask('POST', '/proxies', { name: 'link', ...addresses, framing: 'ndjson', preamble: true });

  const events: Bench['events'] = (kind, count) =>
    eventually(`${count} events ${kind}`, async () => {
      const all = (await ask('GET', '/events?follow=0')).split('\n').filter((line) => line !== '');
      const found = all.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ event }) => event === kind);
      return found.length >= count ? found : undefined;
    });
  return {
    async arm(type, label, attributes) {
      const stream = label === 'stdin' ? 'upstream' : 'downstream';
      await ask('POST', '/proxies/link/toxics', { name: type, type, stream, attributes: { label, ...attributes } });
    },
    lift: async (type) => void (await ask('DELETE', `/proxies/link/toxics/${type}`)),
    start(command) {
      const near = spawn(process.execPath, [
        SHIM,
        'near',
        '--socket',
        at('proxy'),
        '--control',
        at('control'),
        ...bounds,
        '--',
        ...command,
      ]);
      near.stdin.on('error', () => {});
      children.push(near);
      return near;
    },
    events,
    childPid: () =>
      eventually('the child to be started', () => reports.find(({ started }) => started !== undefined)?.['started'] as number),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await once(child, 'exit');
  clearTimeout(patience);
}

async function ending(child: ChildProcessWithoutNullStreams): Promise<Record<'code' | 'signal' | 'stdout' | 'stderr', unknown>> {
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout: stdout(), stderr: stderr() };
}

function text(stream: NodeJS.ReadableStream): () => string {
  let seen = '';
  stream.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  return () => seen;
}

function js(code: string): string[] {
  return [process.execPath, '-e', code];
}

/** Its first thread is in write(2): number 1 on x86-64, 64 on arm64. */
function isWriting(pid: number): boolean {
  return /^(1|64) /.test(readFileSync(`/proc/${pid}/syscall`, 'utf8'));
}
