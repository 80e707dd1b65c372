// `tornwire check`: the checks of a pack on a command that somebody typed. A module is written that exports them as
// scenarios, and from there on everything is as for `run`: a worker loads it, cases are planned, played and judged.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { CheckWording } from '../../model/check.ts';
import { LAST_WORDS } from '../../packs/base/broken.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { SEED_MAX } from '../../model/values/seed.ts';
import { shellWord } from '../../model/values/shell-word.ts';
import { checkLineOf, checkText, checkTotal, type CheckLine } from '../../report/check.ts';
import { ToldBefore } from '../../report/check-told.ts';
import { saidOf } from '../../report/check-words.ts';
import { plain } from '../../report/plain.ts';
import { sarif } from '../../report/sarif.ts';
import { writeWhole } from '../../results/atomic-file.ts';
import type { CaseRow, Summary } from '../../results/summary.ts';
import { redactorHere } from '../base/secrets.ts';
import { suggestion, UsageError } from '../base/usage-error.ts';
import { VERSION } from '../base/version.ts';
import { askedBy, planCases } from '../campaign/cases.ts';
import { exitCodeOf, perform, sayer, type Telling } from '../campaign/perform.ts';
import type { PlannedCase } from '../campaign/planned-case.ts';
import { askPack, savedLines, saveChecks, writeChecks } from '../project/check-file.ts';
import type { Project } from '../project/project.ts';
import { settingsIn, targetOf, type CheckOptions } from '../project/target.ts';
import { variableWords } from '../project/variables.ts';
import type { Crew } from '../worker/crew.ts';

/** Where results go: the nearest project, or the folder itself. */
export function projectOfCheck(cwd: string): Project {
  return { root: cwd, scenarios: join(cwd, 'scenarios'), results: join(cwd, 'results') };
}

export async function check(packName: string, command: readonly string[], options: CheckOptions, crew: Crew): Promise<number> {
  const cwd = process.cwd();
  if (command.length === 0) throw new UsageError(`no command: tornwire check ${packName} -- <command>`);
  const target = targetOf(command, cwd, options);
  askPack(packName, target);
  if (options.save) {
    const saved = await saveChecks(packName, target, options);
    process.stdout.write(`${options.json ? JSON.stringify(saved, null, 2) : savedLines(saved).join('\n')}\n`);
    return EXIT.pass;
  }
  const project = projectOfCheck(cwd);
  const { planned, first } = await plannedChecks(packName, await writeChecks(packName, cwd, project.results), options, {
    crew,
    command,
  });
  const say = sayer(options.json);
  // The handshake comes first and alone. Meanwhile a second worker comes up.
  crew.begin();
  const told = tellingOf(planned, { first, strict: options.strict === true }, `${packName}: ${shown(command).map(shellWord).join(' ')}`);
  const summary = await perform(planned, {
    project,
    crew,
    seed: planned[0]?.case.seed ?? 0,
    say,
    telling: told.telling,
    mayBegin: told.mayGoOn,
    firstAlone: planned[0]?.scenario.name === first,
    ...(options.jobs !== undefined && { jobs: options.jobs }),
  });
  const noTarget = told.noTarget();
  if (noTarget !== undefined) throw new UsageError(noTarget);
  await report(summary, told, options, packName, command);
  // What was not begun because of the first check is no fault of ours.
  return told.mayGoOn() ? exitOf(summary, told.lines()) : EXIT.fail;
}

async function plannedChecks(
  packName: string,
  file: string,
  options: CheckOptions,
  { crew, command }: { crew: Crew; command: readonly string[] },
): Promise<{ planned: PlannedCase[]; first: string }> {
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
  const first = all[0]?.name ?? '';
  return {
    planned: planned.map((item) => ({ ...item, replay: closerLook(packName, keyOf(item.scenario.name), options, command) })),
    first,
  };
}

const keyOf = (name: string): string => name.slice(name.indexOf('/') + 1);

function closerLook(pack: string, key: string, given: CheckOptions, command: readonly string[]): string {
  const { call, args, slow, slowArgs, strict, set = [], env = [], header = [], seed } = given;
  const named = (option: string, value: string | undefined): string[] => (value === undefined ? [] : [option, value]);
  const options = [...named('--call', call), ...named('--args', args), ...named('--slow', slow), ...named('--slow-args', slowArgs)];
  const settings = settingsIn(given).flatMap(([name, value]) => named(`--${name}`, value));
  const others = [
    ...(strict === true ? ['--strict'] : []),
    ...(set.length === 0 ? [] : ['--set', ...set]),
    ...(env.length === 0 ? [] : ['--env', ...variableWords(env)]),
    // Of a header only the name, which takes the value from its variable.
    ...header.flatMap((each) => ['--header', each.replace(/:.*/s, '')]),
    ...named('--seed', seed === undefined ? undefined : String(seed)),
  ];
  const words = ['npx', 'tornwire', 'check', pack, '--only', key, ...options, ...settings, ...others, '--', ...command];
  return shown(words).map(shellWord).join(' ');
}

/** Words of a command line, without secrets in their usual places; one may be known by the word before it. */
function shown(words: readonly string[]): string[] {
  return words.map(redactorHere().stream(' '));
}

interface Told {
  telling: Telling;
  lines(): CheckLine[];
  total(): string;
  /** Why the command is nothing that the pack can check. */
  noTarget(): string | undefined;
  /** No check can say anything about a program that does not shake hands. */
  mayGoOn(): boolean;
}

