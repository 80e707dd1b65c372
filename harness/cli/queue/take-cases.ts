// A worker of a queue: takes cases, plays them here, and puts back what came of them. It plays what has its own sources and nothing else.
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from '../../model/case.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { behindFirstLine } from '../../model/codes/code-text.ts';
import { oneLine } from '../../report/plain.ts';
import { VERSION } from '../base/version.ts';
import { shownIn } from '../players/here.ts';
import type { Crew } from '../worker/crew.ts';
import type { QueueAddress } from './address.ts';
import { type Boss, isGone } from './boss.ts';
import { filesIn } from './case-files.ts';
import { type Answered, type CaseAnswer, type CaseJob, type CasePlan, isQueue, packed, queuesOf, unpacked } from './job.ts';
import { type Reach, reachOf } from './reach.ts';
import { sourcesPrint } from './sources-print.ts';

const POLL_MS = 250;
const BEAT_MS = 3_000;
/** More names than that say nothing more. */
const SHOWN_MAX = 5_000;

export interface WorkerSettings {
  address: QueueAddress;
  boss: Boss;
  crew: Crew;
  root: string;
  /** That can be played here. */
  workloads: readonly DescribedScenario[];
  /** Where cases lie while they are played. */
  folder: string;
  jobs: number;
  /** So many cases, and it ends. */
  casesMax: number;
  /** It ends when there was nothing to do for so long. */
  idleMs: number;
  /** Aborted: what has begun is finished and put back, and nothing else is taken. */
  signal: AbortSignal;
  say: (line: string) => void;
}

interface Taken {
  id: string;
  queue: string;
  job: CaseJob;
  workload: DescribedScenario;
}

/** @returns how many cases were played. @throws ResultsError when results cannot be kept, QueueError for what the queue refuses. */
export async function takeCases(settings: WorkerSettings): Promise<number> {
  const { address, boss, root, workloads, jobs, casesMax, idleMs, signal, say } = settings;
  const prints = new Map(workloads.map((workload) => [queuesOf(sourcesPrint(workload, root)), workload]));
  const reach = reachOf(boss, address, say);
  const refused = new Set<string>();
  let begun = 0;
  let running = 0;
  let busyMs = performance.now();
  const slot = async (): Promise<void> => {
    while (!signal.aborted && begun < casesMax) {
      // Counted before it is asked for: another slot may be asking beside this one.
      begun += 1;
      const taken = await next({ ...settings, prints, reach, refused });
      if (!taken) {
        begun -= 1;
        if (running === 0 && performance.now() - busyMs > idleMs) return;
        // Until the next look for a case; `idleMs` and the signal are the bounds.
        await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
        continue;
      }
      running += 1;
      await playTaken(taken, begun, reach, settings);
      running -= 1;
      busyMs = performance.now();
    }
  };
  await Promise.all(Array.from({ length: jobs }, slot));
  return begun;
}

interface Asking extends WorkerSettings {
  prints: ReadonlyMap<string, DescribedScenario>;
  reach: Reach;
  /** Queues of which that was said. */
  refused: Set<string>;
}

async function next({ prints, reach, refused, signal, say }: Asking): Promise<Taken | undefined> {
  const waits = (): boolean => !signal.aborted;
  return await reach(async (boss) => {
    for (const { name: queue } of await boss.getQueues()) {
      if (!isQueue(queue) || signal.aborted) continue;
      const [, workload] = [...prints].find(([prefix]) => queue.startsWith(prefix)) ?? [];
      try {
        if (!workload) {
          if (!refused.has(queue)) await refuse(boss, queue, refused, say);
          continue;
        }
        await boss.supervise(queue);
        const [got] = await boss.fetch(queue);
        if (got) return { id: got.id, queue, job: got.data as CaseJob, workload };
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
    return undefined;
  }, waits).catch((error: unknown) => {
    if (signal.aborted) return undefined;
    throw error;
  });
}

/** Cases of other sources stay there for others. */
async function refuse(boss: Boss, queue: string, refused: Set<string>, say: (line: string) => void): Promise<void> {
  const [waiting] = await boss.findJobs(queue, { queued: true, limit: 1 });
  if (!waiting) return;
  refused.add(queue);
  const { workload, sources, tornwire } = waiting.data as CaseJob;
  const why =
    tornwire === VERSION ? `the sources there (${sources}) are not those here` : `they want Tornwire ${tornwire}, this is ${VERSION}`;
  say(behindFirstLine(oneLine(`cases of '${workload}' are refused: ${why}, or it cannot be played here`), 'TW-QUEUE'));
}

async function playTaken(taken: Taken, index: number, reach: Reach, settings: WorkerSettings): Promise<void> {
  const { id, queue, job, workload } = taken;
  const { boss, crew, folder: all, say } = settings;
  const beat = setInterval(() => void boss.touch(queue, id).catch(() => undefined), BEAT_MS);
  const folder = join(all, String(index).padStart(5, '0'));
  try {
    const { folder: _own, ...result } = await crew.play(workload, await caseOf(job, workload), folder);
    const isFound = result.verdict.outcome === 'fail';
    const shown = await shownIn(folder).catch(() => []);
    const answered: Answered = { result, shown: shown.slice(0, SHOWN_MAX), files: isFound ? await filesIn(folder) : {} };
    const answer: CaseAnswer = { worker: `${hostname()}/${process.pid}`, packed: await packed(answered) };
    // However long the server is away: the result is kept until it has it.
    const { affected } = await reach(
      (own) => own.complete(queue, id, answer, { includeQueued: true }),
      () => true,
    );
    if (affected === 0) say('a result came too late: another worker had it before, or nobody wants it any more');
  } catch (error) {
    if (!isGone((error as Error).cause)) throw error;
    say('a result came too late: its sweep has ended');
  } finally {
    clearInterval(beat);
    await rm(folder, { recursive: true, force: true });
  }
}

async function caseOf({ plan, defect }: CaseJob, workload: DescribedScenario): Promise<Case> {
  const { seed, schedule, parameters } = await unpacked<CasePlan>(plan);
  return {
    scenario: workload.name,
    parameters: { ...workload.parameters, ...parameters },
    seed,
    schedule,
    runtime: 'process',
    engine: 'own',
    clockSpeed: 1,
    ...(defect !== null && { defect }),
  };
}
