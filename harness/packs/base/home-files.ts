// What a program keeps in its HOME, session after session.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** XDG_CACHE_HOME, and what npm keeps of each start of its own and removes itself: ten logs by default. */
const NOT_KEPT = /^\.(?:cache|npm)(?:\/|$)/;

/** The HOME of a process, proc_pid_environ(5). Undefined once it has gone. */
export function homeOf(pid: number | undefined): string | undefined {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return variables.find((each) => each.startsWith('HOME='))?.slice('HOME='.length);
  } catch {
    return undefined;
  }
}

/** Files by folder, relative to HOME. */
export type HomeFiles = ReadonlyMap<string, number>;

export function filesIn(home: string): HomeFiles {
  const counts = new Map<string, number>();
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    const folder = relative(home, dirname(join(entry.parentPath, entry.name)));
    // A file in HOME itself, or in a folder of a name that changes, is litter, which another judge tells.
    if (entry.isDirectory() || folder === '' || NOT_KEPT.test(folder)) continue;
    const top = folder.split('/').slice(0, 2).join('/');
    counts.set(top, (counts.get(top) ?? 0) + 1);
  }
  return counts;
}

/** The folder whose files became more in each of the last `steps` steps, and by how many in all of them; none where one step added none. */
export function growingIn(series: readonly HomeFiles[], steps: number): { folder: string; more: number } | undefined {
  const last = series.slice(-steps - 1);
  const [first, end] = [last[0], last.at(-1)];
  if (last.length < steps + 1 || first === undefined || end === undefined) return undefined;
  const folder = [...end.keys()].find((each) =>
    last.every((files, at) => at === 0 || (files.get(each) ?? 0) > (last[at - 1]?.get(each) ?? 0)),
  );
  return folder === undefined ? undefined : { folder, more: (end.get(folder) ?? 0) - (first.get(folder) ?? 0) };
}
