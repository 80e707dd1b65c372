// A sweep of one workload: record, enumerate, choose, judge, triage, tell. Its ledger is on the disk after every case.
import { join, relative } from 'node:path';
import type { CaseResult } from '../../model/case-result.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { coverageOf, type PointOutcome } from '../../explore/plan/coverage.ts';
import type { FaultPoint } from '../../explore/plan/fault-point.ts';
import { feedbackIn } from '../../explore/feedback/feedback-told.ts';
import { withoutPoints } from '../../explore/plan/points.ts';
import { coverageMarkdown } from '../../report/coverage.ts';
import { oneLine } from '../../report/plain.ts';
import { ReproError } from '../../model/repro.ts';
import { writeWhole } from '../../results/atomic-file.ts';
import { saveRepro } from '../../results/repro-file.ts';
import { openSweepLedger, type SweepAbout, type SweepLedger, type SweptPlan } from '../../results/sweep-ledger.ts';
import type { CasePlayer } from '../players/case-player.ts';
import { type Lacking, playableHere } from './lacking.ts';
import { sayer } from '../campaign/perform.ts';
import type { SweepOutcome } from './sweep-outcome.ts';
import { planSweep, type FailsAlone, type Recording } from './record.ts';
import { playPlan, type PlaySettings } from './play-plan.ts';
import type { Sweeping } from './sweep-cases.ts';
import { inTime, type Progress, progressOn, timeOf } from './progress.ts';
import { type Sitting, sittingOf } from './sitting.ts';
import { counted, findingsMarkdown } from './swept-text.ts';
import { warmIn, warmOn } from './warm.ts';
import { stepText, triage, triageSaved, type TriageSettings } from './triage.ts';

export interface SweepSettings extends Omit<TriageSettings, 'mayGoOn' | 'onStep'>, Omit<PlaySettings, 'rounds'> {
  about: SweepAbout;
  /** Of all its sittings, for recordings, cases and triage. */
  budgetMs: number;
  depth: number;
  /** How many cases were asked to run side by side. */
  jobs?: number;
  /** Fault points share a start of the nodes where the workload can be made as at its start. */
  warm: boolean;
  /** A part of a point's name; other points are not in the plan. */
  only?: string;
  /** Who plays the cases of the plan. Recordings and smaller cases are always played here. @param sweep its identity, over all sittings */
  playerFor: (workload: DescribedScenario, sweep: string) => Promise<CasePlayer>;
}

/** The first part of a sweep alone, on the disk when this resolves. Gives why there can be no other parts. */
export async function recordWorkload(sweeping: Sweeping, settings: SweepSettings): Promise<FailsAlone | undefined> {
  using ledger = openSweepLedger(join(sweeping.folder, 'ledger.ndjson'), settings.about);
  using progress = progressOn(sayer(true));
  if (ledger.plan) return undefined;
  return await plannedIn(ledger, sweeping, settings, { progress, sitting: sittingOf(settings.budgetMs, ledger.spentMs, 0) });
}

export async function sweepWorkload(sweeping: Sweeping, settings: SweepSettings): Promise<SweepOutcome | FailsAlone> {
  using ledger = openSweepLedger(join(sweeping.folder, 'ledger.ndjson'), settings.about);
  using progress = progressOn(sayer(true));
  const sitting = sittingOf(settings.budgetMs, ledger.spentMs, ledger.untriaged().length);
  const { say } = settings;
  if (ledger.cases.size > 0) say(`${ledger.cases.size} finished case(s) found in ${ledger.file}`);
  const failsAlone = ledger.plan ? undefined : await plannedIn(ledger, sweeping, settings, { progress, sitting });
  if (failsAlone) return failsAlone;
  const plan = ledger.plan as SweptPlan;
  const all = plan.points as unknown as FaultPoint[];
  const points = all.filter(({ key }) => settings.only === undefined || key.includes(settings.only));
  say(
    `${points.length} fault points in ${new Set(points.map((point) => point.class)).size} classes of frames and phases${unstableWords(plan)}`,
  );
  if (sweeping.workload.topology) for (const why of withoutPoints(sweeping.workload.topology, all)) say(why);
  const { playable, lacking } = await playableHere(points);
  if (sitting.spentMs() >= settings.budgetMs)
    say(`the budget of ${inTime(settings.budgetMs)} is used up: a larger --budget goes on with the plan`);
  await using player = await settings.playerFor(sweeping.workload, ledger.sweep);
  const rounds = settings.warm ? warmOn(sweeping, plan, ledger, say) : undefined;
  const playing = { ...settings, sitting, progress, ...(rounds && { rounds }) };
  const { failures, leftStarved } = await playPlan(playable, plan, ledger, sweeping, player, playing);
  if (leftStarved > 0)
    say(`${leftStarved} case(s) had no verdict on a busy machine, and no time to be taken again alone: the next sitting takes them`);
  await triageAll({ failures, ledger, sweeping, settings, sitting, progress });
  return { ...(await told({ points, lacking }, ledger, sweeping, sitting)), ...(settings.warm && { warm: warmIn(ledger) }) };
}

