// `tornwire check`: the checks of a pack on a command that somebody typed. A module is written that exports them as
// scenarios, and from there on everything is as for `run`: a worker loads it, cases are planned, played and judged.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { CheckWording } from '../../model/check.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { SEED_MAX } from '../../model/values/seed.ts';
import { shellWord } from '../../model/values/shell-word.ts';
import { checkLineOf, checkText, checkTotal, type CheckLine } from '../../report/check.ts';
import { plain } from '../../report/plain.ts';
import { sarif } from '../../report/sarif.ts';
import { writeWhole } from '../../results/atomic-file.ts';
import type { CaseRow, Summary } from '../../results/summary.ts';
import { suggestion, UsageError } from '../base/usage-error.ts';
import { VERSION } from '../base/version.ts';
import { askedBy, planCases } from '../campaign/cases.ts';
import { exitCodeOf, perform, sayer, type Telling } from '../campaign/perform.ts';
import type { PlannedCase } from '../campaign/planned-case.ts';
import { saveChecks, targetOf, writeChecks, type CheckOptions } from '../project/check-file.ts';
import type { Project } from '../project/project.ts';
import type { Crew } from '../worker/crew.ts';

/** Where results go: the nearest project, or the folder itself. */
export function projectOfCheck(cwd: string): Project {
  return { root: cwd, scenarios: join(cwd, 'scenarios'), results: join(cwd, 'results') };
}

export async function check(packName: string, command: readonly string[], options: CheckOptions, crew: Crew): Promise<number> {
  const cwd = process.cwd();
  if (command.length === 0) throw new UsageError(`no command: tornwire check ${packName} -- <command>`);
  const target = targetOf(command, cwd, options);
  if (options.save) {
    process.stdout.write(`${(await saveChecks(packName, target, cwd)).join('\n')}\n`);
    return EXIT.pass;
  }
  const project = projectOfCheck(cwd);
  const planned = await plannedChecks(packName, await writeChecks(packName, target, project.results), options, { crew, command });
  const say = sayer(options.json);
  const told = tellingOf(planned, `${packName}: ${command.map(shellWord).join(' ')}`);
  const summary = await perform(planned, {
    project,
    crew,
    seed: planned[0]?.case.seed ?? 0,
    say,
    telling: told.telling,
    mayBegin: () => told.noTarget() === undefined,
    ...(options.jobs !== undefined && { jobs: options.jobs }),
  });
  const noTarget = told.noTarget();
  if (noTarget !== undefined) throw new UsageError(noTarget);
  await report(summary, told.lines(), options, packName, command);
  return exitOf(summary, told.lines());
}

async function plannedChecks(
  packName: string,
  file: string,
  options: CheckOptions,
  { crew, command }: { crew: Crew; command: readonly string[] },
): Promise<PlannedCase[]> {
  const [answer] = await crew.askAll([{ do: 'describe', file }]);
  if (answer?.to !== 'describe')
    throw new UsageError(`pack '${packName}' does not load: ${answer?.to === 'failed' ? answer.why : 'its worker has ended'}`);
  const all = answer.scenarios;
  const broken = all.find((scenario) => scenario.broken !== undefined || scenario.mistake !== undefined);
  if (broken) throw new UsageError(`pack '${packName}': ${broken.name}: ${broken.broken ?? broken.mistake}`);
  const keys = all.map(({ name }) => keyOf(name));
  const chosen = options.only === undefined ? all : all.filter(({ name }) => options.only?.includes(keyOf(name)));
  const wrong = options.only?.find((key) => !keys.includes(key));
  if (wrong !== undefined) throw new UsageError(`pack '${packName}' has no check '${wrong}'${suggestion(wrong, keys)}`);
  const asked = { seed: options.seed ?? randomInt(SEED_MAX), repeat: 1, runtime: 'process', engine: 'own' } as const;
  const planned = await planCases(chosen, chosen, asked, askedBy(crew));
  return planned.map((item) => ({ ...item, replay: closerLook(packName, keyOf(item.scenario.name), options, command) }));
}

const keyOf = (name: string): string => name.slice(name.indexOf('/') + 1);

function closerLook(pack: string, key: string, { call, args, slow, slowArgs }: CheckOptions, command: readonly string[]): string {
  const named = (option: string, value: string | undefined): string[] => (value === undefined ? [] : [option, value]);
  const options = [...named('--call', call), ...named('--args', args), ...named('--slow', slow), ...named('--slow-args', slowArgs)];
  return ['npx', 'tornwire', 'check', pack, '--only', key, ...options, '--', ...command].map(shellWord).join(' ');
}

interface Told {
  telling: Telling;
  lines(): CheckLine[];
  /** Why the command is nothing that the pack can check. */
  noTarget(): string | undefined;
}

const NOT_A_TARGET = /^NOT A TARGET: ([^\n]*)/;

function tellingOf(planned: readonly PlannedCase[], what: string): Told {
  const wordings = new Map(planned.map(({ scenario }) => [scenario.name, scenario.check]));
  const lines = new Map<string, CheckLine>();
  let noTarget: string | undefined;
  const begin = (): string[] => [`check ${plain(what)}: ${planned.length} checks`];
  const row = (each: CaseRow): string[] => {
    noTarget ??= each.findings.map(({ message }) => NOT_A_TARGET.exec(message)?.[1]).find((why) => why !== undefined);
    if (noTarget !== undefined) return [];
    const line = checkLineOf(each, wordings.get(each.scenario) as CheckWording);
    lines.set(line.check, line);
    return [checkText(line)];
  };
  const all = (): CheckLine[] => planned.flatMap(({ scenario }) => lines.get(keyOf(scenario.name)) ?? []);
  const end = (): string[] => (noTarget === undefined ? [checkTotal(all())] : []);
  return { telling: { begin, row, end }, lines: all, noTarget: () => noTarget };
}

async function report(
  summary: Summary,
  lines: readonly CheckLine[],
  { json, junit, sarif: sarifFile }: CheckOptions,
  pack: string,
  command: readonly string[],
): Promise<void> {
  const { junitXml } = await import('../../report/junit.ts');
  if (junit !== undefined) await writeWhole(junit, junitXml(summary));
  if (sarifFile !== undefined) await writeWhole(sarifFile, `${JSON.stringify(sarif(lines, VERSION), null, 2)}\n`);
  if (!json) return;
  const about = { version: 1, tornwire: VERSION, pack, command, total: checkTotal(lines), finished: summary.finished, checks: lines };
  process.stdout.write(`${JSON.stringify(about, null, 2)}\n`);
}

/** A habit that is not kept fails a case and no check. */
function exitOf(summary: Summary, lines: readonly CheckLine[]): number {
  const code = exitCodeOf(summary);
  if (code !== EXIT.fail) return code;
  const has = (outcome: CheckLine['outcome']): boolean => lines.some((line) => line.outcome === outcome);
  return has('broken') ? EXIT.fail : has('not proved') ? EXIT.unknown : EXIT.pass;
}
