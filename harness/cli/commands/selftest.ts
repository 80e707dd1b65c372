// `tornwire selftest`: tiny programs with one planted bug each beside their clean twins, by hand and under this machine's
// Tornwire. It shows whether verdicts can be believed here.
import { randomInt } from 'node:crypto';
import { realpath, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import type { ISOLATIONS } from '../../model/isolation.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { SEED_MAX } from '../../model/values/seed.ts';
import { isolationLine } from '../../report/isolation.ts';
import type { CaseRow, Summary } from '../../results/summary.ts';
import { TWINS, type Pair, type Twin } from '../../selftest/base/pair.ts';
import { byHand, type SeenByHand } from '../../selftest/by-hand.ts';
import { chosen, quick } from '../../selftest/choose.ts';
import { busyLoops } from '../../selftest/load.ts';
import { countsOf, exitCodeOf, expectationOf, inWords, isRight, outcomeOf } from '../../selftest/outcome.ts';
import { makeProject } from '../../selftest/project.ts';
import { scenarioNameOf } from '../../selftest/scenarios.ts';
import { PAIRS } from '../../selftest/table.ts';
import { countsLine, surprises, tableText } from '../../selftest/text.ts';
import type { Tools } from '../../selftest/tools.ts';
import { isolationHere } from '../base/isolation.ts';
import { onInterrupt } from '../base/interrupt.ts';
import { onlyHere } from '../base/only-here.ts';
import { suggestion, UsageError } from '../base/usage-error.ts';
import { runCampaign } from '../campaign/campaign.ts';
import { askedBy, planCases } from '../campaign/cases.ts';
import { makerOf } from '../campaign/maker.ts';
import { sayer } from '../campaign/perform.ts';
import type { PlannedCase } from '../campaign/planned-case.ts';
import { sweepBefore } from '../campaign/sweep-before.ts';
import { loadScenarios, type Project } from '../project/project.ts';
import { crewFor, type Crew } from '../worker/crew.ts';

export interface SelftestOptions {
  repeat: number;
  load: number;
  isolation: (typeof ISOLATIONS)[number];
  quick?: boolean;
  jobs?: number;
  seed?: number;
  json?: boolean;
}

/** Cases mostly wait: more of them than there are cores keep these busy. */
const JOBS_PER_CORE = 2;

const ALREADY_HERE = 'a self-test is running in this folder: wait for its end, or begin this one in another folder';

export async function selftest(filter: string | undefined, options: SelftestOptions): Promise<number> {
  const startedMs = performance.now();
  const say = sayer(options.json);
  const pairs = pairsOf(filter, options);
  const root = join(process.cwd(), 'results', 'selftest');
  const project: Project = { root, scenarios: join(root, 'scenarios'), results: join(root, 'results') };
  const jobs = options.jobs ?? JOBS_PER_CORE * availableParallelism();
  // It begins with new programs: a second one here would take them away under the first one's feet.
  await using _only = await onlyHere('selftest', await realpath(process.cwd()), ALREADY_HERE);
  const tools = await makeProject(root, pairs);
  say(`${pairs.length} pairs; their programs are in ${relative(process.cwd(), join(root, 'programs'))}/`);

  const hands = await allByHand(pairs, { root, tools, jobs });
  await using crew = crewFor(root, await isolationHere(options.isolation));
  say(isolationLine(crew.isolation));
  const planned = await plan(pairs, project, crew, options);
  const summary = await judge(planned, { pairs, project, crew, jobs, load: options.load, say });

  const rows = Map.groupBy(summary.cases, (row) => row.scenario);
  const outcomes = pairs.map((pair) =>
    outcomeOf(
      pair,
      TWINS.flatMap((twin) => rows.get(scenarioNameOf(pair, twin)) ?? []),
      hands.get(pair) ?? [],
    ),
  );
  const counts = countsOf(outcomes);
  const durationMs = Math.round(performance.now() - startedMs);
  say(`\n${tableText(outcomes)}\n`);
  surprises(outcomes).forEach((line) => say(line));
  say(countsLine(counts, durationMs));
  if (options.json)
    process.stdout.write(`${JSON.stringify({ counts: forMachines(counts), selftest: counts, pairs: outcomes, durationMs }, null, 2)}\n`);
  if (summary.interrupted) return EXIT.interrupted;
  return exitCodeOf(counts, summary.cases, options.load > 0);
}

function pairsOf(filter: string | undefined, options: SelftestOptions): readonly Pair[] {
  const found = chosen(PAIRS, filter);
  if (found.length === 0)
    throw new UsageError(
      `no pair matches '${filter}'${suggestion(
        filter ?? '',
        PAIRS.map(({ name }) => name),
      )}`,
    );
  return options.quick === true ? quick(found) : found;
}

/** Before any load: what a hand sees must be clear. */
async function allByHand(
  pairs: readonly Pair[],
  { root, tools, jobs }: { root: string; tools: Tools; jobs: number },
): Promise<Map<Pair, SeenByHand[]>> {
  const seen = new Map<Pair, SeenByHand[]>();
  const left = pairs.toReversed();
  const next = async (): Promise<void> => {
    for (let pair = left.pop(); pair !== undefined; pair = left.pop()) seen.set(pair, await byHand(root, tools, pair));
  };
  await Promise.all(Array.from({ length: jobs }, next));
  return seen;
}

async function plan(pairs: readonly Pair[], project: Project, crew: Crew, options: SelftestOptions): Promise<PlannedCase[]> {
  crew.begin();
  const all = await loadScenarios(project, crew);
  const wanted = new Map(pairs.flatMap((pair) => TWINS.map((twin) => [scenarioNameOf(pair, twin), expectationOf(pair, twin)] as const)));
  const seed = options.seed ?? randomInt(SEED_MAX);
  const asked = { seed, repeat: options.repeat, runtime: 'process', engine: 'own' } as const;
  const cases = await planCases(
    all,
    all.filter(({ name }) => wanted.has(name)),
    asked,
    askedBy(crew),
  );
  return cases.map((item) => ({ ...item, expectedOracle: wanted.get(item.scenario.name) ?? null }));
}

interface Judging {
  pairs: readonly Pair[];
  project: Project;
  crew: Crew;
  jobs: number;
  load: number;
  say: (line: string) => void;
}

async function judge(planned: readonly PlannedCase[], { pairs, project, crew, jobs, load, say }: Judging): Promise<Summary> {
  using interrupt = onInterrupt();
  interrupt.signal.addEventListener('abort', () => crew.interrupt(), { once: true });
  const [swept, maker] = await Promise.all([sweepBefore(project), makerOf(project.root)]);
  swept.forEach((line) => say(line));
  using _busy = busyLoops(load * availableParallelism());
  const twins = new Map(pairs.flatMap((pair) => TWINS.map((twin) => [scenarioNameOf(pair, twin), { pair, twin }] as const)));
  return await runCampaign(planned, {
    project,
    seed: planned[0]?.case.seed ?? 0,
    jobs,
    maker,
    signal: interrupt.signal,
    players: crew,
    onRow: (row, done, total) => told(row, twins.get(row.scenario), { project, say, progress: `${done}/${total}` }),
  });
}

/** What came out as it should is of no more use to anybody; the rest is said at once. */
async function told(
  row: CaseRow,
  twin: { pair: Pair; twin: Twin } | undefined,
  { project, say, progress }: { project: Project; say: Judging['say']; progress: string },
): Promise<void> {
  const right = row.verdict === 'skipped' || (twin !== undefined && isRight(twin.pair, twin.twin, row));
  if (!right && twin?.pair.known === undefined) say(`${progress} ${row.scenario}: ${inWords(row)}`);
  if (right && row.folder !== null) await rm(join(project.root, row.folder), { recursive: true, force: true });
}

/** As `.ci/counts.ts` adds them up. */
function forMachines({ bugs, clean, skipped }: ReturnType<typeof countsOf>): Record<string, number> {
  return {
    passed: clean.passed,
    failed: clean.failed,
    unknown: clean.unknown,
    skipped,
    caught: bugs.caught,
    missed: bugs.missed + bugs.unknown,
  };
}
