// `tornwire gate`: the policy -> the clean pack n times and every required defect -> one outcome, saved and printed.
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { changesBetween } from '../../gate/changes.ts';
import { judgeGate, type SweptFacts, type WantedDefect } from '../../gate/judge-gate.ts';
import { readPolicy } from '../../gate/policy-file.ts';
import { budgetMs, type Policy } from '../../model/policy.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { hash32, SEED_MAX } from '../../model/values/seed.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { gateMarkdown } from '../../report/gate-markdown.ts';
import { gateText } from '../../report/gate-terminal.ts';
import { junitXml } from '../../report/junit.ts';
import { writeWhole } from '../../results/atomic-file.ts';
import { readFalseAlarms } from '../../results/false-alarms.ts';
import type { GateOutcome } from '../../results/gate-outcome.ts';
import { pathsIn, resultPaths } from '../../results/paths.ts';
import type { Summary } from '../../results/summary.ts';
import { patchProblem } from '../../run/patched-source.ts';
import { RuntimeError } from '../../runtime/runtime.ts';
import type { PlannedCase } from '../campaign/planned-case.ts';
import { askedBy, planCases, wantedDefects, type Availability } from '../campaign/cases.ts';
import { commitOf, makerOf } from '../campaign/maker.ts';
import { availableOf, sweepAll, type SweepAbout, type Swept } from '../exploration/sweep.ts';
import { onInterrupt } from '../base/interrupt.ts';
import { milliseconds, type Duration } from '../../model/time/duration.ts';
import { findRun } from '../project/found.ts';
import { loadScenarios, projectAt, type Project } from '../project/project.ts';
import { select } from '../project/select.ts';
import { addToJobSummary, tellMachines } from '../campaign/machines.ts';
import { knownFlawsOf } from '../campaign/known-flaws.ts';
import type { ReportWhen } from '../campaign/report-when.ts';
import { perform, sayer } from '../campaign/perform.ts';
import { runtimeUnavailable } from '../base/runtimes-here.ts';
import { UsageError } from '../base/usage-error.ts';
import type { Crew } from '../worker/crew.ts';

export interface GateOptions {
  policy?: string;
  changedSince?: string;
  seed?: number;
  jobs?: number;
  sarif?: string;
  json?: boolean;
  report: ReportWhen;
}

