// Engines of our own that outlive a run. A fresh proxy process costs about 100 ms of processor time, and a sweep has
// hundreds of runs. One run holds an engine at a time. What the run leaves behind on it is deleted and looked for before
// the next run gets it. An engine that fails this check is replaced.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { bounded } from '../../model/time/bounded.ts';
import { controlOf } from '../api/api-client.ts';
import { exitText } from '../../runtime/runtime.ts';
import type { Engine } from '../api/engine.ts';
import { ownProgram } from './engines.ts';
import { InjectorError, lateSince } from '../api/network-sink.ts';

export interface EnginePool extends AsyncDisposable {
  /** Disposing the engine gives it back. */
  acquire(): Promise<Engine>;
}

interface EnginePoolSettings {
  /** Engines kept while nobody uses them. */
  idleMax?: number;
  deadlineMs?: number;
  readyWithinMs?: number;
}

interface Running {
  url: string;
  /** How it ended, in words. */
  ended: Promise<string>;
  since: number;
  kill(): void;
}

export function enginePool(settings: EnginePoolSettings = {}): EnginePool {
  const { idleMax = 4, deadlineMs = 2000, readyWithinMs = 15_000 } = settings;
  const idle: Running[] = [];
  const all = new Set<Running>();
  let closed = false;

  async function acquire(): Promise<Engine> {
    if (closed) throw new Error('the engine pool is closed');
    const running = idle.pop() ?? (await start());
    let released = false;
    return {
      name: 'own',
      url: running.url,
      ended: running.ended,
      shared: true,
      logged: false,
      get since() {
        return running.since;
      },
      set since(seq) {
        running.since = seq;
      },
      async [Symbol.asyncDispose]() {
        if (released) return;
        released = true;
        await release(running);
      },
    };
  }

  async function start(): Promise<Running> {
    const running = await startEngine(readyWithinMs);
    all.add(running);
    void running.ended.then(() => {
      all.delete(running);
      const at = idle.indexOf(running);
      if (at >= 0) idle.splice(at, 1);
    });
    // The pool may have been closed while the engine came up.
    if (closed) {
      await end(running);
      throw new Error('the engine pool is closed');
    }
    return running;
  }

  async function release(running: Running): Promise<void> {
    const reusable = !closed && idle.length < idleMax && all.has(running) && (await emptied(running, deadlineMs));
    if (reusable && !closed) idle.push(running);
    else await end(running);
  }

  return {
    acquire,
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.all([...all].map(end));
    },
  };
}

/** True once no proxy is left on it; what its events still told of them is passed over for the next run. */
async function emptied(running: Running, deadlineMs: number): Promise<boolean> {
  try {
    const { client, call } = controlOf('own', running.url, deadlineMs);
    for (const name of Object.keys(await client.getAll())) await call('DELETE', `/proxies/${encodeURIComponent(name)}`);
    if (Object.keys(await client.getAll()).length > 0) return false;
    const { text } = await call('GET', `/events?follow=0&since=${running.since}`);
    const last = text.trimEnd().split('\n').at(-1);
    if (last) running.since = (JSON.parse(last) as { seq: number }).seq;
    return true;
  } catch (error) {
    if (error instanceof InjectorError) return false;
    throw error;
  }
}

async function end(running: Running): Promise<void> {
  running.kill();
  await running.ended;
}

async function startEngine(readyWithinMs: number): Promise<Running> {
  const [node = '', ...args] = ownProgram({ listen: '127.0.0.1:0', withParent: true }).command.map((word) =>
    word.replace('{node}', process.execPath),
  );
  // A pipe on stdin that it reads: when this process dies, however it dies, the engine sees the end and goes too.
  // Its stderr is a pipe as well: an engine that outlived us would else keep our own stderr open for others.
  const child = spawn(node, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...compileCache() } });
  let lastWords = '';
  child.stderr.on('data', (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-2000)));
  const ended = once(child, 'exit').then(
    ([code, signal]) => `fault-proxy ended with ${exitText({ code, signal })}${lastWords && `\n${lastWords}`}`,
  );
  const lines = createInterface({ input: child.stdout });
  try {
    const url = await listening(lines, ended, readyWithinMs);
    // The pool must not keep the harness alive when everything else is done.
    child.unref();
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { unref(): void }).unref();
    const kill = () => {
      // Its end is waited for now, so it must keep the process alive until then.
      child.ref();
      child.kill('SIGKILL');
    };
    return { url, ended, since: 0, kill };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** The same as this process has. Node gives it with a folder of this version's below it. */
function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

async function listening(lines: NodeJS.EventEmitter, ended: Promise<string>, withinMs: number): Promise<string> {
  const askedMs = performance.now();
  const announced = once(lines, 'line').then(([line]) => JSON.parse(line as string) as { host: string; port: number });
  const first = await bounded(Promise.race([announced, ended]), { withinMs });
  if (first.state !== 'done')
    throw new InjectorError(`fault-proxy was not listening within ${withinMs} ms`, {
      late: lateSince(askedMs, withinMs),
    });
  if (typeof first.value === 'string') throw new InjectorError(`${first.value} before it was listening`);
  return `http://${first.value.host}:${first.value.port}`;
}
