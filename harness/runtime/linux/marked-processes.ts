// Every process of a run carries marker variables. The kernel keeps them readable in /proc/<pid>/environ, and children
// inherit them. So a process is found also after it was re-parented or forked twice. A pass over /proc of an idle machine
// takes about a millisecond.
import { poll } from './poll.ts';
import { allPids, procFile } from './proc.ts';

export const RUN_MARKER = 'TORNWIRE_RUN';
export const NODE_MARKER = 'TORNWIRE_NODE';
/** On helper programs of the harness in place of the node's name. */
export const PROGRAM_MARKER = 'TORNWIRE_PROGRAM';

export interface MarkedProcess {
  pid: number;
  node?: string;
  program?: string;
}

/** A zombie is not among them: it has no environment any more and holds nothing but its number. */
export function markedProcesses(runId: string): MarkedProcess[] {
  const mark = `${RUN_MARKER}=${runId}\0`;
  return allPids().flatMap((pid) => {
    const environment = procFile(pid, 'environ');
    if (!environment?.includes(mark)) return [];
    const variables = `\0${environment.toString('utf8')}`;
    if (!variables.includes(`\0${mark}`)) return [];
    const node = valueOf(variables, NODE_MARKER);
    const program = valueOf(variables, PROGRAM_MARKER);
    return [{ pid, ...(node === undefined ? {} : { node }), ...(program === undefined ? {} : { program }) }];
  });
}

/** False when it has gone already. Not being allowed is our own bug and throws. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

/** SIGKILL until a pass finds none of them twice: one that is just calling exec(2) has no environment for a moment. */
export async function killUntilGone(find: () => readonly number[], withinMs: number): Promise<{ killed: number[]; left: number[] }> {
  const killed = new Set<number>();
  let emptyPasses = 0;
  const gone = await poll(
    () => {
      const pids = find();
      emptyPasses = pids.length === 0 ? emptyPasses + 1 : 0;
      for (const pid of pids) if (sendSignal(pid, 'SIGKILL')) killed.add(pid);
      return emptyPasses >= 2 || undefined;
    },
    { withinMs },
  );
  return { killed: [...killed], left: gone ? [] : [...find()] };
}

function valueOf(variables: string, name: string): string | undefined {
  const from = variables.indexOf(`\0${name}=`);
  if (from === -1) return undefined;
  const start = from + name.length + 2;
  const end = variables.indexOf('\0', start);
  return variables.slice(start, end === -1 ? undefined : end);
}
