// The cases of a sweep are put into a queue, and what workers make of them is taken out of it. Jobs have the same ids in each sitting, so a
// sweep that was killed finds what was played meanwhile, and nothing is put there twice.
import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import type { Case } from '../../model/case.ts';
import { withoutVerdict } from '../../results/without-verdict.ts';
import { VERSION } from '../base/version.ts';
import type { CasePlayer, PlannedCase, PlayedCase, Taking } from '../players/case-player.ts';
import type { QueueAddress } from './address.ts';
import type { Boss, BossJob } from './boss.ts';
import { writeFiles } from './case-files.ts';
import { type Answered, type CaseAnswer, type CaseJob, type CasePlan, jobId, packed, queueOf, unpacked } from './job.ts';
import { type Reach, reachOf } from './reach.ts';
import { sourcesPrint } from './sources-print.ts';

const POLL_MS = 200;
/** So many cases wait in the queue at least, besides those that are being played. */
const AHEAD_MIN = 6;
/** A case that has cost so many workers their lives has no verdict. */
const RETRIES = 4;
const EXPIRES_S = 3_600;
const NOBODY_AFTER_MS = 15_000;

export interface QueuePlayerSettings {
  address: QueueAddress;
  boss: Boss;
  workload: DescribedScenario;
  /** Of the project. */
  root: string;
  /** Its identity, over all sittings. */
  sweep: string;
  /** A worker that was not heard of for so long has gone: its case is taken again. At least 10. */
  lostAfterS: number;
  say: (line: string) => void;
}

