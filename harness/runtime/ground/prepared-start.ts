// How a node starts under faults that it meets at its start: other variables, another PATH, or held before its first
// instruction until everything else in force has been put on it. A shell prepares this and then becomes the program. So the
// process stays the same, and the same words serve in a container.
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { NODE_MARKER, PROGRAM_MARKER, RUN_MARKER, sendSignal } from '../linux/marked-processes.ts';
import { poll } from '../linux/poll.ts';
import { stateOf } from '../linux/proc.ts';
import { type NodeExit, NotReadyError, type RunningNode, type StartConditions } from '../runtime.ts';
import { writeExecutable } from './executable-file.ts';

interface PlannedStart {
  command: readonly string[];
  env: Readonly<Record<string, string>>;
}

/**
 * $1 yes: stop until somebody sends SIGCONT. $2: a folder for all that PATH leads to, but the programs named in $3.
 * $4: variables to unset, also those that an image or its engine adds.
 */
const SCRIPT = `
hold=$1 folder=$2 hidden=$3 away=$4
shift 4
if [ -n "$folder" ]; then
  IFS=:
  for each in $PATH; do command -p ln -s "$each"/* "$folder"/ 2>/dev/null; done
  IFS=' '
  for each in $hidden '*'; do command -p rm -f "$folder/$each"; done
  PATH=$folder
  export PATH
  unset IFS
fi
[ "$hold" = yes ] && kill -STOP $$
for each in $away; do unset "$each"; done
exec "$@"
`;
const MARKERS = [RUN_MARKER, NODE_MARKER, PROGRAM_MARKER];
const HELD_WITHIN_MS = 10_000;

/** @param folder where programs may be put; nodes find it under the same path */
export async function preparedStart(
  planned: PlannedStart,
  { environment = [], held }: StartConditions,
  folder: string,
  fill: (variables: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
): Promise<PlannedStart> {
  const env: Record<string, string> = { ...planned.env };
  const hidden = new Set<string>();
  const away = new Set<string>();
  for (const { set = {}, unset = [], without = [], first = {} } of environment) {
    for (const [name, value] of Object.entries(fill(set))) {
      if (MARKERS.includes(name)) continue;
      env[name] = value;
      away.delete(name);
    }
    for (const name of unset) if (!MARKERS.includes(name)) away.add(name);
    for (const name of without) hidden.add(name);
    if (Object.keys(first).length > 0) env['PATH'] = [placePrograms(await newFolder(folder), first), env['PATH'] ?? ''].join(':');
  }
  for (const name of away) delete env[name];
  if (hidden.size === 0 && away.size === 0 && !held) return { command: planned.command, env };
  const words = [held ? 'yes' : '', hidden.size === 0 ? '' : await newFolder(folder), [...hidden].join(' '), [...away].join(' ')];
  return { command: ['/bin/sh', '-c', SCRIPT, 'sh', ...words, ...planned.command], env };
}

/** Waits for the shell to stop, lets faults be put on the node, and lets it go on. */
export async function whileHeld(node: RunningNode, held: NonNullable<StartConditions['held']>): Promise<void> {
  let exit: NodeExit | undefined;
  void node.exited.then((how) => (exit = how));
  const pid = await poll(() => (exit || isStopped(node.pid) ? node.pid : undefined), { withinMs: HELD_WITHIN_MS });
  if (pid === undefined || exit) throw new NotReadyError(node.name, 'the shell that holds it at its start to stop', node.logTail(), exit);
  await held(node);
  sendSignal(pid, 'SIGCONT');
}

function newFolder(folder: string): Promise<string> {
  return mkdtemp(join(folder, 'path-'));
}

function placePrograms(folder: string, programs: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(programs)) writeExecutable(join(folder, name), text);
  return folder;
}

function isStopped(pid: number | undefined): boolean {
  return pid !== undefined && stateOf(pid) === 'T';
}