/** @param first the handshake's name */
function tellingOf(planned: readonly PlannedCase[], { first, strict }: { first: string; strict: boolean }, what: string): Told {
  const heeded = (wording: CheckWording | undefined): CheckWording | undefined => (strict && wording ? strictly(wording) : wording);
  const wordings = new Map(planned.map(({ scenario }) => [scenario.name, heeded(scenario.check)]));
  const lines = new Map<string, CheckLine>();
  const said = new ToldBefore();
  let noTarget: string | undefined;
  let isSilent = false;
  const head = [`check ${plain(what)}: ${planned.length} checks`];
  const row = (each: CaseRow): string[] => {
    noTarget ??= whyNoTarget(each);
    if (noTarget !== undefined) noTarget = withLastWords(noTarget, each);
    if (noTarget !== undefined) return [];
    isSilent ||= planned.length > 1 && each.scenario === first && each.verdict === 'fail' && each.findings.some(endsIt);
    const line = checkLineOf(each, wordings.get(each.scenario) as CheckWording, said);
    lines.set(line.check, line);
    return [...head.splice(0), checkText(line)];
  };
  const all = (): CheckLine[] => planned.flatMap(({ scenario }) => lines.get(keyOf(scenario.name)) ?? []);
  const total = (): string => checkTotal(all(), planned.length);
  const end = (): string[] => {
    if (noTarget !== undefined) return [];
    return [`${total()}${isSilent ? ': each of them needs what the first one checks' : ''}`];
  };
  return {
    telling: { begin: () => [], row, end },
    lines: all,
    total,
    noTarget: () => noTarget,
    mayGoOn: () => noTarget === undefined && !isSilent,
  };
}

function strictly({ habits: _habits, ...wording }: CheckWording): CheckWording {
  return { ...wording, rule: { ...wording.rule, force: 'requirement' } };
}

const endsIt = ({ oracle }: CaseRow['findings'][number]): boolean => ['script', 'hang', 'crash'].includes(oracle);

/** A program that is done and has left a process behind has gone into the background. */
function whyNoTarget({ findings }: CaseRow): string | undefined {
  const told = findings.find(({ code }) => code === 'TW-CHECK-NO-TARGET');
  const why = told && saidOf(told);
  const left = findings.find(({ code }) => code === 'TW-LEAK-PROCESS');
  if (why === undefined || left === undefined) return why;
  const who = /: \d+ ([^,)]*)/.exec(left.message)?.[1] ?? 'a process';
  return why.replace(/: a server goes away only with its client.*$/, `, and ${who} goes on in the background: start it in the foreground`);
}

/** `ended before it listened: exit code 1, it said Error: no such file`, where the script leaves that to the witness of the end. */
function withLastWords(why: string, { findings }: CaseRow): string {
  if (!why.includes(LAST_WORDS)) return why;
  const [sentence = '', ...below] = findings.find(({ oracle }) => oracle === 'crash')?.message.split('\n') ?? [];
  const [, how = '', error] = /^'\w+' ended (?:with|by) (.+?) without being asked(?:: (.*))?$/.exec(sentence) ?? [];
  const said =
    error ?? below.map((text) => text.replace(/^ *\| ?/, '')).findLast((text) => text.trim() !== '' && !text.startsWith('tornwire: '));
  const words = [how.replace(/^code/, 'exit code'), said === undefined ? '' : `it said: ${said.slice(0, 300)}`].filter(
    (text) => text !== '',
  );
  return why.replace(LAST_WORDS, words.length === 0 ? '' : `: ${words.join('; ')}`);
}

async function report(
  summary: Summary,
  told: Told,
  { json, junit, sarif: sarifFile }: CheckOptions,
  pack: string,
  command: readonly string[],
): Promise<void> {
  const lines = told.lines();
  const { junitXml } = await import('../../report/junit.ts');
  if (junit !== undefined) await writeWhole(junit, junitXml(asChecked(summary, lines)));
  if (sarifFile !== undefined) await writeWhole(sarifFile, `${JSON.stringify(sarif(lines, VERSION), null, 2)}\n`);
  if (!json) return;
  const about = {
    version: 1,
    tornwire: VERSION,
    pack,
    command: shown(command),
    total: told.total(),
    finished: summary.finished,
    checks: lines,
  };
  process.stdout.write(`${JSON.stringify(about, null, 2)}\n`);
}

/** A row says what its line says: a habit that is not kept fails nothing, and what a check could not prove is unknown. */
function asChecked(summary: Summary, lines: readonly CheckLine[]): Summary {
  const outcomes = new Map(lines.map((line) => [line.check, line]));
  const cases = summary.cases.map((row): CaseRow => {
    const line = outcomes.get(keyOf(row.scenario));
    if (row.verdict !== 'fail' || line === undefined || line.outcome === 'broken') return row;
    if (line.outcome === 'not proved') return { ...row, verdict: 'unknown', reason: line.said, findings: [] };
    return { ...row, verdict: 'pass', findings: [] };
  });
  return { ...summary, cases };
}

/** A habit that is not kept fails a case and no check. */
function exitOf(summary: Summary, lines: readonly CheckLine[]): number {
  const code = exitCodeOf(summary);
  if (code !== EXIT.fail) return code;
  const has = (outcome: CheckLine['outcome']): boolean => lines.some((line) => line.outcome === outcome);
  return has('broken') ? EXIT.fail : has('not proved') ? EXIT.unknown : EXIT.pass;
}