/** @throws QueueError */
export async function queuePlayer(settings: QueuePlayerSettings): Promise<CasePlayer> {
  const { address, boss, workload, root, sweep, say, lostAfterS } = settings;
  const sources = sourcesPrint(workload, root);
  const queue = queueOf(sources, sweep);
  const reach = reachOf(boss, address, say);
  const by = new Map<string, number>();
  const mail: Mail = { ...settings, queue, sources, reach, by };
  let isDone = false;
  await reach(
    (own) => own.createQueue(queue, { retryLimit: RETRIES, heartbeatSeconds: lostAfterS, expireInSeconds: EXPIRES_S }),
    () => false,
  );
  return {
    async playCases(cases, taking, taken) {
      isDone = false;
      try {
        isDone = await playThrough(mail, cases, taking, taken);
      } catch (error) {
        if (!taking.signal.aborted) throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      if (by.size > 0) say(`played by ${[...by].map(([worker, count]) => `${worker}: ${count}`).join(', ')}`);
      // What an earlier sitting has put there is found there by the next one.
      const isEmpty = async (): Promise<boolean> => (await boss.findJobs(queue, { limit: 1 })).length === 0;
      if (isDone && (await isEmpty().catch(() => false))) await boss.deleteQueue(queue).catch(() => undefined);
    },
  };
}

interface Mail extends QueuePlayerSettings {
  queue: string;
  sources: string;
  reach: Reach;
  /** How many each worker has played. */
  by: Map<string, number>;
}

interface Out<P> {
  planned: P;
  given: Case;
  isTaken: boolean;
}

/** False when it was left early: something may be in the queue yet. */
async function playThrough<P extends PlannedCase>(
  mail: Mail,
  cases: readonly P[],
  taking: Taking,
  taken: (planned: P, played: PlayedCase) => Promise<void>,
): Promise<boolean> {
  const { queue, reach, say } = mail;
  const { signal, isWanted, mayBegin } = taking;
  const waits = (): boolean => !signal.aborted && isWanted();
  const waiting = [...cases];
  const out = new Map<string, Out<P>>();
  let busyMs = performance.now();
  while (!signal.aborted) {
    while (waiting.length > 0 && aheadOf(out) < roomIn(out, taking) && mayBegin()) {
      const planned = waiting.shift() as P;
      const id = jobId(mail.sweep, planned.key, taking.alone);
      const given = await planned.begin();
      const job = await jobOf(mail, given);
      await reach((boss) => boss.send(queue, job, { id }), waits);
      out.set(id, { planned, given, isTaken: false });
    }
    if (out.size === 0) return true;
    if (!isWanted()) await withdraw(mail, out);
    const jobs = await reach((boss) => lookThrough(boss, queue), waits);
    const there = new Set(jobs.map(({ id }) => id));
    for (const [id, lost] of out) if (!there.has(id)) await sendAgain(mail, id, lost, waits);
    for (const job of jobs) {
      const mine = out.get(job.id);
      if (!mine) continue;
      mine.isTaken = job.state === 'active';
      if (mine.isTaken) busyMs = performance.now();
      const played = await playedOf(mail, mine, job);
      if (!played) continue;
      out.delete(job.id);
      await taken(mine.planned, played);
      await reach((boss) => boss.deleteJob(queue, job.id), waits);
      busyMs = performance.now();
    }
    if (performance.now() - busyMs > NOBODY_AFTER_MS) {
      say(`no worker takes a case; on any machine with these sources: npx tornwire worker --queue ${mail.address.shown}`);
      busyMs = Infinity;
    }
    // Until the next look for results; whoever stops the sweep, or its budget, ends the loop.
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

/** Somebody has removed it. */
async function sendAgain(mail: Mail, id: string, { given }: Out<unknown>, waits: () => boolean): Promise<void> {
  const job = await jobOf(mail, given);
  await mail.reach((boss) => boss.send(mail.queue, job, { id }), waits);
}

async function lookThrough(boss: Boss, queue: string): Promise<BossJob[]> {
  await boss.supervise(queue);
  return await boss.findJobs(queue);
}

function aheadOf(out: ReadonlyMap<string, Out<PlannedCase>>): number {
  return [...out.values()].filter(({ isTaken }) => !isTaken).length;
}

/** As many as are being played: however many workers there are, none of them waits for the next look. */
function roomIn(out: ReadonlyMap<string, Out<PlannedCase>>, { alone }: Taking): number {
  if (alone) return out.size === 0 ? 1 : 0;
  return Math.max(AHEAD_MIN, out.size - aheadOf(out));
}

/** What nobody has taken is taken back. */
async function withdraw<P>({ queue, reach }: Mail, out: Map<string, Out<P>>): Promise<void> {
  const queued = await reach(
    (boss) => boss.findJobs(queue, { queued: true }),
    () => false,
  );
  const ids = queued.flatMap(({ id }) => (out.has(id) ? [id] : []));
  if (ids.length === 0) return;
  await reach(
    (boss) => boss.deleteJob(queue, ids),
    () => false,
  );
  for (const id of ids) out.delete(id);
}

async function jobOf({ workload, root, sources }: Mail, { seed, schedule, parameters, defect }: Case): Promise<CaseJob> {
  const own = Object.fromEntries(Object.entries(parameters).filter(([name]) => !(name in workload.parameters)));
  return {
    tornwire: VERSION,
    workload: workload.name,
    file: relative(root, workload.file),
    sources,
    seed,
    defect: defect ?? null,
    plan: await packed({ seed, schedule, parameters: own } satisfies CasePlan),
  };
}

/** Undefined while it is not finished. A case that cost all its workers their lives has no verdict. */
async function playedOf<P extends PlannedCase>(
  { workload, by }: Mail,
  { planned, given }: Out<P>,
  { state, output }: BossJob,
): Promise<PlayedCase | undefined> {
  const { folder } = planned;
  if (state === 'failed' || state === 'cancelled') {
    const detail = `each of the ${RETRIES + 1} workers that took it was lost`;
    const about = { given, title: workload.title, folder, reason: 'harness', detail, durationMs: 0 } as const;
    return { result: withoutVerdict(about), shown: async () => [] };
  }
  if (state !== 'completed') return undefined;
  const { worker, packed: text } = output as CaseAnswer;
  by.set(worker, (by.get(worker) ?? 0) + 1);
  const { result, shown, files } = await unpacked<Answered>(text);
  await writeFiles(folder, files);
  return { result: { ...result, folder }, shown: async () => shown };
}
