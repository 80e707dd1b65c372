// `tornwire worker`: plays the cases of sweeps that are coordinated elsewhere, from a queue in PostgreSQL.
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { milliseconds, type Duration } from '../../model/time/duration.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { onInterrupt } from '../base/interrupt.ts';
import { sayer } from '../campaign/perform.ts';
import { sweepBefore } from '../campaign/sweep-before.ts';
import { availableOf } from './sweep.ts';
import { loadScenarios, projectAt } from '../project/project.ts';
import type { QueueAddress } from '../queue/address.ts';
import { openBoss } from '../queue/boss.ts';
import { takeCases } from '../queue/take-cases.ts';
import type { Crew } from '../worker/crew.ts';

export interface WorkerOptions {
  jobs?: number;
  idleExit?: string;
  once?: boolean;
}

/** @throws QueueError, and what loading a project throws */
export async function worker(address: QueueAddress, options: WorkerOptions, crew: Crew): Promise<number> {
  const say = sayer(false);
  using interrupt = onInterrupt('no further case is taken, and those that are being played are finished');
  const project = projectAt(process.cwd());
  const boss = await openBoss(address);
  try {
    const workloads = await availableOf(await loadScenarios(project, crew, ['workload']), crew, say);
    (await sweepBefore(project)).forEach((line) => say(line));
    const jobs = options.once === true ? 1 : (options.jobs ?? availableParallelism());
    say(`takes cases of ${workloads.map(({ name }) => name).join(', ')} from ${address.shown}, ${jobs} side by side`);
    const folder = join(project.results, 'worker', String(process.pid));
    const cases = await takeCases({
      address,
      boss,
      crew,
      root: project.root,
      workloads,
      folder,
      jobs,
      casesMax: options.once === true ? 1 : Infinity,
      idleMs: options.idleExit === undefined ? Infinity : milliseconds(options.idleExit as Duration),
      signal: interrupt.signal,
      say,
    });
    await crew.rest();
    await rm(folder, { recursive: true, force: true });
    say(`${cases} case(s) played`);
    return EXIT.pass;
  } finally {
    await boss.stop({ graceful: false }).catch(() => undefined);
  }
}
