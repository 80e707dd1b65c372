// Sets RLIMIT_NOFILE of every process of a node, by prlimit(1), which also reaches into containers.
import type { HoldOf } from './holds.ts';
import type { NodeProcesses } from './node-processes.ts';
import { descriptorsOf } from '../linux/proc.ts';
import { type Imposed, RuntimeError } from '../runtime.ts';

const CALL_WITHIN_MS = 5_000;

export async function limitDescriptors({ descriptors }: HoldOf<'descriptors'>, node: NodeProcesses, atStart: boolean): Promise<Imposed> {
  const before = new Map<number, string>();
  for (const pid of await node.pids()) {
    const { stdout, failed } = await prlimit(pid, ['--output', 'SOFT,HARD', '--raw', '--noheadings', '--nofile']);
    if (!failed) before.set(pid, stdout.trim().replace(/\s+/, ':'));
  }
  // Programs raise the soft limit to the hard one when they start, Node among them, so before that both are lowered;
  // later the soft one alone, because only a superuser may raise the hard one again.
  const limits = atStart ? `${descriptors}:${descriptors}` : `${descriptors}:`;
  for (const pid of before.keys()) {
    const { failed, stderr } = await prlimit(pid, [`--nofile=${limits}`]);
    if (failed && descriptorsOf(pid) !== undefined)
      throw new RuntimeError(`prlimit does not limit the descriptors of process ${pid}: ${stderr.trim()}`);
  }
  let proven = false;
  return {
    async hits() {
      const full = proven ? undefined : (await node.pids()).find((pid) => takenBelow(descriptors, pid) >= descriptors);
      if (full === undefined) return [];
      proven = true;
      return [`process ${full} holds all ${descriptors} descriptors that it may have`];
    },
    async lift() {
      // Where both were lowered and nobody may raise them, it is over with the node's next start.
      for (const [pid, limits] of before) await prlimit(pid, [`--nofile=${limits}`]);
    },
  };
}

async function prlimit(pid: number, words: readonly string[]): Promise<{ stdout: string; stderr: string; failed: boolean }> {
  const { execa } = await import('execa');
  return execa('prlimit', ['--pid', String(pid), ...words], { reject: false, timeout: CALL_WITHIN_MS, stdin: 'ignore' });
}

/** The kernel gives only numbers below the limit; higher ones were given before it was set. */
function takenBelow(limit: number, pid: number): number {
  return descriptorsOf(pid)?.filter((fd) => fd < limit).length ?? 0;
}
