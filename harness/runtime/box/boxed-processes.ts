// Who lives in a PID namespace, seen from outside it. Nothing that a process does to its environment, group, session or parent
// takes it out of its namespace; a namespace that it makes for itself lies within.
import { readlinkSync } from 'node:fs';
import { procText } from '../linux/proc.ts';

export interface Boxed {
  /** As this process numbers it. */
  pid: number;
  /** As the box numbers it. */
  inner: number;
}

/** Those in the namespace of `first` but it, also zombies. @param among who has begun since the namespace was made, and any others */
export function boxedProcesses(first: number, among: readonly number[]): Boxed[] {
  const box = namespaceOf(first);
  if (box === undefined) return [];
  const depth = numbersOf(first).length;
  const isIn = (pid: number): boolean => {
    const numbers = numbersOf(pid);
    if (numbers.length < depth) return false;
    return numbers.length === depth ? namespaceOf(pid) === box : isIn(parentOf(pid));
  };
  return among.flatMap((pid) => (pid !== first && isIn(pid) ? [{ pid, inner: numbersOf(pid)[depth - 1] ?? pid }] : []));
}

/** Undefined for a zombie of somebody else and for one that has gone. */
function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** proc_pid_status(5): NSpid lists the numbers from the namespace of /proc to the process's own. */
function numbersOf(pid: number): number[] {
  const [, numbers = ''] = /^NSpid:\s+(.*)$/m.exec(procText(pid, 'status') ?? '') ?? [];
  return numbers.split(/\s+/).filter(Boolean).map(Number);
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(procText(pid, 'status') ?? '')?.[1] ?? 0);
}
