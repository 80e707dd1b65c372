// A sweep of one workload: record, enumerate, choose, judge, triage, tell. Its ledger is on the disk after every case.
import { join, relative } from 'node:path';
import type { CaseResult } from '../../model/case-result.ts';
import { coverageOf, type Coverage, type PointOutcome } from '../../explore/plan/coverage.ts';
import { randomRound } from '../../explore/plan/choose.ts';
import type { FaultPoint } from '../../explore/plan/fault-point.ts';
import { coverageMarkdown } from '../../report/coverage.ts';
import { oneLine } from '../../report/plain.ts';
import { ReproError } from '../../model/repro.ts';
import { writeWhole } from '../../results/atomic-file.ts';
import { saveReproBesideCase } from '../../results/repro-file.ts';
import {
  openSweepLedger,
  type SweepAbout,
  type SweepLedger,
  type SweptCase,
  type SweptFinding,
  type SweptPlan,
} from '../../results/sweep-ledger.ts';
import { sideBySide } from '../campaign/side-by-side.ts';
import { planSweep, type FailsAlone } from './record.ts';
import { caseOf, isStarved, messageOf, outcomeOf, playCase, type Sweeping, workOf } from './sweep-cases.ts';
import { triage, triageSaved, type TriageSettings } from './triage.ts';

export interface SweepSettings extends Omit<TriageSettings, 'mayGoOn'> {
  about: SweepAbout;
  budgetMs: number;
  depth: number;
  /** A part of a point's name; other points are not in the plan. */
  only?: string;
  jobs: number;
  /** At most so many cases, all sittings together. */
  casesMax?: number;
  /** The first finding ends it. */
  untilFound: boolean;
  say: (line: string) => void;
}

export interface SweepOutcome {
  coverage: Coverage;
  findings: readonly SweptFinding[];
  /** Failures that were not made small yet: the sweep was interrupted. They count like findings. */
  untriaged: readonly Pick<SweptCase, 'fingerprint' | 'oracle' | 'message' | 'repro'>[];
  /** Beyond the plan: the same points with other work. */
  random: number;
  cases: number;
  spentMs: number;
  ledger: string;
}

const TELL_EVERY = 25;
/** Each finding may take so long to be made small, beyond the budget. */
const TRIAGE_MS = 60_000;
const RANDOM_ROUNDS_MAX = 1_000;

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
  const points = (plan.points as unknown as FaultPoint[]).filter(({ key }) => settings.only === undefined || key.includes(settings.only));
  say(`${points.length} fault points in ${new Set(points.map((point) => point.class)).size} classes of frames${unstableWords(plan)}`);
  const failures = await play(points, plan, ledger, sweeping, settings);
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

/** The plan, and behind it random rounds, until the budget is used up. @returns the first failure of each fingerprint of this sitting. */
async function play(
  points: readonly FaultPoint[],
  plan: SweptPlan,
  ledger: SweepLedger,
  sweeping: Sweeping,
  settings: SweepSettings,
): Promise<ReadonlyMap<string, CaseResult>> {
  const { signal } = sweeping;
  const startedMs = performance.now();
  const before = ledger.spentMs;
  const spentMs = (): number => Math.round(before + performance.now() - startedMs);
  const failures = new Map<string, CaseResult>();
  const mayBegin = (): boolean =>
    spentMs() < settings.budgetMs && begun < (settings.casesMax ?? Infinity) && !(settings.untilFound && ledger.untriaged().length > 0);
  const starved: FaultPoint[] = [];
  let begun = ledger.cases.size;
  const take = async (point: FaultPoint, isAgain = false): Promise<void> => {
    begun += 1;
    const work = point.workSeed === undefined ? plan.work : await workOf(sweeping, point.workSeed);
    const result = await playCase(sweeping, caseOf(sweeping, { ...plan, work: [...work] }, point));
    if (signal.aborted) return;
    if (isStarved(result) && !isAgain) return void starved.push(point);
    await enter(result, point.key, spentMs(), { failures, ledger, settings });
    if (ledger.cases.size % TELL_EVERY === 0)
      settings.say(`${ledger.cases.size} cases, ${failures.size + ledger.findings.size} finding(s), ${Math.round(spentMs() / 1_000)} s`);
  };
  const playAll = async (round: readonly FaultPoint[]): Promise<void> => {
    const left = round.filter(({ key }) => !ledger.cases.has(key));
    const order = { jobs: settings.jobs, signal, mayBegin, inTheWay: () => false };
    await sideBySide([...left.keys()], order, (index) => take(left[index] as FaultPoint));
  };
  await playAll(points);
  for (let round = 1; round <= RANDOM_ROUNDS_MAX && points.length > 0 && mayBegin() && !signal.aborted; round++)
    await playAll(randomRound(points, sweeping.seed, round));
  // Alone, as a machine with too much to do asks for.
  const alone = { jobs: 1, signal, mayBegin, inTheWay: () => false };
  await sideBySide([...starved.keys()], alone, (index) => take(starved[index] as FaultPoint, true));
  return failures;
}

/** What came of a case is on the disk when this resolves, and so is the repro of a failure that is new. */
async function enter(
  result: CaseResult,
  key: string,
  elapsedMs: number,
  { failures, ledger, settings }: { failures: Map<string, CaseResult>; ledger: SweepLedger; settings: SweepSettings },
): Promise<void> {
  const outcome = outcomeOf(result);
  const { fingerprint, durationMs, verdict } = result;
  const oracle = verdict.outcome === 'pass' ? null : verdict.oracle;
  const message = messageOf(result);
  const isNew = outcome === 'found' && !failures.has(fingerprint) && !ledger.findings.has(fingerprint);
  if (isNew) failures.set(fingerprint, result);
  const repro = isNew ? relative(settings.root, (await saveReproBesideCase(result, settings.maker, settings.root)).file) : undefined;
  ledger.judged({
    key,
    outcome,
    oracle,
    message,
    fingerprint: fingerprint || null,
    durationMs: Math.round(durationMs),
    elapsedMs,
    ...(repro !== undefined && { repro }),
  });
  if (isNew) settings.say(oneLine(`found ${fingerprint} ${oracle}: ${message}\n  at ${key}`));
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
