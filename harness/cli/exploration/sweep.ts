// `tornwire sweep`: finds out by itself what a system says, breaks it wherever it can break, and makes what it finds small.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import type { ISOLATIONS } from '../../model/isolation.ts';
import type { KnownFlaw } from '../../model/judging/known-flaw.ts';
import { milliseconds, type Duration } from '../../model/time/duration.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { pathPartOf } from '../../model/values/path-part.ts';
import { SEED_MAX } from '../../model/values/seed.ts';
import { shellWord } from '../../model/values/shell-word.ts';
import { resultPaths } from '../../results/paths.ts';
import type { Maker } from '../../results/repro-file.ts';
import { onInterrupt } from '../base/interrupt.ts';
import { onlyOneOfSeed } from '../base/only-here.ts';
import { NothingToRunError, UsageError } from '../base/usage-error.ts';
import { askedBy, wantedDefects } from '../campaign/cases.ts';
import { knownFlawsOf } from '../campaign/known-flaws.ts';
import { makerOf } from '../campaign/maker.ts';
import { sayer } from '../campaign/perform.ts';
import { sweepBefore } from '../campaign/sweep-before.ts';
import type { FailsAlone } from './record.ts';
import type { QueueAddress } from '../queue/address.ts';
import { openQueue } from '../queue/open-queue.ts';
import { playedHere } from '../players/here.ts';
import type { Sweeping } from './sweep-cases.ts';
import type { SweepOutcome } from './sweep-outcome.ts';
import { recordWorkload, sweepWorkload, type SweepSettings } from './sweep-workload.ts';
import { linesOf } from './swept-text.ts';
import { loadScenarios, projectAt, type Project } from '../project/project.ts';
import { select } from '../project/select.ts';
import type { Crew } from '../worker/crew.ts';

export interface SweepOptions {
  budget: string;
  depth: number;
  only?: string;
  seed?: number;
  jobs?: number;
  replays: number;
  cases?: number;
  shrink: number;
  defect?: string;
  warm?: boolean;
  untilFound?: boolean;
  json?: boolean;
  /** Workers take its cases from there. Without it this machine plays them. */
  queue?: QueueAddress;
  lostAfter?: string;
  isolation?: (typeof ISOLATIONS)[number];
}

export interface Swept {
  workload: string;
  outcome: SweepOutcome | FailsAlone;
}

export async function sweep(filters: readonly string[], options: SweepOptions, crew: Crew): Promise<number> {
  if (options.warm === true && options.queue !== undefined)
    throw new UsageError('--warm plays on this machine only: leave it away with --queue');
  const say = sayer(options.json);
  const project = projectAt(process.cwd());
  const seed = options.seed ?? randomInt(SEED_MAX);
  await using _alone = await onlyOneOfSeed('sweep', project.results, seed);
  say(`seed ${seed}; the same again, or on with it: ${commandOf(filters, options, seed)}`);
  // Tried at once: recordings take a while.
  await using queue = options.queue && (await openQueue(options.queue, options.lostAfter, project.root, say));
  const all = await loadScenarios(project, crew, ['workload']);
  const chosen = select(all, filters);
  if (options.defect !== undefined) await knownDefect(options.defect, all, await loadScenarios(project, crew));
  const flaws = await knownFlawsOf(project.root, all);
  using interrupt = onInterrupt();
  interrupt.signal.addEventListener('abort', () => crew.interrupt(), { once: true });
  const [before, maker] = await Promise.all([sweepBefore(project), makerOf(project.root)]);
  before.forEach((line) => say(line));
  const about = {
    ...(queue && { playerFor: queue.playerFor }),
    project,
    crew,
    seed,
    signal: interrupt.signal,
    flaws,
    maker,
    say,
    budgetMs: milliseconds(options.budget as Duration),
  };
  const swept = await sweepAll(await availableOf(chosen, crew, say), options, about);
  await crew.rest();
  if (options.json) process.stdout.write(`${JSON.stringify({ seed, workloads: swept }, null, 2)}\n`);
  return interrupt.signal.aborted ? EXIT.interrupted : sweptExitCode(swept);
}

export interface SweepAbout {
  project: Project;
  crew: Crew;
  seed: number;
  signal: AbortSignal;
  flaws: readonly KnownFlaw[];
  maker: Maker;
  say: (line: string) => void;
  /** Shared by the workloads: what one does not need is the others'. */
  budgetMs: number;
  /** By default this machine. */
  playerFor?: SweepSettings['playerFor'];
}

/**
 * All are recorded before any of them is swept: what fails without any fault is known within a minute. Then one after the other. What
 * came of each is said.
 */
export async function sweepAll(there: readonly DescribedScenario[], options: SweptBy, about: SweepAbout): Promise<Swept[]> {
  const { say, signal } = about;
  const outcomes = new Map<DescribedScenario, Swept['outcome']>();
  const sweptSoFar = (): Swept[] =>
    there.flatMap((workload) => {
      const outcome = outcomes.get(workload);
      return outcome ? [{ workload: workload.name, outcome }] : [];
    });
  const isOver = (): boolean => signal.aborted || (options.untilFound === true && sweptSoFar().some(hasFound));
  let leftMs = about.budgetMs;
  const spend = async (workload: DescribedScenario, shareMs: number, how: typeof sweepWorkload | typeof recordWorkload): Promise<void> => {
    const startedMs = performance.now();
    const outcome = await how(sweepingOf(workload, options, about), settingsOf(workload, shareMs, options, about));
    leftMs -= Math.min(outcome && !('failsAlone' in outcome) ? outcome.spentMs : performance.now() - startedMs, shareMs);
    if (!outcome) return;
    outcomes.set(workload, outcome);
    linesOf(outcome).forEach((line) => say(line));
  };
  for (const workload of there.length > 1 ? there : []) {
    if (isOver()) break;
    say(`${workload.name}: ${workload.title}`);
    await spend(workload, about.budgetMs / there.length, recordWorkload);
  }
  const left = there.filter((workload) => !outcomes.has(workload));
  for (const [index, workload] of left.entries()) {
    if (isOver()) break;
    say(there.length > 1 ? `${workload.name}:` : `${workload.name}: ${workload.title}`);
    await spend(workload, leftMs / (left.length - index), sweepWorkload);
  }
  return sweptSoFar();
}

