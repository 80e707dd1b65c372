// `tornwire repro <file>`: replays the saved case n times and says how often the same failure came back.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Case } from '../../model/case.ts';
import { originOf } from '../../model/repro-origin.ts';
import { secretsOfSystem } from '../../model/secrets/secret-values.ts';
import { boundedText } from '../../model/values/bounded-text.ts';
import { redactorHere } from '../base/secrets.ts';
import type { Step } from '../../model/faults/fault.ts';
import type { Event } from '../../model/judging/history.ts';
import { decisionsIn, firstDifference, type Decision, type Repro } from '../../model/repro.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { shellWord } from '../../model/values/shell-word.ts';
import { oneLine } from '../../report/plain.ts';
import { fixedText, replaysText } from '../../report/replays.ts';
import { firstJudged, replaysOf, type Replays } from '../../results/replays.ts';
import { readRepro } from '../../results/repro-file.ts';
import { isHarnessError, type Summary } from '../../results/summary.ts';
import { checkPlan } from '../../run/plan.ts';
import type { PlannedCase } from '../campaign/planned-case.ts';
import { askedBy, wantedDefects } from '../campaign/cases.ts';
import { loadScenarios, projectAt, type Project } from '../project/project.ts';
import type { ReportWhen } from '../campaign/report-when.ts';
import { perform, sayer } from '../campaign/perform.ts';
import { suggestion, UsageError } from '../base/usage-error.ts';
import type { Crew } from '../worker/crew.ts';

export interface ReproOptions {
  times: number;
  json?: boolean;
  trust?: boolean;
  report: ReportWhen;
}

export async function repro(file: string, options: ReproOptions, crew: Crew): Promise<number> {
  const say = sayer(options.json);
  const saved = await readRepro(resolve(file));
  const project = projectAt(process.cwd());
  const scenario = await scenarioOf(saved, file, project, crew);
  const given = trustedCase(saved, scenario, file, options.trust === true);
  const [available] = await askedBy(crew)([scenario], saved.case.runtime);
  const { seed } = saved.case;
  say(oneLine(`seed ${seed}: ${scenario.name}, saved ${saved.savedAt} as ${saved.outcome} by ${saved.oracle}: ${saved.message}`));
  const planned: PlannedCase[] = Array.from({ length: options.times }, (_, i) => ({
    scenario,
    case: given,
    repeat: i + 1,
    expectedOracle: saved.oracle,
    ...available,
  }));
  // One at a time: a replay is compared with a run that had the machine to itself.
  const summary = await perform(planned, { project, crew, seed, say, jobs: 1, report: options.report });
  const reproduced = replaysOf(saved, summary.cases, options.times);
  say(replaysText(reproduced));
  if (summary.counts.failed === 0)
    fixedText(reproduced, saved.reproduced, `npx tornwire repro ${shellWord(file)}`).forEach((line) => say(line));
  const now = await decisionsOf(project, summary);
  if (now) say(comparison(saved.decisions, now));
  if (options.json) process.stdout.write(`${JSON.stringify({ ...summary, reproduced }, null, 2)}\n`);
  return exitCodeOf(summary, reproduced);
}

/** Whatever the file names must be here before anything is made. @throws UsageError PlanError */
async function scenarioOf(saved: Repro, file: string, project: Project, crew: Crew): Promise<DescribedScenario> {
  const { scenario, defect, schedule } = saved.case;
  const all = await loadScenarios(project, crew, ['scenario', 'workload']);
  const named = all.find((candidate) => candidate.name === scenario);
  const near = suggestion(
    scenario,
    all.map((n) => n.name),
  );
  if (!named) throw new UsageError(`${file} is of scenario '${scenario}', which is not here${near}`);
  if (defect !== undefined) await wantedDefects(all, [defect]);
  if (named.topology) checkPlan(named.topology, schedule as readonly Step[]);
  return named;
}

/** @throws UsageError naming what the file would run that its scenario does not, unless that is wanted. */
function trustedCase(saved: Repro, scenario: DescribedScenario, file: string, trust: boolean): Case {
  const { parameters, schedule, topology } = scenario;
  const redact = redactorHere().knowing(topology ? secretsOfSystem(topology, schedule) : []);
  const own = { parameters, schedule, isWorkload: scenario.operations !== undefined };
  const origin = originOf(saved.case as Case, own, redact);
  if (origin.foreign.length === 0 || trust) return origin.case;
  const what = boundedText(oneLine(redact.text(origin.foreign.join('; '))));
  throw new UsageError(`${file} is code, and not what scenario '${scenario.name}' does now: ${what}. If you want that run, say --trust`);
}

/** Of the first replay that was judged: what its history says the faults did. */
async function decisionsOf(project: Project, summary: Summary): Promise<Decision[] | undefined> {
  const folder = firstJudged(summary.cases)?.folder;
  if (folder === undefined || folder === null) return undefined;
  const text = await readFile(join(project.root, folder, 'history.ndjson'), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return decisionsIn(lines.map((line) => JSON.parse(line) as Event));
}

function comparison(then: readonly Decision[], now: readonly Decision[]): string {
  const difference = firstDifference(then, now);
  return difference === undefined ? 'every fault did the same as then' : `first difference from then: ${oneLine(difference)}`;
}

/** Only replays that were all judged and all passed are a pass. */
function exitCodeOf(summary: Summary, { judged, of }: Replays): number {
  if (summary.interrupted) return EXIT.interrupted;
  if (summary.cases.some(isHarnessError)) return EXIT.harness;
  if (summary.cases.some((row) => row.verdict === 'fail')) return EXIT.fail;
  return judged < of || summary.cases.some((row) => row.verdict !== 'pass') ? EXIT.unknown : EXIT.pass;
}
