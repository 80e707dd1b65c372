// A sweep of one workload: record, enumerate, choose, judge, triage, tell. Its ledger is on the disk after every case.
import { join } from 'node:path';
import type { CaseResult } from '../../model/case-result.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { coverageOf, type Coverage, type PointOutcome } from '../../explore/plan/coverage.ts';
import type { FaultPoint } from '../../explore/plan/fault-point.ts';
import { feedbackIn, type FeedbackTold } from '../../explore/feedback/feedback-told.ts';
import { withoutPoints } from '../../explore/plan/points.ts';
import { coverageMarkdown } from '../../report/coverage.ts';
import { oneLine } from '../../report/plain.ts';
import { ReproError } from '../../model/repro.ts';
import { writeWhole } from '../../results/atomic-file.ts';
import {
  openSweepLedger,
  type SweepAbout,
  type SweepLedger,
  type SweptCase,
  type SweptFinding,
  type SweptPlan,
} from '../../results/sweep-ledger.ts';
import type { CasePlayer } from '../players/case-player.ts';
import { type Lacking, playableHere } from './lacking.ts';
import { planSweep, type FailsAlone } from './record.ts';
import { playPlan, type PlaySettings } from './play-plan.ts';
import type { Sweeping } from './sweep-cases.ts';
import { triage, triageSaved, type TriageSettings } from './triage.ts';

export interface SweepSettings extends Omit<TriageSettings, 'mayGoOn'>, PlaySettings {
  about: SweepAbout;
  depth: number;
  /** A part of a point's name; other points are not in the plan. */
  only?: string;
  /** Who plays the cases of the plan. Recordings and smaller cases are always played here. @param sweep its identity, over all sittings */
  playerFor: (workload: DescribedScenario, sweep: string) => Promise<CasePlayer>;
}

export interface SweepOutcome {
  coverage: Coverage;
  findings: readonly SweptFinding[];
  /** Failures that were not made small yet: the sweep was interrupted. They count like findings. */
  untriaged: readonly Pick<SweptCase, 'fingerprint' | 'oracle' | 'message' | 'repro'>[];
  /** Points of the plan that this machine cannot play. They count as not run. */
  lacking: readonly Lacking[];
  /** What has shown something new, and what came of its variations. */
  feedback: FeedbackTold;
  /** Beyond the plan: the same points with other work. */
  random: number;
  cases: number;
  spentMs: number;
  ledger: string;
}

/** Each finding may take so long to be made small, beyond the budget. */
const TRIAGE_MS = 60_000;

export async function sweepWorkload(sweeping: Sweeping, settings: SweepSettings): Promise<SweepOutcome | FailsAlone> {
  using ledger = openSweepLedger(join(sweeping.folder, 'ledger.ndjson'), settings.about);
  const { say } = settings;
  if (ledger.cases.size > 0) say(`${ledger.cases.size} finished case(s) found in ${ledger.file}`);
  if (!ledger.plan) {
    const planned = await planSweep(sweeping, settings.depth);
    if ('failsAlone' in planned) return planned;
    ledger.planned(planned);
  }
  const plan = ledger.plan as SweptPlan;
  const all = plan.points as unknown as FaultPoint[];
  const points = all.filter(({ key }) => settings.only === undefined || key.includes(settings.only));
  say(
    `${points.length} fault points in ${new Set(points.map((point) => point.class)).size} classes of frames and phases${unstableWords(plan)}`,
  );
  if (sweeping.workload.topology) for (const why of withoutPoints(sweeping.workload.topology, all)) say(why);
  const { playable, lacking } = await playableHere(points);
  await using player = await settings.playerFor(sweeping.workload, ledger.sweep);
  const { failures, leftStarved } = await playPlan(playable, plan, ledger, sweeping, player, settings);
  if (leftStarved > 0)
    say(`${leftStarved} case(s) had no verdict on a busy machine, and no time to be taken again alone: the next sitting takes them`);
  await triageAll(failures, ledger, sweeping, settings);
  const coverage = coverageOf(points, outcomesIn(ledger));
  await writeWhole(join(sweeping.folder, 'coverage.md'), coverageMarkdown(sweeping.workload.name, coverage));
  const planned = new Set(points.map(({ key }) => key));
  const random = [...ledger.cases.keys()].filter((key) => !planned.has(key)).length;
  const last = [...ledger.cases.values()].at(-1);
  return {
    coverage,
    findings: [...ledger.findings.values()],
    untriaged: ledger.untriaged().map(({ fingerprint, oracle, message, repro }) => ({ fingerprint, oracle, message, repro })),
    lacking,
    feedback: feedbackIn(ledger.kept, ledger.cases.values()),
    random,
    cases: ledger.cases.size,
    spentMs: last?.elapsedMs ?? 0,
    ledger: ledger.file,
  };
}

function unstableWords({ unstable }: SweptPlan): string {
  if (unstable.length === 0) return '';
  return `; ${unstable.length} of them are not stable from recording to recording: ${unstable.slice(0, 3).join('; ')}${unstable.length > 3 ? '; …' : ''}`;
}

function outcomesIn(ledger: SweepLedger): Map<string, PointOutcome> {
  return new Map([...ledger.cases].map(([key, { outcome }]) => [key, outcome]));
}

/** Those of this sitting first, and then what earlier ones have left. */
async function triageAll(
  failures: ReadonlyMap<string, CaseResult>,
  ledger: SweepLedger,
  sweeping: Sweeping,
  settings: SweepSettings,
): Promise<void> {
  const bounded = (): TriageSettings => {
    const untilMs = performance.now() + TRIAGE_MS;
    return { ...settings, mayGoOn: () => performance.now() < untilMs && !sweeping.signal.aborted };
  };
  for (const failure of failures.values()) {
    if (sweeping.signal.aborted) return;
    ledger.found(await triage(failure, sweeping, bounded()));
  }
  for (const { repro } of ledger.untriaged()) {
    if (sweeping.signal.aborted) return;
    if (repro === undefined) continue;
    try {
      const finding = await triageSaved(repro, sweeping, bounded());
      if (finding) ledger.found(finding);
    } catch (error) {
      // Somebody has removed it. The failure stays one.
      if (!(error instanceof ReproError)) throw error;
      settings.say(oneLine(error.message));
    }
  }
}
