// Runs that are killed at random moments, and what they leave. Every run is killed in a place of its own (killed-runs/place.ts),
// so that whatever is found there is the run's.
import { spawn } from 'node:child_process';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { KilledRun } from './killed-runs/place.ts';
import { atLeast, atMost, told, type Row } from './row.ts';
import { temporaryFolder } from './base/stand.ts';

const KILLS = 300;
const PLACES = 2;
const REPOSITORY = join(import.meta.dirname, '../..');
const PROJECT = join(import.meta.dirname, 'killed-runs');

/** @param seed of the moments, and of who is killed */
export async function killedRuns(seed = Number(process.env['KILLED_RUNS_SEED'] ?? Date.now() % 1_000_000), kills = KILLS): Promise<Row[]> {
  process.stderr.write(`killed-runs: seed ${seed} (KILLED_RUNS_SEED repeats it)\n`);
  await using temporary = await temporaryFolder();
  const share = kills / PLACES;
  const places = Array.from({ length: PLACES }, (_, place) => inPlace(join(temporary.path, String(place)), seed, place * share, share));
  const runs = (await Promise.all(places)).flat();
  const boxed = runs.filter(({ way }) => way === 'box');
  const workers = runs.filter(({ victim }) => victim === 'worker');
  return [
    atLeast('killed-runs', runs.length, `killed, ${boxed.length} of them in boxes, ${workers.length} by their worker, seed ${seed}`, kills),
    leftBy('killed-runs-left', boxed, ({ leftAtOnce }) => leftAtOnce, 'left of boxes that nobody has cleaned up after'),
    leftBy('killed-runs-left-after-sweep', runs, ({ leftAfterSweep }) => leftAfterSweep, 'left after the sweep of the next run'),
    told('killed-runs-slowest-end', Math.round(Math.max(...boxed.map(({ endedWithinMs }) => endedWithinMs))), 'ms until a box had ended'),
  ];
}

function leftBy(name: string, runs: readonly KilledRun[], of: (run: KilledRun) => readonly string[], what: string): Row {
  const left = runs.flatMap((run) => of(run).map((each) => `${each} (kill ${run.number}, ${run.victim} at ${Math.round(run.atMs)} ms)`));
  return atMost(name, left.length, left[0] === undefined ? what : `${what}; first ${left[0]}`, 0);
}

/** Namespaces of its own for processes, mounts and users of shared memory: they end with this bench, and with them all in there. */
async function inPlace(folder: string, seed: number, first: number, kills: number): Promise<KilledRun[]> {
  const project = join(folder, 'project');
  await mkdir(join(folder, 'tmp'), { recursive: true });
  await cp(PROJECT, project, { recursive: true });
  await symlink(join(REPOSITORY, 'node_modules'), join(project, 'node_modules'));
  const program = [process.execPath, join(PROJECT, 'place.ts'), folder, String(seed), String(first), String(kills)];
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const words = [...user, '--pid', '--fork', '--mount-proc', '--mount', '--ipc', '--kill-child', '--', '/bin/sh', '-c', REAPING, 'sh'];
  const child = spawn('unshare', [...words, ...program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const runs: KilledRun[] = [];
  for await (const line of createInterface({ input: child.stdout })) runs.push(JSON.parse(line) as KilledRun);
  return runs;
}

/** The first process of a PID namespace takes in orphans. */
const REAPING = `mount -t tmpfs none /dev/shm
exec 3<&0
"$@" <&3 3<&- &
wait $!`;
