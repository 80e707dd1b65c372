// Copies of patched code that killed runs left in their results. A case with a defect runs from such a copy, and nobody
// removes the copy once its run is dead. A run's folder is named after the process that made it.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { resultPaths } from '../../results/paths.ts';
import { SOURCE_FOLDER } from '../../run/patched-source.ts';
import { startedAtMs } from '../../runtime/linux/proc.ts';

/** Below a case: its own copy, and those of its replays and of its confirmation. */
const DEPTH_MAX = 2;
/** Clocks of files and of processes do not agree to the tick. */
const SAME_TIME_MS = 2_000;

/** @returns the folders that were removed. */
export async function removeLeftSources(results: string): Promise<string[]> {
  const { runs } = resultPaths(results);
  const removed: string[] = [];
  for (const name of await foldersIn(runs)) {
    const run = join(runs, name);
    if (await isAlive(run, name)) continue;
    for (const source of await sourcesBelow(join(run, 'cases'), DEPTH_MAX)) {
      await rm(source, { recursive: true, force: true });
      removed.push(source);
    }
  }
  return removed;
}

/** A process that began after the run had its folder has only its number in common with the one that made it. */
async function isAlive(run: string, name: string): Promise<boolean> {
  const pid = /-(\d+)$/.exec(name)?.[1];
  const processMs = pid === undefined ? undefined : startedAtMs(Number(pid));
  if (processMs === undefined) return false;
  const { birthtimeMs } = await stat(run);
  return processMs <= birthtimeMs + SAME_TIME_MS;
}

async function sourcesBelow(folder: string, depth: number): Promise<string[]> {
  const names = await foldersIn(folder);
  const found = names.filter((name) => name === SOURCE_FOLDER).map((name) => join(folder, name));
  if (depth === 0) return found;
  const deeper = names.filter((name) => name !== SOURCE_FOLDER).map((name) => sourcesBelow(join(folder, name), depth - 1));
  return [...found, ...(await Promise.all(deeper)).flat()];
}

/** Links are not followed: what they lead to is no part of the results. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
