// `tornwire nightly`: round after round of the pack with fresh seeds, in every runtime and with every engine of this
// machine, and a sweep of the workloads behind them, until the budget is used up. The seed names the ledger. If the same command is typed again, it goes on with that
// ledger.
import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type EngineChoice, type RuntimeName, USER_RUNTIMES, type UserRuntime } from '../../model/case.ts';
import { milliseconds, type Duration } from '../../model/time/duration.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { hash32, SEED_MAX } from '../../model/values/seed.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { shellWord } from '../../model/values/shell-word.ts';
import { nightlyText } from '../../report/nightly.ts';
import { acceptedLines, failureLines, knownFlawLines, progressLine } from '../../report/terminal.ts';
import { openLedger, type Ledger, type LedgerCase } from '../../results/ledger.ts';
import { resultPaths } from '../../results/paths.ts';
import type { CaseRow, Summary } from '../../results/summary.ts';
import { runCampaign } from '../campaign/campaign.ts';
import type { PlannedCase } from '../campaign/planned-case.ts';
import { askedBy, planCases, type Availability } from '../campaign/cases.ts';
import { sweepBefore } from '../campaign/sweep-before.ts';
import { knownFlawsOf } from '../campaign/known-flaws.ts';
import { makerOf } from '../campaign/maker.ts';
import { onInterrupt } from '../base/interrupt.ts';
import { NothingToRunError } from '../base/usage-error.ts';
import { onlyOneOfSeed } from '../base/only-here.ts';
import { availableOf, sweepAll, type SweepAbout, type Swept, sweptExitCode } from '../exploration/sweep.ts';
import { loadScenarios, projectAt } from '../project/project.ts';
import { select } from '../project/select.ts';
import { isolationLine } from '../../report/isolation.ts';
import { sayer } from '../campaign/perform.ts';
import type { ReportWhen } from '../campaign/report-when.ts';
import { reportAfter } from '../campaign/run-report.ts';
import { runtimeUnavailable, toxiproxyFor } from '../base/runtimes-here.ts';
import type { Crew } from '../worker/crew.ts';

export interface NightlyOptions {
  budget: string;
  seed?: number;
  jobs?: number;
  replays: number;
  json?: boolean;
  report: ReportWhen;
}

export async function nightly(filters: readonly string[], options: NightlyOptions, crew: Crew): Promise<number> {
  const say = sayer(options.json);
  const project = projectAt(process.cwd());
  const seed = options.seed ?? randomInt(SEED_MAX);
  const words = ['npx', 'tornwire', 'nightly', ...filters, '--seed', String(seed), '--budget', options.budget];
  const command = words.map(shellWord).join(' ');
  await using _alone = await aloneHere(project.results, seed);
  say(`seed ${seed}; the same again, or on with it after a kill: ${command}`);
  const budgetMs = milliseconds(options.budget as Duration);
  const all = await loadScenarios(project, crew);
  const workloads = await workloadsOf({ project, crew, say }, filters);
  const chosen = select(all, filters);
  const flaws = await knownFlawsOf(project.root, all);
  const places = await placesHere(say);
  say(isolationLine(crew.isolation));

  using interrupt = onInterrupt();
  interrupt.signal.addEventListener('abort', () => crew.interrupt(), { once: true });
  const [swept, maker] = await Promise.all([sweepBefore(project), makerOf(project.root)]);
  swept.forEach((line) => say(line));
  using ledger = openLedger(resultPaths(project.results), { seed, ...maker });
  if (ledger.cases.length > 0) say(`${ledger.cases.length} finished case(s) found in ${ledger.file}`);
  const startedMs = performance.now();
  const elapsedMs = (): number => Math.round(ledger.spentMs + performance.now() - startedMs);
  const packMs = workloads.length === 0 ? budgetMs : budgetMs * (1 - SWEPT);
  const mayBegin = (): boolean => elapsedMs() < packMs;

  let last: Summary | undefined;
  for (let round = 1; !ledger.ended && mayBegin() && !interrupt.signal.aborted; round++) {
    const { planned, playable } = await planRound({ all, chosen, places, seed, round, ledger, availability: askedBy(crew) });
    if (planned.length === 0 && playable === 0) break;
    if (planned.length === 0) continue;
    last = await runCampaign(planned, {
      project,
      seed: roundSeed(seed, round),
      jobs: options.jobs ?? availableParallelism(),
      maker,
      signal: interrupt.signal,
      mayBegin,
      replays: options.replays,
      players: crew,
      flaws,
      async onRow(row, done, total) {
        ledger.add(ledgerCase(row, round, elapsedMs()));
        [`round ${round}: ${progressLine(row, done, total)}`, ...acceptedLines(row), ...failureLines(row)].forEach((text) => say(text));
        // A night of passes would fill the disk: what they saw is of no use to anybody.
        if (row.verdict === 'pass' && row.folder !== null) await rm(join(project.root, row.folder), { recursive: true, force: true });
      },
    });
    (await reportAfter(options.report, last, project)).forEach((line) => say(line));
  }
  if (!ledger.ended && !interrupt.signal.aborted) ledger.end(elapsedMs());
  if (last) knownFlawLines(last).forEach((line) => say(line));
  say(nightlyText(ledger.cases, elapsedMs()));
  say(`ledger: ${ledger.file}`);
  const about = { project, crew, seed, signal: interrupt.signal, flaws, maker, say, budgetMs: budgetMs * SWEPT };
  const sweeps = await sweepAll(workloads, sweepOptions(options), about);
  if (options.json) print({ version: 1, seed, elapsedMs: elapsedMs(), ledger: ledger.file, cases: ledger.cases, sweeps });
  return interrupt.signal.aborted ? EXIT.interrupted : worstOf(ledger.cases, sweeps);
}

