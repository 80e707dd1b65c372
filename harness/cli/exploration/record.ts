// The first part of a sweep: the work is played without faults, and what was said is the plan's ground.
import { rm } from 'node:fs/promises';
import { shownBy } from '../../explore/feedback/novelty.ts';
import { conversationIn } from '../../explore/conversation/conversation.ts';
import { inOrder } from '../../explore/plan/choose.ts';
import { pairsIn } from '../../explore/plan/pairs.ts';
import { pointsThroughout } from '../../explore/plan/throughout.ts';
import { pointsIn } from '../../explore/plan/points.ts';
import { pointsOfNodes } from '../../explore/plan/faults-of-nodes.ts';
import { atBootOf } from '../../explore/plan/warm.ts';
import type { CaseResult } from '../../model/case-result.ts';
import type { Step } from '../../model/faults/fault.ts';
import type { History } from '../../model/judging/history.ts';
import type { Topology } from '../../model/system/topology.ts';
import type { Json } from '../../model/values/json.ts';
import { oneLine } from '../../report/plain.ts';
import type { SweptPlan } from '../../results/sweep-ledger.ts';
import { checkPlan } from '../../run/plan.ts';
import { RUNTIMES } from '../../runtime/registry/runtimes.ts';
import { historyIn } from '../players/here.ts';
import { inTime, type Progress } from './progress.ts';
import type { Sitting } from './sitting.ts';
import { caseOf, isStarved, messageOf, playCase, type Sweeping, workOf } from './sweep-cases.ts';

const RECORDINGS = 3;
/** A recording that says nothing about the system is taken again so often, all in all. */
const TAKEN_MAX = 9;
/** A budget is worth while from so many times as long as the recordings on. */
const ENOUGH = 5;

/** A workload that fails without faults: nothing is swept. */
export interface FailsAlone {
  failsAlone: string;
  unclear: boolean;
  /** The recordings were not done when the budget was used up. */
  tooLate?: true;
  /** Of a failure: the recording, saved as a case. */
  repro?: string;
}

/** What recordings say while they are made, and until when they may begin. */
export interface Recording {
  sitting: Sitting;
  progress: Progress;
  say: (line: string) => void;
  /** How many cases were asked to run side by side; recordings do too, unless it is one. */
  jobs?: number;
  /** Saves the case of a recording that fails, and gives the path of its file. */
  save: (failure: CaseResult) => Promise<string>;
}

export async function planSweep(sweeping: Sweeping, depth: number, recording: Recording): Promise<SweptPlan | FailsAlone> {
  const { workload, seed } = sweeping;
  if (!workload.topology) return { failsAlone: workload.broken ?? 'it has no topology', unclear: true };
  const work = await workOf(sweeping, seed);
  const recordings = await recordingsOf(sweeping, work, recording);
  if ('failsAlone' in recordings) return recordings;
  const conversation = conversationIn(recordings);
  const why = impossibleOn(workload.topology);
  const { topology } = workload;
  const all = [pointsThroughout, pointsIn, pointsOfNodes].flatMap((pointsOf) => pointsOf(conversation, topology, why));
  const points = inOrder(all, seed);
  const pairs = depth > 1 ? inOrder(pairsIn(conversation, workload.topology, why), seed) : [];
  return {
    work: [...work],
    allowed: conversation.allowed as SweptPlan['allowed'],
    usual: conversation.usual as SweptPlan['usual'],
    unstable: conversation.classes.filter(({ unstable }) => unstable).map(({ name }) => name),
    shown: [...new Set(recordings.flatMap((history) => [...shownBy(history)]))],
    atBoot: atBootOf(conversation, workload.topology) as unknown as NonNullable<SweptPlan['atBoot']>,
    points: [...points, ...pairs] as unknown as SweptPlan['points'],
  };
}

async function recordingsOf(
  sweeping: Sweeping,
  work: readonly Json[],
  { sitting, progress, say, jobs, save }: Recording,
): Promise<History[] | FailsAlone> {
  const histories: History[] = [];
  const startedMs = performance.now();
  const tookMs = (): number => performance.now() - startedMs;
  progress.doing(() => `recording ${histories.length + 1} of ${RECORDINGS} without faults, ${inTime(tookMs())}`);
  const record = (): Promise<CaseResult> => playCase(sweeping, caseOf(sweeping, { work: [...work] }), true);
  const keep = async ({ folder }: CaseResult): Promise<void> => {
    histories.push(await historyIn(folder));
    await rm(folder, { recursive: true, force: true });
  };
  // Most of a recording is a wait, whether nodes stay at rest.
  const together = sweeping.workload.alone || jobs === 1 ? [] : await Promise.all(Array.from({ length: RECORDINGS }, record));
  for (const result of together) {
    if (result.verdict.outcome === 'pass') await keep(result);
    else say(oneLine(`a recording beside others is taken again alone: ${result.verdict.oracle ?? ''} ${messageOf(result)}`));
  }
  for (let taken = together.length + 1; histories.length < RECORDINGS; taken++) {
    sweeping.signal.throwIfAborted();
    if (histories.length > 0 && sitting.leftMs() === 0) return tooLate(histories.length, tookMs(), sitting.budgetMs);
    const result = await record();
    if (isStarved(result) && taken < TAKEN_MAX) continue;
    if (result.verdict.outcome !== 'pass') return await aloneOf(result, save);
    await keep(result);
  }
  say(`recorded ${RECORDINGS} times without faults in ${inTime(tookMs())}`);
  return histories;
}

async function aloneOf(result: CaseResult, save: Recording['save']): Promise<FailsAlone> {
  const failsAlone = `${result.verdict.oracle}: ${messageOf(result)}`;
  return result.verdict.outcome === 'unknown' ? { failsAlone, unclear: true } : { failsAlone, unclear: false, repro: await save(result) };
}

/** @param done how many recordings there are */
function tooLate(done: number, tookMs: number, budgetMs: number): FailsAlone {
  const enoughMin = Math.ceil((ENOUGH * RECORDINGS * tookMs) / done / 60_000);
  const took = `${done} of ${RECORDINGS} recordings took ${inTime(tookMs)}, and the budget of ${inTime(budgetMs)} is used up`;
  return { failsAlone: `${took}: give it more time, such as --budget ${enoughMin}min`, unclear: true, tooLate: true };
}

function impossibleOn(topology: Topology): (schedule: readonly Step[]) => string | undefined {
  const { refuses } = RUNTIMES.process();
  return (schedule) => {
    try {
      checkPlan(topology, schedule);
    } catch (error) {
      return (error as Error).message;
    }
    for (const step of schedule) {
      const reason = step.on === 'link' ? undefined : refuses(step);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}