type SweptBy = Omit<SweepOptions, 'budget' | 'seed' | 'json' | 'isolation'>;

function sweepingOf(workload: DescribedScenario, { defect }: SweptBy, { project, crew, seed, signal, flaws }: SweepAbout): Sweeping {
  const name = [pathPartOf(workload.name), String(seed), defect ?? []].flat().join('-');
  const folder = join(resultPaths(project.results).sweeps, name);
  return { workload, crew, seed, folder, signal, flaws, ...(defect !== undefined && { defect }) };
}

function settingsOf(
  workload: DescribedScenario,
  budgetMs: number,
  options: SweptBy,
  { project, crew, seed, maker, say, playerFor }: SweepAbout,
): SweepSettings {
  return {
    about: { workload: workload.name, seed, defect: options.defect ?? null, ...maker },
    budgetMs,
    depth: options.depth,
    ...(options.only !== undefined && { only: options.only }),
    ...(options.jobs !== undefined && { jobs: options.jobs }),
    playerFor: playerFor ?? (async () => playedHere(workload, crew, options.jobs)),
    replays: options.replays,
    triesMax: options.shrink,
    ...(options.cases !== undefined && { casesMax: options.cases }),
    untilFound: options.untilFound === true,
    warm: options.warm === true,
    paths: resultPaths(project.results),
    maker,
    root: project.root,
    say,
  };
}

/** Each option as it is typed again; of `json` nothing hangs. Undefined where it was not given and has no default. */
const TYPED: {
  readonly [option in Exclude<keyof SweepOptions, 'json' | 'seed'>]: (options: SweepOptions) => readonly string[] | undefined;
} = {
  budget: ({ budget }) => ['--budget', budget],
  depth: ({ depth }) => ['--depth', String(depth)],
  cases: ({ cases }) => (cases === undefined ? undefined : ['--cases', String(cases)]),
  only: ({ only }) => (only === undefined ? undefined : ['--only', only]),
  jobs: ({ jobs }) => (jobs === undefined ? undefined : ['--jobs', String(jobs)]),
  replays: ({ replays }) => ['--replays', String(replays)],
  shrink: ({ shrink }) => ['--shrink', String(shrink)],
  defect: ({ defect }) => (defect === undefined ? undefined : ['--defect', defect]),
  warm: ({ warm }) => (warm === true ? ['--warm'] : undefined),
  untilFound: ({ untilFound }) => (untilFound === true ? ['--until-found'] : undefined),
  // Without its password.
  queue: ({ queue }) => (queue === undefined ? undefined : ['--queue', queue.shown]),
  lostAfter: ({ queue, lostAfter }) => (queue === undefined || lostAfter === undefined ? undefined : ['--lost-after', lostAfter]),
  isolation: ({ isolation = 'auto' }) => (isolation === 'auto' ? undefined : ['--isolation', isolation]),
};

/** The same sweep again, or on with it. */
export function commandOf(filters: readonly string[], options: SweepOptions, seed: number): string {
  const given = Object.values(TYPED).flatMap((typed) => typed(options) ?? []);
  return ['npx', 'tornwire', 'sweep', ...filters, '--seed', String(seed), ...given].map(shellWord).join(' ');
}

/** A patch belongs to a system's code, and a workload of that system can have it. @throws UsageError */
async function knownDefect(id: string, workloads: readonly DescribedScenario[], scenarios: readonly DescribedScenario[]): Promise<void> {
  await wantedDefects([...scenarios, ...workloads], [id]);
}

/** @throws NothingToRunError when none of them can be swept here. */
export async function availableOf(
  chosen: readonly DescribedScenario[],
  crew: Crew,
  say: (line: string) => void,
): Promise<DescribedScenario[]> {
  const answers = await askedBy(crew)(chosen, 'process');
  const there = chosen.filter((workload, index) => {
    const { skipped, unplayable } = answers[index] ?? {};
    const why = skipped?.reason ?? unplayable?.detail;
    if (why !== undefined) say(`${workload.name} is not swept: ${why}`);
    return why === undefined;
  });
  if (there.length === 0) throw new NothingToRunError('no workload can be swept here');
  return there;
}

function hasFound({ outcome }: Swept): boolean {
  return 'failsAlone' in outcome ? !outcome.unclear : outcome.findings.length + outcome.untriaged.length > 0;
}

export function sweptExitCode(swept: readonly Swept[]): number {
  const outcomes = swept.map(({ outcome }) => outcome);
  if (swept.some(hasFound)) return EXIT.fail;
  const isSeen = (outcome: SweepOutcome | FailsAlone): boolean => !('failsAlone' in outcome) && outcome.coverage.totals.clean > 0;
  return outcomes.length > 0 && outcomes.every(isSeen) ? EXIT.pass : EXIT.unknown;
}
