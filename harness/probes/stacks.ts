// What every thread is doing, as far as the kernel tells from outside: its state, the kernel function that it waits in, its
// system call. If two dumps a second apart are equal and the handles are equal too, the processes stand still.
import { processesOf, type Process } from './processes.ts';
import { readProc, Unreadable } from './proc.ts';
import { handlesOf } from './resources.ts';

export interface Stacks {
  /** Of all processes together, since they started. */
  cpuMs: number;
  /** Bytes that they have read and written, of those that are there (`rchar` and `wchar`, proc(5)); 0 where that is not readable. */
  movedBytes: number;
  threads: readonly string[];
  /** Every thread slept (state S, proc(5)); false when there was none. */
  asleep: boolean;
  handles: readonly string[];
}

export async function stacksOf(pids: readonly number[]): Promise<Stacks> {
  const processes = processesOf(pids);
  const states = processes.flatMap(({ threads }) => threads.map(({ state }) => state));
  return {
    cpuMs: processes.reduce((sum, process) => sum + process.cpuMs, 0),
    movedBytes: processes.reduce((sum, { pid }) => sum + movedBytesOf(pid), 0),
    threads: processes.flatMap((process) => threadLines(process)),
    asleep: states.length > 0 && states.every((state) => state === 'S'),
    handles: await handleLines(pids),
  };
}

function threadLines({ pid, threads }: Process): string[] {
  return threads.map(({ tid, name, state }) => {
    const task = `${pid}/task/${tid}`;
    const [call = '?'] = orUnknown(() => readProc(`${task}/syscall`)).split(' ');
    return `pid ${pid} tid ${tid} ${name}: ${state}, waits in ${orUnknown(() => readProc(`${task}/wchan`))}, system call ${call.trim()}`;
  });
}

function movedBytesOf(pid: number): number {
  const counts = orUnknown(() => readProc(`${pid}/io`)).matchAll(/^[rw]char: (\d+)$/gm);
  return [...counts].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}

/** Many kernels show these two to root only, or to nobody. */
function orUnknown(read: () => string | undefined): string {
  try {
    return read() ?? 'gone';
  } catch (error) {
    if (error instanceof Unreadable) return '?';
    throw error;
  }
}

async function handleLines(pids: readonly number[]): Promise<string[]> {
  try {
    return (await handlesOf(pids)).map((handle) => handle.text);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    // The time makes two dumps differ: what could not be read is never shown to be equal.
    return [`${error.message}, at ${performance.now()}`];
  }
}
