// `tornwire run`: scenarios -> cases -> campaign -> exit code.
import { availableParallelism } from 'node:os';
import { randomInt } from 'node:crypto';
import { type EngineChoice, USER_RUNTIMES, type UserRuntime } from '../../model/case.ts';
import { SEED_MAX } from '../../model/values/seed.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { failureLines, progressLine, table } from '../../report/terminal.ts';
import { isHarnessError, isMistaken, type Summary } from '../../results/summary.ts';
import { RuntimeError } from '../../runtime/runtime.ts';
import { runCampaign } from '../campaign/campaign.ts';
import type { PlannedCase } from '../campaign/planned-case.ts';
import { askedBy, planCases } from '../campaign/cases.ts';
import { sweepBefore } from './clean.ts';
import { onInterrupt } from '../interrupt.ts';
import { makerOf } from '../campaign/maker.ts';
import { loadScenarios, projectAt, select, type Project } from '../project/project.ts';
import { runtimeUnavailable, toxiproxyFor } from '../runtimes-here.ts';
import type { Crew } from '../worker/crew.ts';

export interface RunOptions {
  runtime: UserRuntime | 'auto';
  engine: EngineChoice;
  seed?: number;
  repeat: number;
  jobs?: number;
  defect?: string;
  clockSpeed?: number;
  json?: boolean;
}

export async function run(filter: string | undefined, options: RunOptions, crew: Crew): Promise<number> {
  const project = projectAt(process.cwd());
  const say = sayer(options.json);
  const seed = options.seed ?? randomInt(SEED_MAX);
  const all = await loadScenarios(project, crew);
  const chosen = select(all, filter);
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
  const summary = await perform(planned, { project, crew, seed, say, ...(options.jobs !== undefined && { jobs: options.jobs }) });
  if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  return exitCodeOf(summary);
}

/** Runs the cases on this machine with progress, the table and the replay lines. */
export async function perform(
  planned: readonly PlannedCase[],
  about: { project: Project; crew: Crew; seed: number; say: (line: string) => void; jobs?: number; mayBegin?: () => boolean },
): Promise<Summary> {
  using interrupt = onInterrupt();
  interrupt.signal.addEventListener('abort', () => about.crew.interrupt(), { once: true });
  const [swept, maker] = await Promise.all([sweepBefore(about.project), makerOf(about.project.root)]);
  swept.forEach((line) => about.say(line));
  const summary = await runCampaign(planned, {
    project: about.project,
    seed: about.seed,
    jobs: about.jobs ?? availableParallelism(),
    maker,
    signal: interrupt.signal,
    ...(about.mayBegin && { mayBegin: about.mayBegin }),
    players: about.crew,
    onRow: (row, done, total) => [progressLine(row, done, total), ...failureLines(row)].forEach((line) => about.say(line)),
  });
  about.say(table(summary));
  about.say(`results: ${about.project.results}/latest/ (summary.json, junit.xml, cases/)`);
  return summary;
}

export function exitCodeOf(summary: Summary): number {
  const { failed, unknown, missed, passed, caught } = summary.counts;
  if (summary.interrupted) return EXIT.interrupted;
  if (!summary.finished || summary.cases.some((row) => isHarnessError(row) && !isMistaken(row))) return EXIT.harness;
  if (summary.cases.some(isMistaken)) return EXIT.usage;
  if (failed > 0 || missed > 0) return EXIT.fail;
  if (unknown > 0 || passed + caught === 0) return EXIT.unknown;
  return EXIT.pass;
}

/** Progress goes to stdout for people, to stderr when stdout carries JSON. */
export function sayer(json: boolean | undefined): (line: string) => void {
  const stream = json ? process.stderr : process.stdout;
  return (line) => void stream.write(`${line}\n`);
}

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
