// `tornwire repro <file>`: replays the saved case n times and says how often the same failure came back.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Event } from '../../model/judging/history.ts';
import { decisionsIn, firstDifference, type Decision } from '../../model/repro.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { shellWord } from '../../model/values/shell-word.ts';
import { oneLine } from '../../report/plain.ts';
import { fixedText, replaysText } from '../../report/replays.ts';
import { firstJudged, replaysOf, type Replays } from '../../results/replays.ts';
import { readRepro } from '../../results/repro-file.ts';
import { isHarnessError, type Summary } from '../../results/summary.ts';
import type { PlannedCase } from '../campaign/planned-case.ts';
import { askedBy } from '../campaign/cases.ts';
import { loadScenarios, projectAt, type Project } from '../project/project.ts';
import type { ReportWhen } from '../campaign/report-when.ts';
import { perform, sayer } from '../campaign/perform.ts';
import type { Crew } from '../worker/crew.ts';
import { scenarioOf, trustedCase } from './reading/saved-case.ts';

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
  const scenario = await scenarioOf(saved, file, await loadScenarios(project, crew, ['scenario', 'workload']));
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
