// `tornwire shrink <repro>`: makes any saved failure small, of a scenario or of a workload: fewer faults, less work, simpler arguments.
import { copyFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Case } from '../../model/case.ts';
import type { CaseResult } from '../../model/case-result.ts';
import { isOneBug } from '../../model/text/one-bug.ts';
import type { Repro } from '../../model/repro.ts';
import { milliseconds, type Duration } from '../../model/time/duration.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { shellWord } from '../../model/values/shell-word.ts';
import { oneLine } from '../../report/plain.ts';
import { resultPaths } from '../../results/paths.ts';
import { readRepro } from '../../results/repro-file.ts';
import type { SweptFinding } from '../../results/sweep-ledger.ts';
import { type Interrupt, onInterrupt } from '../base/interrupt.ts';
import { UsageError } from '../base/usage-error.ts';
import { askedBy } from '../campaign/cases.ts';
import { knownFlawsOf } from '../campaign/known-flaws.ts';
import { makerOf } from '../campaign/maker.ts';
import { sayer } from '../campaign/perform.ts';
import { sweepBefore } from '../campaign/sweep-before.ts';
import { scenarioOf, trustedCase } from '../commands/reading/saved-case.ts';
import { loadScenarios, type Project, projectAt } from '../project/project.ts';
import type { Crew } from '../worker/crew.ts';
import { playCase, type Sweeping } from './sweep-cases.ts';
import { inTime, type Progress, progressOn, timeOf } from './progress.ts';
import { counted } from './swept-text.ts';
import { stepText, toldOf, triage, type TriageSettings, workIn } from './triage.ts';

export interface ShrinkOptions {
  tries: number;
  replays: number;
  within: string;
  trust?: boolean;
  json?: boolean;
}

/** So often it is played, at most, until it fails as it did: a failure that comes now and then is made small as well. */
const COMES_BACK_WITHIN = 10;

export async function shrinkSaved(file: string, options: ShrinkOptions, crew: Crew): Promise<number> {
  const say = sayer(options.json);
  const { saved, given, sweeping, settings, project, interrupt, before } = await prepared(file, options, crew);
  using _interrupt = interrupt;
  using progress = progressOn(sayer(true));
  before.forEach((line) => say(line));
  const withinMs = milliseconds(options.within as Duration);
  const startedMs = performance.now();
  const tookMs = (): number => performance.now() - startedMs;
  say(oneLine(`${sweeping.workload.name}, ${saved.oracle}: ${saved.message.split('\n')[0]}`));
  say(`it is replayed until it fails, then up to ${counted(options.tries, 'smaller case')} are tried, for ${inTime(withinMs)} at most`);
  const failure = await comesBack(saved, given, sweeping, progress);
  if (interrupt.signal.aborted) return EXIT.interrupted;
  const was = { faults: given.schedule.length, work: workIn(given).length };
  if (!failure) {
    say(`it did not come back in ${COMES_BACK_WITHIN} replays, so there is nothing to make smaller`);
    if (options.json) process.stdout.write(`${JSON.stringify({ was, finding: null, whole: null }, null, 2)}\n`);
    return EXIT.unknown;
  }
  const whole = relative(project.root, await wholeKept(file));
  const finding = await triage({ ...failure, fingerprint: saved.fingerprint }, sweeping, {
    ...settings,
    mayGoOn: () => tookMs() < withinMs && !interrupt.signal.aborted,
    onStep: (step) => progress.doing(() => `${stepText(step)}, ${timeOf(tookMs(), withinMs)}`),
  });
  await crew.rest();
  shrunkLines(was, finding, whole).forEach((line) => say(line));
  if (options.json) process.stdout.write(`${JSON.stringify({ was, finding, whole }, null, 2)}\n`);
  return interrupt.signal.aborted ? EXIT.interrupted : EXIT.pass;
}

function shrunkLines(was: { faults: number; work: number }, finding: SweptFinding, whole: string): string[] {
  const { times, of } = finding.reproduced;
  return [
    `faults ${was.faults} -> ${finding.faults}${was.work === 0 ? '' : `, work ${was.work} -> ${finding.work}`}`,
    oneLine(`  ${finding.story}`),
    ...(finding.cut ? ['the time was used up before it was as small as it can be: a larger --within goes on from here'] : []),
    `reproduced ${times} of ${of}; replay: npx tornwire repro ${shellWord(finding.repro)}`,
    `the whole case is kept in ${whole}`,
  ];
}

interface Prepared {
  saved: Repro;
  given: Case;
  sweeping: Sweeping;
  settings: Omit<TriageSettings, 'mayGoOn'>;
  project: Project;
  interrupt: Interrupt;
  /** What was swept of earlier runs. */
  before: readonly string[];
}

/** @throws UsageError for a file that is of no failure, or of one that cannot be played here. */
async function prepared(file: string, options: ShrinkOptions, crew: Crew): Promise<Prepared> {
  const saved = await readRepro(resolve(file));
  if (saved.outcome !== 'fail') throw new UsageError(`${file} is of a case that has no failure: ${saved.outcome} by ${saved.oracle}`);
  const project = projectAt(process.cwd());
  const all = await loadScenarios(project, crew, ['scenario', 'workload']);
  const scenario = await scenarioOf(saved, file, all);
  const given = trustedCase(saved, scenario, file, options.trust === true);
  const [available] = await askedBy(crew)([scenario], given.runtime);
  const why = available?.skipped?.reason ?? available?.unplayable?.detail;
  if (why !== undefined) throw new UsageError(`${scenario.name} cannot be played here: ${why}`);
  const interrupt = onInterrupt();
  interrupt.signal.addEventListener('abort', () => crew.interrupt(), { once: true });
  const [before, maker, flaws] = await Promise.all([sweepBefore(project), makerOf(project.root), knownFlawsOf(project.root, all)]);
  const paths = resultPaths(project.results);
  const sweeping: Sweeping = {
    workload: scenario,
    crew,
    seed: given.seed,
    folder: join(paths.sweeps, 'shrunk'),
    signal: interrupt.signal,
    flaws,
    ...(given.defect !== undefined && { defect: given.defect }),
  };
  const settings = { paths, maker, root: project.root, replays: options.replays, triesMax: options.tries };
  return { saved, given, sweeping, settings, project, interrupt, before };
}

async function comesBack(saved: Repro, given: Case, sweeping: Sweeping, progress: Progress): Promise<CaseResult | undefined> {
  for (let i = 0; i < COMES_BACK_WITHIN && !sweeping.signal.aborted; i++) {
    progress.doing(() => `replay ${i + 1} of at most ${COMES_BACK_WITHIN}: it has not failed as it did`);
    const again = await playCase(sweeping, given);
    if (again.verdict.outcome === 'fail' && isOneBug(toldOf(again), saved)) return again;
  }
  return undefined;
}

/** The smaller case may take the file's name. */
async function wholeKept(file: string): Promise<string> {
  const kept = resolve(file).replace(/(\.json)?$/, '.whole.json');
  await copyFile(resolve(file), kept);
  return kept;
}
