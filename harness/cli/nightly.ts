// `tornwire nightly`: round after round of the pack with fresh seeds, in every runtime and with every engine that this machine
// has, until the budget is used up. The seed names the ledger: the same line again goes on with it.
import { rm } from 'node:fs/promises';
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type EngineChoice, type RuntimeName, USER_RUNTIMES, type UserRuntime } from '../model/case.ts';
import { milliseconds, type Duration } from '../model/duration.ts';
import type { NamedScenario } from '../model/scenario.ts';
import { hash32, SEED_MAX } from '../model/seed.ts';
import { EXIT } from '../model/verdict.ts';
import { nightlyText } from '../report/nightly.ts';
import { failureLines, progressLine } from '../report/terminal.ts';
import { openLedger, type Ledger, type LedgerCase } from '../results/ledger.ts';
import { resultPaths } from '../results/paths.ts';
import type { CaseRow } from '../results/summary.ts';
import { assemble } from './assemble.ts';
import { runCampaign, type PlannedCase } from './campaign.ts';
import { planCases } from './cases.ts';
import { onInterrupt } from './interrupt.ts';
import { loadScenarios, projectAt, select } from './project.ts';
import { sayer } from './run.ts';
import { runtimeUnavailable, toxiproxyFor } from './runtimes-here.ts';

export interface NightlyOptions {
  budget: string;
  seed?: number;
  jobs?: number;
  replays: number;
}

export async function nightly(filter: string | undefined, options: NightlyOptions): Promise<number> {
  const say = sayer(false);
  const project = projectAt(process.cwd());
  const seed = options.seed ?? randomInt(SEED_MAX);
  const command = ['npx tornwire nightly', ...(filter === undefined ? [] : [filter]), '--seed', seed, '--budget', options.budget].join(' ');
  say(`seed ${seed}; the same again, or on with it after a kill: ${command}`);
  const budgetMs = milliseconds(options.budget as Duration);
  const all = await loadScenarios(project);
  const chosen = select(all, filter);
  const places = await placesHere(say);

  using interrupt = onInterrupt();
  await using assembly = await assemble(project);
  for (const removed of assembly.swept) say(removed);
  using ledger = openLedger(resultPaths(project.results), { seed, ...assembly.maker });
  if (ledger.cases.length > 0) say(`${ledger.cases.length} finished case(s) found in ${ledger.file}`);
  const startedMs = performance.now();
  const elapsedMs = (): number => Math.round(ledger.spentMs + performance.now() - startedMs);
  const mayBegin = (): boolean => elapsedMs() < budgetMs;

  for (let round = 1; !ledger.ended && mayBegin() && !interrupt.signal.aborted; round++) {
    const planned = await planRound(all, chosen, places, seed, round, ledger);
    if (planned.length === 0 && nothingRuns(ledger)) break;
    if (planned.length === 0) continue;
    await runCampaign(planned, {
      project,
      seed: roundSeed(seed, round),
      jobs: options.jobs ?? availableParallelism(),
      maker: assembly.maker,
      signal: interrupt.signal,
      mayBegin,
      replays: options.replays,
      run: (item, folder) => assembly.run(item.named, item.case, folder, interrupt.signal),
      async onRow(row, done, total) {
        ledger.add(ledgerCase(row, round, elapsedMs()));
        [`round ${round}: ${progressLine(row, done, total)}`, ...failureLines(row)].forEach((text) => say(text));
        // A night of passes would fill the disk: what they saw is of no use to anybody.
        if (row.verdict === 'pass' && row.folder !== null) await rm(join(project.root, row.folder), { recursive: true, force: true });
      },
    });
  }
  if (!ledger.ended && !interrupt.signal.aborted) ledger.end(elapsedMs());
  say(nightlyText(ledger.cases, elapsedMs()));
  say(`ledger: ${ledger.file}`);
  return interrupt.signal.aborted ? EXIT.interrupted : exitCodeOf(ledger.cases);
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

/** What of this round no sitting has finished yet; what was skipped once would be skipped again. */
async function planRound(
  all: readonly NamedScenario[],
  chosen: readonly NamedScenario[],
  places: readonly RunPlace[],
  seed: number,
  round: number,
  ledger: Ledger,
): Promise<PlannedCase[]> {
  const over = new Set(ledger.cases.filter((row) => row.round === round || row.verdict === 'skipped').map(keyOf));
  const planned = await Promise.all(places.map((place) => planCases(all, chosen, { ...place, seed: roundSeed(seed, round), repeat: 1 })));
  return planned.flat().filter(({ case: { scenario, runtime, engine } }) => !over.has(keyOf({ scenario, runtime, engine })));
}

function keyOf({ scenario, runtime, engine }: { scenario: string; runtime: string; engine: string }): string {
  return `${runtime} ${engine} ${scenario}`;
}

const roundSeed = (seed: number, round: number): number => hash32(seed, 'nightly', round);

function nothingRuns(ledger: Ledger): boolean {
  return ledger.cases.every((row) => row.verdict === 'skipped');
}

function ledgerCase(row: CaseRow, round: number, elapsedMs: number): LedgerCase {
  const { scenario, runtime, engine, seed, verdict, oracle, reason, fingerprint, durationMs, repro, replay } = row;
  const what = verdict === 'fail' ? row.findings.map((finding) => finding.message).join('\n') : reason;
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
