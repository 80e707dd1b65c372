// Removes what runs left behind whose harness has died: processes, containers, networks, folders. It never touches a run
// whose owner lives, nor anything that does not carry the mark of a dead run.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { killUntilGone, markedProcesses } from '../linux/marked-processes.ts';
import { poll } from '../linux/poll.ts';
import { baseFolder, type Owner, ownerLives, readOwner, removeRunFolder, takeAbstractSocket, wasNeverNamed } from '../ground/run-folder.ts';
import type { Runtime } from '../runtime.ts';
import { belongingsOf } from './runtimes.ts';

export interface Swept {
  runId: string;
  folder: string;
  /** Process ids that were killed. */
  processes: readonly number[];
  /** Names of what somebody else kept for the run, by its kind: `containers`, `networks`. */
  removed: Readonly<Record<string, readonly string[]>>;
  /** Why something is still there; the folder is kept then, so a later sweep tries again. */
  left?: string;
}

const KILL_WITHIN_MS = 5_000;
const TURN_WITHIN_MS = 30_000;

export interface SweepOptions {
  /** Called once when another tornwire is sweeping and this one waits for it. */
  onWait?: () => void;
  turnWithinMs?: number;
}

export async function sweepDeadRuns({ onWait, turnWithinMs = TURN_WITHIN_MS }: SweepOptions = {}): Promise<Swept[]> {
  const { dead, unreadable, unnamed } = await runsToSweep();
  const removed = [...unreadable];
  for (const folder of unnamed) removed.push(await folderRemoved({ ...NOTHING, runId: basename(folder), folder }));
  if (dead.length === 0) return removed;
  // One sweep at a time: who waited finds the work done.
  await using turn = (await takeAbstractSocket(sweepLock())) ?? (await waitForTurn(turnWithinMs, onWait));
  const { dead: left } = await runsToSweep();
  if (!turn) return [...left.map((run) => notSwept(run, turnWithinMs)), ...removed];
  const swept: Swept[] = [];
  for (const { folder, owner } of left) swept.push(await sweepRun(folder, owner));
  return [...swept, ...removed];
}

async function waitForTurn(withinMs: number, onWait?: () => void): Promise<AsyncDisposable | undefined> {
  onWait?.();
  return poll(() => takeAbstractSocket(sweepLock()), { withinMs });
}

function notSwept({ folder, owner }: DeadRun, waitedMs: number): Swept {
  const left = `another tornwire of this user has been removing what runs left for more than ${waitedMs / 1_000} s: try again when it has ended`;
  return { ...NOTHING, runId: owner.runId, folder, left };
}

/** A runtime that sweeps whenever a run begins. */
export function sweepingFirst(runtime: Runtime): Runtime {
  return {
    ...runtime,
    async prepare(request) {
      request.signal.throwIfAborted();
      await sweepDeadRuns();
      return await runtime.prepare(request);
    },
  };
}

/**
 * What runs that have no folder any more still own, such as containers and networks: a harness that was killed while the engine
 * was still making them left them after its run had been swept. A run has its folder for as long as it has anything else.
 */
export async function sweepOrphans(): Promise<Swept[]> {
  const swept: Swept[] = [];
  for (const belongings of belongingsOf()) {
    const orphans = (await belongings.runs()).filter((runId) => !existsSync(join(baseFolder(), runId)));
    for (const runId of orphans)
      swept.push({ runId, folder: join(baseFolder(), runId), processes: [], removed: await belongings.remove(runId) });
  }
  return swept;
}

interface DeadRun {
  folder: string;
  owner: Owner;
}

const NOTHING = { processes: [], removed: {} };

/** A folder whose owner cannot be read is left alone and told: nobody knows whether its run lives. */
async function runsToSweep(): Promise<{ dead: DeadRun[]; unreadable: Swept[]; unnamed: string[] }> {
  const base = baseFolder();
  if (!existsSync(base)) return { dead: [], unreadable: [], unnamed: [] };
  const entries = await readdir(base, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(base, entry.name));
  const dead: DeadRun[] = [];
  const unreadable: Swept[] = [];
  const unnamed: string[] = [];
  for (const folder of folders) {
    const owner = await readOwner(folder).catch((error: Error) => error);
    if (owner instanceof Error) unreadable.push({ ...NOTHING, runId: basename(folder), folder, left: owner.message });
    else if (owner && !ownerLives(owner, folder)) dead.push({ folder, owner });
    else if (owner === undefined && (await wasNeverNamed(folder))) unnamed.push(folder);
  }
  return { dead, unreadable, unnamed };
}

async function sweepRun(folder: string, { runId, runtime }: Owner): Promise<Swept> {
  const { removed, problem } = await removeBelongings(runId, runtime);
  const { killed, left } = await killUntilGone(() => markedProcesses(runId).map(({ pid }) => pid), KILL_WITHIN_MS);
  const swept = { runId, folder, processes: killed, removed };
  if (problem !== undefined) return { ...swept, left: problem };
  if (left.length > 0) return { ...swept, left: `processes ${left.join(', ')} survived SIGKILL for ${KILL_WITHIN_MS} ms` };
  return await folderRemoved(swept);
}

/** What cannot be removed now is told, and a later sweep tries again: it keeps no campaign from beginning. */
async function folderRemoved(swept: Swept): Promise<Swept> {
  try {
    await removeRunFolder(swept.folder);
    return swept;
  } catch (error) {
    return { ...swept, left: `its folder cannot be removed: ${(error as Error).message}` };
  }
}

async function removeBelongings(runId: string, runtime: string): Promise<Pick<Swept, 'removed'> & { problem?: string }> {
  try {
    const removals = await Promise.all(belongingsOf(runtime).map((belongings) => belongings.remove(runId)));
    return { removed: Object.assign({}, ...removals) as Swept['removed'] };
  } catch (error) {
    return { removed: {}, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Abstract sockets are shared by all users of the machine, the runs to sweep are not. */
export function sweepLock(): string {
  return `tornwire-sweep-${createHash('sha256').update(baseFolder()).digest('hex').slice(0, 16)}`;
}
