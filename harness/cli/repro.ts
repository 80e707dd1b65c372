// `tornwire repro <file>`: the saved case again, n times; says how often the same failure came back.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Case } from '../model/case.ts';
import type { Event } from '../model/history.ts';
import { decisionsIn, firstDifference, type Decision } from '../model/repro.ts';
import { EXIT } from '../model/verdict.ts';
import { readRepro } from '../results/repro-file.ts';
import type { Summary } from '../results/summary.ts';
import type { PlannedCase } from './campaign.ts';
import { askedBy } from './cases.ts';
import { loadScenarios, projectAt, type Project } from './project.ts';
import { exitCodeOf, perform, sayer } from './run.ts';
import { suggestion, UsageError } from './usage-error.ts';
import type { Crew } from './worker/crew.ts';

export async function repro(file: string, options: { times: number; json?: boolean }, crew: Crew): Promise<number> {
  const say = sayer(options.json);
  const saved = await readRepro(resolve(file));
  const project = projectAt(process.cwd());
  const all = await loadScenarios(project, crew);
  const scenario = all.find((candidate) => candidate.name === saved.case.scenario);
  if (!scenario)
    throw new UsageError(
      `${file} is of scenario '${saved.case.scenario}', which is not here${suggestion(
        saved.case.scenario,
        all.map((n) => n.name),
      )}`,
    );
  const [available] = await askedBy(crew)([scenario], saved.case.runtime);
  say(`seed ${saved.case.seed}: ${saved.case.scenario}, saved ${saved.savedAt} as ${saved.outcome} by ${saved.oracle}: ${saved.message}`);
  const planned: PlannedCase[] = Array.from({ length: options.times }, (_, i) => ({
    scenario,
    case: saved.case as Case,
    repeat: i + 1,
    expectedOracle: saved.oracle,
    ...available,
  }));
  // One at a time: a replay is compared with a run that had the machine to itself.
  const summary = await perform(planned, { project, crew, seed: saved.case.seed, say, jobs: 1 });
  const again = summary.cases.filter((row) => row.verdict === saved.outcome && (row.oracle ?? 'all') === saved.oracle).length;
  say(`reproduced ${again} of ${summary.cases.length}`);
  const difference = firstDifference(saved.decisions, await decisionsOf(project, summary));
  say(difference === undefined ? 'every fault did the same as then' : `first difference from then: ${difference}`);
  if (options.json)
    process.stdout.write(`${JSON.stringify({ ...summary, reproduced: { times: again, of: summary.cases.length } }, null, 2)}\n`);
  if (summary.interrupted || exitCodeOf(summary) === EXIT.harness) return exitCodeOf(summary);
  return again > 0 && saved.outcome === 'fail' ? EXIT.fail : exitCodeOf(summary);
}

/** Of the first replay: what its history says the faults did. */
async function decisionsOf(project: Project, summary: Summary): Promise<Decision[]> {
  const folder = summary.cases[0]?.folder;
  if (folder === undefined || folder === null) return [];
  const text = await readFile(join(project.root, folder, 'history.ndjson'), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return decisionsIn(lines.map((line) => JSON.parse(line) as Event));
}