export async function gate(options: GateOptions, crew: Crew): Promise<number> {
  const say = sayer(options.json);
  const project = projectAt(process.cwd());
  const policy = await readPolicy(options.policy);
  const earlier = options.changedSince === undefined ? undefined : await readSummary(project, options.changedSince);
  const seed = options.seed ?? randomInt(SEED_MAX);
  const all = await loadScenarios(project, crew);
  const chosen = select(
    all,
    policy.tags.map((tag) => `@${tag}`),
  );
  const flaws = await knownFlawsOf(project.root, all);
  await requireRuntimes(policy.runtimes);
  const defects = await defectsFor(all, chosen, policy);
  const workloads = policy.sweep ? await availableOf(await loadScenarios(project, crew, ['workload']), crew, say) : [];
  const planned = await planGate(all, chosen, defects, { policy, seed, availability: askedBy(crew) });
  say(`seed ${seed}, ${planned.length} case(s): ${chosen.length} scenario(s) ${policy.clean.repeats} times, ${defects.length} defect(s)`);

  const endsMs = performance.now() + budgetMs(policy);
  const more = { report: options.report, ...(options.jobs !== undefined && { jobs: options.jobs }) };
  const summary = await perform(planned, { project, crew, seed, say, flaws, mayBegin: () => performance.now() < endsMs, ...more });
  const swept = summary.interrupted
    ? undefined
    : await sweptFor(policy, workloads, { project, crew, seed, say, flaws, jobs: options.jobs });
  if (swept === 'interrupted') summary.interrupted = true;
  const outcome = judgeGate({
    policy,
    ...(swept && swept !== 'interrupted' && { swept }),
    summary,
    commit: await commitOf(project.root),
    planned: planned.length,
    defects,
    falseAlarms: await readFalseAlarms(resultPaths(project.results)),
    ...(earlier && { changes: changesBetween(options.changedSince ?? '', earlier.cases, summary.cases) }),
  });
  await save(project, summary, outcome);
  say(gateText(outcome));
  const sarif = options.sarif !== undefined && { sarif: options.sarif };
  await tellMachines(summary, { project, scenarios: all, json: options.json === true, withoutMarkdown: true, ...sarif });
  if (options.json) process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`);
  return exitCodeOf(outcome);
}

interface Sweeping extends Pick<SweepAbout, 'project' | 'crew' | 'seed' | 'say' | 'flaws'> {
  jobs: number | undefined;
}

/** Behind the cases, where the policy asks for it. */
async function sweptFor(
  { sweep }: Policy,
  there: readonly DescribedScenario[],
  { jobs, ...about }: Sweeping,
): Promise<SweptFacts | 'interrupted' | undefined> {
  if (!sweep) return undefined;
  const { project, crew } = about;
  using interrupt = onInterrupt();
  interrupt.signal.addEventListener('abort', () => crew.interrupt(), { once: true });
  const options = { depth: 2, replays: 4, shrink: 40, ...(jobs !== undefined && { jobs }) };
  const maker = await makerOf(project.root);
  const swept = await sweepAll(there, options, {
    ...about,
    maker,
    signal: interrupt.signal,
    budgetMs: milliseconds(sweep.budget as Duration),
  });
  await crew.rest();
  return interrupt.signal.aborted ? 'interrupted' : factsOf(swept);
}

function factsOf(swept: readonly Swept[]): SweptFacts {
  const facts = { points: 0, done: 0, findings: [] as string[], unclear: [] as string[] };
  for (const { workload, outcome } of swept) {
    if ('failsAlone' in outcome)
      (outcome.unclear ? facts.unclear : facts.findings).push(`${workload} without any fault: ${outcome.failsAlone}`);
    else {
      facts.points += outcome.coverage.points;
      facts.done += outcome.coverage.done;
      const found = [...outcome.findings, ...outcome.untriaged];
      facts.findings.push(...found.map(({ oracle, message, repro }) => `${workload} by ${oracle}: ${message} (${repro ?? 'no repro'})`));
    }
  }
  return facts;
}

export function exitCodeOf(outcome: GateOutcome): number {
  const codes = {
    pass: EXIT.pass,
    fail: EXIT.fail,
    incomplete: EXIT.unknown,
    'harness-error': EXIT.harness,
    interrupted: EXIT.interrupted,
  };
  return codes[outcome.outcome];
}

async function defectsFor(
  all: readonly DescribedScenario[],
  chosen: readonly DescribedScenario[],
  policy: Policy,
): Promise<WantedDefect[]> {
  const { required } = policy.defects;
  const wanted = await wantedDefects(all, required);
  const within = wanted.filter(({ scenario }) => chosen.includes(scenario) || scenario.broken !== undefined);
  const outside = wanted.find((each) => !within.includes(each));
  if (required !== 'all' && outside)
    throw new UsageError(`the policy requires defect '${outside.defect.id}', and its tags leave out the scenario ${outside.scenario.name}`);
  return Promise.all(
    within.map(async ({ defect, scenario }) => {
      const broken = scenario.source && (await patchProblem(defect, scenario.source.folder));
      const about = { id: defect.id, scenario: scenario.name, title: scenario.title, oracle: defect.head['Oracle'] ?? '' };
      return broken === undefined ? about : { ...about, broken };
    }),
  );
}

/** Each scenario once, each defect once, then the repeats: a budget that runs out has then seen as much as it could. */
async function planGate(
  all: readonly DescribedScenario[],
  chosen: readonly DescribedScenario[],
  defects: readonly WantedDefect[],
  { policy, seed, availability }: { policy: Policy; seed: number; availability: Availability },
): Promise<PlannedCase[]> {
  const ids = defects.filter((defect) => defect.broken === undefined).map((defect) => defect.id);
  const planned: PlannedCase[] = [];
  for (const runtime of policy.runtimes) {
    const asked = { seed: hash32(seed, runtime), runtime, engine: 'auto' } as const;
    planned.push(...(await planCases(all, chosen, { ...asked, repeat: policy.clean.repeats }, availability)));
    if (ids.length > 0)
      planned.push(...(await planCases(all, all, { ...asked, repeat: policy.defects.repeats, defects: ids }, availability)));
  }
  return planned.sort((a, b) => a.repeat - b.repeat);
}

async function requireRuntimes(runtimes: Policy['runtimes']): Promise<void> {
  for (const runtime of runtimes) {
    const reason = await runtimeUnavailable(runtime);
    if (reason !== undefined) throw new RuntimeError(`the policy asks for the ${runtime} runtime: ${reason}`);
  }
}

/** JSON, JUnit and Markdown; the last also into the file that a CI service shows beside its run. */
async function save(project: Project, summary: Summary, outcome: GateOutcome): Promise<void> {
  const paths = pathsIn(join(project.root, summary.folder));
  const markdown = gateMarkdown(outcome);
  await writeWhole(paths.gate, `${JSON.stringify(outcome, null, 2)}\n`);
  await writeWhole(paths.gateMarkdown, markdown);
  const report = existsSync(paths.report) && { report: relative(project.root, paths.report) };
  await writeWhole(paths.junit, junitXml(summary, { clauses: outcome.clauses, ...report }));
  const shown = process.env['GITHUB_STEP_SUMMARY'];
  if (shown) await addToJobSummary(shown, markdown);
}

/** Read before this run takes the name `latest`. @throws UsageError */
async function readSummary(project: Project, run: string): Promise<Summary> {
  const found = await findRun(project, run);
  if (!found) throw new UsageError(`no run '${run}': name its folder under ${join(project.results, 'runs')} or its summary.json`);
  return found.summary;
}