async function plannedIn(
  ledger: SweepLedger,
  sweeping: Sweeping,
  { paths, maker, root, say, jobs, depth }: SweepSettings,
  recording: Pick<Recording, 'progress' | 'sitting'>,
): Promise<FailsAlone | undefined> {
  const save = async (failure: CaseResult): Promise<string> => relative(root, (await saveRepro(paths, failure, maker, root)).file);
  const planned = await planSweep(sweeping, depth, { ...recording, say, save, ...(jobs !== undefined && { jobs }) });
  if ('failsAlone' in planned) return planned;
  ledger.planned(planned);
  return undefined;
}

/** What came of it, in the files beside the ledger too. */
async function told(
  { points, lacking }: { points: readonly FaultPoint[]; lacking: readonly Lacking[] },
  ledger: SweepLedger,
  { workload, folder }: Sweeping,
  sitting: Sitting,
): Promise<SweepOutcome> {
  const coverage = coverageOf(points, outcomesIn(ledger));
  await writeWhole(join(folder, 'coverage.md'), coverageMarkdown(workload.name, coverage));
  const planned = new Set(points.map(({ key }) => key));
  const cases = [...ledger.cases.values()];
  const [findings, untriaged] = [[...ledger.findings.values()], ledger.untriaged()];
  const report = join(folder, 'findings.md');
  const hasFound = findings.length + untriaged.length > 0;
  if (hasFound) await writeWhole(report, findingsMarkdown(workload.name, findings, untriaged));
  return {
    coverage,
    findings,
    untriaged: untriaged.map(({ fingerprint, oracle, message, repro }) => ({ fingerprint, oracle, message, repro })),
    lacking,
    feedback: feedbackIn(ledger.kept, cases),
    random: cases.filter(({ key }) => !planned.has(key)).length,
    cases: cases.length,
    failed: cases.filter(({ outcome }) => outcome === 'found').length,
    spentMs: sitting.spentMs(),
    ledger: ledger.file,
    ...(hasFound && { report }),
  };
}

function unstableWords({ unstable }: SweptPlan): string {
  if (unstable.length === 0) return '';
  return `; ${unstable.length} of them are not stable from recording to recording: ${unstable.slice(0, 3).join('; ')}${unstable.length > 3 ? '; …' : ''}`;
}

function outcomesIn(ledger: SweepLedger): Map<string, PointOutcome> {
  return new Map([...ledger.cases].map(([key, { outcome }]) => [key, outcome]));
}

interface Triaging {
  /** Of this sitting. */
  failures: ReadonlyMap<string, CaseResult>;
  ledger: SweepLedger;
  sweeping: Sweeping;
  settings: SweepSettings;
  sitting: Sitting;
  progress: Progress;
}

/** What this sitting has found and what earlier ones have left, each with its part of the time. */
async function triageAll({ failures, ledger, sweeping, settings, sitting, progress }: Triaging): Promise<void> {
  const count = ledger.untriaged().length;
  if (count > 0 && !sweeping.signal.aborted)
    settings.say(`making ${counted(count, 'finding')} small, for ${inTime(sitting.leftMs())} at most`);
  for (const { fingerprint, repro, durationMs } of ledger.untriaged()) {
    const left = ledger.untriaged().length;
    const partMs = sitting.partMs(left);
    // There is no time for a single smaller case.
    if (sweeping.signal.aborted || partMs < durationMs) return;
    const untilMs = performance.now() + partMs;
    const bounded: TriageSettings = {
      ...settings,
      mayGoOn: () => performance.now() + durationMs < untilMs && !sweeping.signal.aborted,
      onStep: (step) =>
        progress.doing(() => `finding ${count - left + 1} of ${count}: ${stepText(step)}, ${timeOf(sitting.spentMs(), sitting.budgetMs)}`),
    };
    const failure = failures.get(fingerprint ?? '');
    if (failure) ledger.found(await triage(failure, sweeping, bounded));
    else if (repro !== undefined) await triageLeft(repro, ledger, sweeping, bounded, settings.say);
  }
}

/** Of an earlier sitting. */
async function triageLeft(
  repro: string,
  ledger: SweepLedger,
  sweeping: Sweeping,
  bounded: TriageSettings,
  say: (line: string) => void,
): Promise<void> {
  try {
    const finding = await triageSaved(repro, sweeping, bounded);
    if (finding) ledger.found(finding);
  } catch (error) {
    // Somebody has removed it. The failure stays one.
    if (!(error instanceof ReproError)) throw error;
    say(oneLine(error.message));
  }
}
