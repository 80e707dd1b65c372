// Every process of a run carries marker variables. The kernel keeps them readable in /proc/<pid>/environ, and children
// inherit them. So a process is found also after it was re-parented or forked twice. One that was given a clean environment
// is found by the mark of its family. A pass over /proc of an idle machine takes a few milliseconds.
import { familyMarks } from './family-mark.ts';
import { poll } from './poll.ts';
import { allPids, kinshipOf, procText } from './proc.ts';

export const RUN_MARKER = 'TORNWIRE_RUN';
export const NODE_MARKER = 'TORNWIRE_NODE';
/** On helper programs of the harness in place of the node's name. */
export const PROGRAM_MARKER = 'TORNWIRE_PROGRAM';

export interface MarkedProcess {
  pid: number;
  node?: string;
  program?: string;
}

/**
 * A zombie is not among them: it has no environment any more and holds nothing but its number.
 *
 * @param among by default all processes of this machine
 */
export function markedProcesses(runId: string, among: readonly number[] = allPids()): MarkedProcess[] {
  const family = familyMarks(runId);
  return among.flatMap((pid) => {
    if (pid === process.pid) return [];
    const who = byVariables(runId, pid);
    if (who) return [{ pid, ...who }];
    const kin = family(pid);
    // Who was started by a marked process belongs where that one does: a child over stdio is a node of its own.
    return kin ? [{ pid, ...(byAncestor(runId, pid) ?? kin) }] : [];
  });
}

type Who = Omit<MarkedProcess, 'pid'>;

function byVariables(runId: string, pid: number): Who | undefined {
  const mark = `${RUN_MARKER}=${runId}\0`;
  const environment = procText(pid, 'environ');
  if (!environment?.includes(mark)) return undefined;
  const variables = `\0${environment}`;
  if (!variables.includes(`\0${mark}`)) return undefined;
  const node = valueOf(variables, NODE_MARKER);
  const program = valueOf(variables, PROGRAM_MARKER);
  return { ...(node === undefined ? {} : { node }), ...(program === undefined ? {} : { program }) };
}

function byAncestor(runId: string, pid: number): Who | undefined {
  const parent = kinshipOf(pid)?.parent ?? 0;
  return parent <= 1 ? undefined : (byVariables(runId, parent) ?? byAncestor(runId, parent));
}

/** False when it has gone already. @throws when it is not allowed, as to a process that has become somebody else's */
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
      for (const pid of pids) if (killIfAllowed(pid)) killed.add(pid);
      return emptyPasses >= 2 || undefined;
    },
    { withinMs },
  );
  return { killed: [...killed], left: gone ? [] : [...find()] };
}

/** Who has changed its user by sudo(8) may be out of reach: it is among those that are left. */
function killIfAllowed(pid: number): boolean {
  try {
    return sendSignal(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

function valueOf(variables: string, name: string): string | undefined {
  const from = variables.indexOf(`\0${name}=`);
  if (from === -1) return undefined;
  const start = from + name.length + 2;
  const end = variables.indexOf('\0', start);
  return variables.slice(start, end === -1 ? undefined : end);
}