function print(outcome: object): void {
  process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`);
}

function worstOf(cases: readonly LedgerCase[], sweeps: readonly Swept[]): number {
  const codes = [exitCodeOf(cases), ...(sweeps.length === 0 ? [] : [sweptExitCode(sweeps)])];
  return [EXIT.fail, EXIT.unknown].find((code) => codes.includes(code)) ?? EXIT.pass;
}

/** Neither another nightly nor a sweep of this seed: they would write the same ledgers. @throws when there is one */
async function aloneHere(results: string, seed: number): Promise<AsyncDisposable> {
  const night = await onlyOneOfSeed('nightly', results, seed);
  try {
    const sweep = await onlyOneOfSeed('sweep', results, seed);
    return {
      async [Symbol.asyncDispose]() {
        await using _night = night;
        await sweep[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await night[Symbol.asyncDispose]();
    throw error;
  }
}

/** The share of the budget that is for the workloads, where there are any. */
const SWEPT = 0.25;
const SHRINK = 40;

function sweepOptions({ jobs, replays }: NightlyOptions): Parameters<typeof sweepAll>[1] {
  return { depth: 2, replays, shrink: SHRINK, ...(jobs !== undefined && { jobs }) };
}

/** Those that can be swept here; there may be none. Filters choose scenarios: with them nothing is swept. */
async function workloadsOf(
  { project, crew, say }: Pick<SweepAbout, 'project' | 'crew' | 'say'>,
  filters: readonly string[],
): Promise<readonly DescribedScenario[]> {
  if (filters.length > 0) return [];
  try {
    return await availableOf(await loadScenarios(project, crew, ['workload']), crew, say);
  } catch (error) {
    if (error instanceof NothingToRunError) return [];
    throw error;
  }
}

interface RunPlace {
  runtime: RuntimeName;
  engine: EngineChoice;
}

/** Every runtime with every engine; what the machine lacks is said, not passed over. */
async function placesHere(say: (line: string) => void): Promise<RunPlace[]> {
  const runtimes: UserRuntime[] = [];
  for (const runtime of USER_RUNTIMES) {
    const reason = await runtimeUnavailable(runtime);
    if (reason === undefined) runtimes.push(runtime);
    else say(`not on the ${runtime} runtime: ${reason}`);
  }
  const places = runtimes.map((runtime): RunPlace => ({ runtime, engine: 'own' }));
  for (const runtime of runtimes) {
    const source = await toxiproxyFor(runtime);
    if ('missing' in source) say(`not through Toxiproxy (${runtime}): ${source.missing}`);
    else places.push({ runtime, engine: 'toxiproxy' });
  }
  return places;
}

interface Round {
  all: readonly DescribedScenario[];
  chosen: readonly DescribedScenario[];
  places: readonly RunPlace[];
  seed: number;
  /** From 1. */
  round: number;
  ledger: Ledger;
  availability: Availability;
}

/** What of this round no sitting has finished yet, and how much of it can be played at all: what could not be once is not tried again. */
async function planRound(asked: Round): Promise<{ planned: PlannedCase[]; playable: number }> {
  const { all, chosen, places, seed, round, ledger, availability } = asked;
  const planned = await Promise.all(
    places.map((place) => planCases(all, chosen, { ...place, seed: roundSeed(seed, round), repeat: 1 }, availability)),
  );
  const skipped = new Set(ledger.cases.filter((row) => row.verdict === 'skipped').map(keyOf));
  const finished = new Set(ledger.cases.filter((row) => row.round === round).map(keyOf));
  const left = planned.flat().filter((item) => !skipped.has(keyOf(item.case)) && (round === 1 || item.unplayable === undefined));
  const playable = left.filter((item) => item.unplayable === undefined && item.skipped === undefined).length;
  return { planned: left.filter((item) => !finished.has(keyOf(item.case))), playable };
}

function keyOf({ scenario, runtime, engine }: { scenario: string; runtime: string; engine: string }): string {
  return `${runtime} ${engine} ${scenario}`;
}

const roundSeed = (seed: number, round: number): number => hash32(seed, 'nightly', round);

function ledgerCase(row: CaseRow, round: number, elapsedMs: number): LedgerCase {
  const { scenario, runtime, engine, seed, verdict, oracle, reason, fingerprint, durationMs, repro, replay } = row;
  const accepted = row.accepted?.map((each) => `accepted until ${each.until} (${each.reason}): ${each.message}`).join('\n');
  const what = verdict === 'fail' ? row.findings.map((finding) => finding.message).join('\n') : (reason ?? accepted ?? null);
  const reproduced = row.reproduced ?? null;
  return {
    kind: 'case',
    round,
    scenario,
    runtime,
    engine,
    seed,
    verdict,
    oracle,
    reason: what,
    fingerprint,
    durationMs,
    repro,
    replay,
    reproduced,
    elapsedMs,
  };
}

function exitCodeOf(cases: readonly LedgerCase[]): number {
  const has = (verdict: LedgerCase['verdict']): boolean => cases.some((row) => row.verdict === verdict);
  if (has('fail')) return EXIT.fail;
  return has('unknown') || !has('pass') ? EXIT.unknown : EXIT.pass;
}
