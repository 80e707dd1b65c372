// The cases of a sweep: how a fault point becomes one, where it is played, and what came of it.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case } from '../../model/case.ts';
import type { CaseResult } from '../../model/case-result.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import type { KnownFlaw } from '../../model/judging/known-flaw.ts';
import type { Json } from '../../model/values/json.ts';
import type { FaultPoint } from '../../explore/plan/fault-point.ts';
import type { PointOutcome } from '../../explore/plan/coverage.ts';
import type { SweptPlan } from '../../results/sweep-ledger.ts';
import { held } from '../campaign/known-flaws.ts';
import type { Crew } from '../worker/crew.ts';

export interface Sweeping {
  workload: DescribedScenario;
  crew: Crew;
  seed: number;
  defect?: string;
  /** Where its cases lie. */
  folder: string;
  signal: AbortSignal;
  flaws: readonly KnownFlaw[];
}

/** Without a point it is the work alone; without what is allowed, what is left at rest is not judged. */
export function caseOf(
  { workload, seed, defect }: Pick<Sweeping, 'seed' | 'defect'> & { workload: Pick<DescribedScenario, 'name' | 'parameters'> },
  plan: Pick<SweptPlan, 'work'> & Partial<Pick<SweptPlan, 'allowed' | 'usual'>>,
  point?: FaultPoint,
): Case {
  const { schedule = [], dwellMs = 0, rounds = 1, trickles, stops } = point ?? {};
  return {
    scenario: workload.name,
    parameters: {
      ...workload.parameters,
      work: Array.from({ length: rounds }, () => plan.work as Json[]).flat(),
      ...(trickles && { trickles: trickles as unknown as Json }),
      ...(stops && { stops: [...stops] }),
      ...(plan.allowed && { allowed: plan.allowed }),
      ...(plan.usual && { usual: plan.usual }),
      dwellMs,
    },
    seed,
    schedule,
    runtime: 'process',
    engine: 'own',
    clockSpeed: 1,
    ...(defect !== undefined && { defect }),
  };
}

/** The same seed makes the same work. @throws Error with what the workload says when it makes none */
export async function workOf({ workload, crew }: Sweeping, seed: number): Promise<readonly Json[]> {
  const { name, file } = workload;
  const [answer] = await crew.askAll([{ do: 'work', scenario: { name, file }, seed }]);
  if (answer?.to === 'work') return answer.work;
  throw new Error(answer?.to === 'failed' ? answer.why : answer?.to === 'died' ? answer.how : 'its worker gave no work');
}

let played = 0;

/** What passes leaves nothing: thousands of histories would fill the disk. */
export async function playCase(sweeping: Sweeping, given: Case, keep = false): Promise<CaseResult> {
  const own = ownFolder(sweeping);
  const result = withoutFlaws(sweeping, await sweeping.crew.play(sweeping.workload, given, own));
  if (!keep && result.verdict.outcome !== 'fail') await rm(own, { recursive: true, force: true });
  return { ...result, folder: own };
}

/** Where the next case lies. */
export function ownFolder({ folder }: Sweeping): string {
  played += 1;
  return join(folder, 'cases', `${process.pid}-${String(played).padStart(5, '0')}`);
}

export function withoutFlaws({ workload, flaws }: Sweeping, result: CaseResult): CaseResult {
  return held(result, workload, flaws).result;
}

export function outcomeOf({ verdict }: CaseResult): Exclude<PointOutcome, 'not run'> {
  if (verdict.outcome === 'fail') return 'found';
  if (verdict.outcome === 'pass') return 'clean';
  return verdict.reason === 'vacuous' ? 'not reached' : 'unclear';
}

export function isStarved({ verdict }: CaseResult): boolean {
  return verdict.outcome === 'unknown' && verdict.reason === 'starved';
}

export function messageOf({ verdict }: CaseResult): string | null {
  if (verdict.outcome === 'pass') return null;
  return verdict.outcome === 'fail' ? verdict.findings[0].message : `${verdict.reason}: ${verdict.detail}`;
}
