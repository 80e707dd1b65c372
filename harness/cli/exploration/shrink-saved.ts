// `tornwire shrink <repro>`: makes any saved failure small, of a scenario or of a workload: fewer faults, less work, simpler arguments.
import { copyFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Case } from '../../model/case.ts';
import type { CaseResult } from '../../model/case-result.ts';
import type { Repro } from '../../model/repro.ts';
import { milliseconds, type Duration } from '../../model/time/duration.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { shellWord } from '../../model/values/shell-word.ts';
import { oneLine } from '../../report/plain.ts';
import { resultPaths } from '../../results/paths.ts';
import { readRepro } from '../../results/repro-file.ts';
import { onInterrupt } from '../base/interrupt.ts';
import { UsageError } from '../base/usage-error.ts';
import { askedBy } from '../campaign/cases.ts';
import { knownFlawsOf } from '../campaign/known-flaws.ts';
import { makerOf } from '../campaign/maker.ts';
import { sayer } from '../campaign/perform.ts';
import { sweepBefore } from '../campaign/sweep-before.ts';
import { scenarioOf, trustedCase } from '../commands/reading/saved-case.ts';
import { loadScenarios, projectAt } from '../project/project.ts';
import type { Crew } from '../worker/crew.ts';
import { playCase, type Sweeping } from './sweep-cases.ts';
import { triage, workIn } from './triage.ts';

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
  const saved = await readRepro(resolve(file));
  if (saved.outcome !== 'fail') throw new UsageError(`${file} is of a case that has no failure: ${saved.outcome} by ${saved.oracle}`);
  const project = projectAt(process.cwd());
  const all = await loadScenarios(project, crew, ['scenario', 'workload']);
  const scenario = await scenarioOf(saved, file, all);
  const given = trustedCase(saved, scenario, file, options.trust === true);
  const [available] = await askedBy(crew)([scenario], given.runtime);
  const why = available?.skipped?.reason ?? available?.unplayable?.detail;
  if (why !== undefined) throw new UsageError(`${scenario.name} cannot be played here: ${why}`);
  using interrupt = onInterrupt();
  interrupt.signal.addEventListener('abort', () => crew.interrupt(), { once: true });
  const [before, maker, flaws] = await Promise.all([sweepBefore(project), makerOf(project.root), knownFlawsOf(project.root, all)]);
  before.forEach((line) => say(line));
  const paths = resultPaths(project.results);
  const untilMs = performance.now() + milliseconds(options.within as Duration);
  const sweeping: Sweeping = {
    workload: scenario,
    crew,
    seed: given.seed,
    folder: join(paths.sweeps, 'shrunk'),
    signal: interrupt.signal,
    flaws,
    ...(given.defect !== undefined && { defect: given.defect }),
  };
  say(oneLine(`${scenario.name}, ${saved.oracle}: ${saved.message}`));
  const failure = await comesBack(saved, given, sweeping);
  if (interrupt.signal.aborted) return EXIT.interrupted;
  if (!failure) {
    say(`it did not come back in ${COMES_BACK_WITHIN} replays, so there is nothing to make smaller`);
    return EXIT.unknown;
  }
  const whole = await wholeKept(file);
  const mayGoOn = (): boolean => performance.now() < untilMs && !interrupt.signal.aborted;
  const settings = { paths, maker, root: project.root, replays: options.replays, triesMax: options.tries, mayGoOn };
  const finding = await triage(failure, sweeping, settings);
  await crew.rest();
  const was = { faults: given.schedule.length, work: workIn(given).length };
  say(`faults ${was.faults} -> ${finding.faults}${was.work === 0 ? '' : `, work ${was.work} -> ${finding.work}`}`);
  say(oneLine(`  ${finding.story}`));
  say(`reproduced ${finding.reproduced.times} of ${finding.reproduced.of}; replay: npx tornwire repro ${shellWord(finding.repro)}`);
  say(`the whole case is kept in ${relative(project.root, whole)}`);
  if (options.json) process.stdout.write(`${JSON.stringify({ was, finding, whole: relative(project.root, whole) }, null, 2)}\n`);
  return interrupt.signal.aborted ? EXIT.interrupted : EXIT.pass;
}

async function comesBack({ fingerprint }: Repro, given: Case, sweeping: Sweeping): Promise<CaseResult | undefined> {
  for (let i = 0; i < COMES_BACK_WITHIN && !sweeping.signal.aborted; i++) {
    const again = await playCase(sweeping, given);
    if (again.verdict.outcome === 'fail' && again.fingerprint === fingerprint) return again;
  }
  return undefined;
}

/** The smaller case may take the file's name. */
async function wholeKept(file: string): Promise<string> {
  const kept = resolve(file).replace(/(\.json)?$/, '.whole.json');
  await copyFile(resolve(file), kept);
  return kept;
}
