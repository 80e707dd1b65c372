// `tornwire run`: scenarios -> cases -> campaign -> exit code.
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type EngineChoice, USER_RUNTIMES, type UserRuntime } from '../../model/case.ts';
import { SEED_MAX } from '../../model/values/seed.ts';
import { storyFrom } from '../../report/show/story-from.ts';
import { storyText } from '../../report/show/story-text.ts';
import { needsAttention } from '../../report/terminal.ts';
import { RuntimeError } from '../../runtime/runtime.ts';
import { askedBy, planCases } from '../campaign/cases.ts';
import { tellMachines } from '../campaign/machines.ts';
import { knownFlawsOf } from '../campaign/known-flaws.ts';
import type { ReportWhen } from '../campaign/report-when.ts';
import { exitCodeOf, IN_FULL, perform, sayer, type Telling } from '../campaign/perform.ts';
import { loadScenarios, projectAt } from '../project/project.ts';
import { select } from '../project/select.ts';
import { runtimeUnavailable, toxiproxyFor } from '../base/runtimes-here.ts';
import type { Crew } from '../worker/crew.ts';

export interface RunOptions {
  runtime: UserRuntime | 'auto';
  engine: EngineChoice;
  seed?: number;
  repeat: number;
  jobs?: number;
  defect?: string;
  clockSpeed?: number;
  sarif?: string;
  json?: boolean;
  report: ReportWhen;
}

export async function run(filters: readonly string[], options: RunOptions, crew: Crew): Promise<number> {
  const project = projectAt(process.cwd());
  const say = sayer(options.json);
  const seed = options.seed ?? randomInt(SEED_MAX);
  const all = await loadScenarios(project, crew);
  const chosen = select(all, filters);
  const flaws = await knownFlawsOf(project.root, all);
  const runtime = await pickRuntime(options.runtime, say);
  if (options.engine === 'toxiproxy') await requireToxiproxy(runtime);
  const asked = {
    seed,
    repeat: options.repeat,
    runtime,
    engine: options.engine,
    ...(options.clockSpeed !== undefined && { clockSpeed: options.clockSpeed }),
    ...(options.defect !== undefined && { defects: options.defect === 'all' ? ('all' as const) : [options.defect] }),
  };
  const planned = await planCases(all, chosen, asked, askedBy(crew));
  say(`seed ${seed}, ${planned.length} case(s), runtime ${runtime}, engine ${options.engine}`);
  const more = { report: options.report, ...(options.jobs !== undefined && { jobs: options.jobs }) };
  const summary = await perform(planned, { project, crew, seed, say, flaws, telling: WITH_STORY, ...more });
  const sarif = options.sarif !== undefined && { sarif: options.sarif };
  await tellMachines(summary, { project, scenarios: all, json: options.json === true, ...sarif });
  if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  return exitCodeOf(summary);
}

/** Below the table stands the story of the first case that somebody must look at. */
const WITH_STORY: Telling = {
  ...IN_FULL,
  async end(summary, project) {
    const row = summary.cases.find((each) => needsAttention(each) && each.folder !== null);
    const history = row && join(project.root, row.folder ?? '', 'history.ndjson');
    const lines = await IN_FULL.end(summary, project);
    if (row === undefined || history === undefined || !existsSync(history)) return lines;
    return [...lines.slice(0, -1), '', storyText(row, await storyFrom(row, history)), '', ...lines.slice(-1)];
  },
};

/** @throws RuntimeError with the cure: a forced engine that is missing is no reason to skip everything. */
async function requireToxiproxy(runtime: UserRuntime): Promise<void> {
  const source = await toxiproxyFor(runtime);
  if ('missing' in source) throw new RuntimeError(source.missing);
}

/** `auto` is the last runtime of the list that can run here. @throws RuntimeError when the one that was asked for cannot. */
async function pickRuntime(asked: RunOptions['runtime'], say: (line: string) => void): Promise<UserRuntime> {
  const reasons: string[] = [];
  for (const runtime of asked === 'auto' ? USER_RUNTIMES.toReversed() : [asked]) {
    const reason = await runtimeUnavailable(runtime);
    if (reason === undefined) {
      if (asked === 'auto') say(`runtime auto: ${runtime}${reasons.map((why) => ` (${why})`).join('')}`);
      return runtime;
    }
    reasons.push(reason);
  }
  throw new RuntimeError(reasons.join('; '));
}
