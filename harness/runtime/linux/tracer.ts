// strace(1), attached to processes that run. It is a process of the harness beside the node, never inside the node's group
// or container. So signals to the node do not reach it, it is not counted among the node's processes, and the node's exits
// stay its own. When strace ends in any way, the kernel lets go of the processes that it traced.
import { poll, settlesWithin } from './poll.ts';
import { threadStatuses } from './proc.ts';
import { RuntimeError } from '../runtime.ts';

export interface Tracer {
  /** Lets go of all processes; resolves when it has ended and its output is complete. */
  stop(): Promise<void>;
}

const ATTACHED_WITHIN_MS = 5_000;
const STOPPED_WITHIN_MS = 5_000;

/** Resolves once every thread is traced. @throws RuntimeError with what strace said. */
export async function startTracer(request: {
  pids: readonly number[];
  words: readonly string[];
  env: Readonly<Record<string, string>>;
}): Promise<Tracer> {
  const { pids, words, env } = request;
  const attach = pids.flatMap((pid) => ['-p', String(pid)]);
  const { execa } = await import('execa');
  const strace = execa('strace', ['-f', '-qq', ...words, ...attach], {
    env,
    // An interrupt at the terminal is for the harness, which then lets go in order.
    detached: true,
    cleanup: false,
    reject: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  });
  const ended = strace.then(({ stderr }) => stderr.trim().split('\n')[0] ?? '');
  let over = false;
  void ended.then(() => (over = true));
  const attached = await poll(() => over || pids.every((pid) => tracedBy(pid, strace.pid)) || undefined, { withinMs: ATTACHED_WITHIN_MS });
  if (over || !attached) {
    strace.kill('SIGKILL');
    // Whom it was to trace may have ended by itself.
    if (over && pids.every((pid) => tasksOf(pid).length === 0)) return { stop: async () => {} };
    throw new RuntimeError(`strace does not attach: ${over ? await ended : `nothing came within ${ATTACHED_WITHIN_MS} ms`}`);
  }
  return {
    async stop() {
      strace.kill('SIGTERM');
      if (!(await settlesWithin(ended, STOPPED_WITHIN_MS))) strace.kill('SIGKILL');
      await ended;
    },
  };
}

/** One that has ended meanwhile needs no tracer any more. */
function tracedBy(pid: number, tracer: number | undefined): boolean {
  return tasksOf(pid).every((status) => status.includes(`\nTracerPid:\t${tracer}\n`));
}

/** The status of each thread that lives. */
function tasksOf(pid: number): string[] {
  return threadStatuses(pid).filter((status) => !/\nState:\t[ZX]/.test(status));
}
