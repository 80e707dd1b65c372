// One finding for each bug: how often it comes back, how little of the case is needed, and a file that replays it.
import { join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Case } from '../../model/case.ts';
import type { CaseResult } from '../../model/case-result.ts';
import type { Step } from '../../model/faults/fault.ts';
import type { Json } from '../../model/values/json.ts';
import { areTwoBugs, isOneBug, type ToldFailure } from '../../model/text/one-bug.ts';
import { ddmin } from '../../explore/triage/shrink.ts';
import type { ResultPaths } from '../../results/paths.ts';
import { readRepro, saveRepro, type Maker } from '../../results/repro-file.ts';
import type { SweptFinding } from '../../results/sweep-ledger.ts';
import { counted } from './swept-text.ts';
import { isStarved, messageOf, playCase, type Sweeping } from './sweep-cases.ts';

export interface TriageSettings {
  paths: ResultPaths;
  maker: Maker;
  root: string;
  /** How often the smallest case is replayed for its rate. */
  replays: number;
  /** How many smaller cases are tried. */
  triesMax: number;
  /** Once it says no, what is there is taken as it is. */
  mayGoOn: () => boolean;
  /** Where it stands, for whoever waits. */
  onStep?: (step: TriageStep) => void;
}

export interface TriageStep {
  /** Smaller cases that were tried. */
  tries: number;
  /** Of the smallest that still fails. */
  faults: number;
  work: number;
  /** Replays of the smallest, once it is found. */
  replays?: number;
}

export function stepText({ tries, faults, work, replays }: TriageStep): string {
  const size = `${counted(faults, 'fault')} and ${counted(work, 'operation')} left`;
  const what = replays === undefined ? '' : `, replayed ${counted(replays, 'time')}`;
  return `${tries} smaller cases tried, ${size}${what}`;
}

export async function triage(failure: CaseResult, sweeping: Sweeping, settings: TriageSettings): Promise<SweptFinding> {
  const { smallest, tries, isCut } = await shrink(failure, sweeping, settings);
  const rate = { times: 1, of: 1 };
  for (let i = 0; i < settings.replays && settings.mayGoOn(); i++) {
    settings.onStep?.({ tries, ...sizeOf(smallest.case), replays: i });
    const again = await playCase(sweeping, smallest.case);
    if (again.verdict.outcome === 'unknown') continue;
    rate.of += 1;
    if (isSame(again, failure)) rate.times += 1;
  }
  // In the words of the smallest one it may have another.
  const small = { ...smallest, fingerprint: failure.fingerprint };
  const { file } = await saveRepro(settings.paths, small, settings.maker, settings.root, rate);
  return {
    fingerprint: failure.fingerprint,
    oracle: failure.verdict.oracle,
    message: messageOf(smallest) ?? '',
    story: storyOf(smallest.case),
    reproduced: rate,
    ...sizeOf(smallest.case),
    repro: relative(settings.root, file),
    ...(isCut && { cut: true as const }),
  };
}

/**
 * A failure of an earlier sitting, from the repro that was kept then: it is made small once it has come back. One that does not come
 * back is a finding too, as it was found.
 *
 * @throws ReproError when the file cannot be read.
 */
export async function triageSaved(repro: string, sweeping: Sweeping, settings: TriageSettings): Promise<SweptFinding | undefined> {
  const saved = await readRepro(join(settings.root, repro));
  // The file has neither the workload's secrets nor may it change what the workload says.
  const given = { ...saved.case, parameters: { ...saved.case.parameters, ...sweeping.workload.parameters } } as Case;
  const rate = { times: 1, of: 1 };
  for (let i = 0; i < Math.max(1, settings.replays) && settings.mayGoOn(); i++) {
    const again = await playCase(sweeping, given);
    if (again.verdict.outcome === 'fail' && isOneBug(toldOf(again), saved))
      return await triage({ ...again, fingerprint: saved.fingerprint }, sweeping, settings);
    if (again.verdict.outcome !== 'unknown') rate.of += 1;
  }
  if (sweeping.signal.aborted) return undefined;
  return {
    fingerprint: saved.fingerprint,
    oracle: saved.oracle,
    message: saved.message,
    story: storyOf(given),
    reproduced: rate,
    ...sizeOf(given),
    repro,
    ...(!settings.mayGoOn() && { cut: true as const }),
  };
}

/** The same oracle about the same thing: what it says may be shorter once less is going on. */
function isSame(one: CaseResult, other: CaseResult): boolean {
  if (one.verdict.outcome !== 'fail') return false;
  const [told, otherTold] = [toldOf(one), toldOf(other)];
  return isOneBug(told, otherTold) || (subjectsOf(one) === subjectsOf(other) && !areTwoBugs(told, otherTold));
}

export function toldOf(result: CaseResult): ToldFailure {
  return { oracle: result.verdict.oracle, fingerprint: result.fingerprint, message: messageOf(result) };
}

function sizeOf(given: Case): { faults: number; work: number } {
  return { faults: given.schedule.length, work: workIn(given).length };
}

function subjectsOf({ verdict }: CaseResult): string {
  return verdict.outcome === 'fail' ? `${verdict.oracle} ${verdict.findings[0].subject ?? verdict.findings[0].message}` : '';
}

/** The smallest case that was seen to fail in the same way. */
async function shrink(
  failure: CaseResult,
  sweeping: Sweeping,
  { triesMax, mayGoOn, onStep }: TriageSettings,
): Promise<{ smallest: CaseResult; tries: number; isCut: boolean }> {
  let least = failure;
  let tries = 0;
  let isCut = false;
  const fails = async (given: Case): Promise<boolean | undefined> => {
    isCut ||= tries < triesMax && !mayGoOn();
    if (tries >= triesMax || isCut || sweeping.signal.aborted) return undefined;
    onStep?.({ tries, ...sizeOf(least.case) });
    tries += 1;
    let result = await playCase(sweeping, given);
    // On a busy machine it is asked once more: nothing is known of it yet.
    if (isStarved(result) && mayGoOn()) result = await playCase(sweeping, given);
    if (!isSame(result, failure)) return false;
    least = result;
    return true;
  };
  await smaller(() => least.case, failure.case, fails);
  return { smallest: least, tries, isCut };
}

/** First without whole faults, then without parts of the work, then with simpler arguments, and without a wait behind the work. */
async function smaller(least: () => Case, failed: Case, fails: (given: Case) => Promise<boolean | undefined>): Promise<void> {
  const { schedule } = failed;
  const withWork = (work: readonly Json[]): Case => ({ ...least(), parameters: { ...least().parameters, work: [...work] } });
  if (schedule.length > 1) await ddmin(schedule, (steps) => fails({ ...least(), schedule: mayBe(steps) }));
  await ddmin(workIn(failed), (work) => fails(withWork(work)));
  for (const [index, item] of workIn(least()).entries()) {
    const simpler = withSimplerArguments(item);
    if (simpler !== undefined && (await fails(withWork(workIn(least()).with(index, simpler)))) === undefined) return;
  }
  const { dwellMs } = least().parameters;
  if (typeof dwellMs === 'number' && dwellMs > 0) await fails({ ...least(), parameters: { ...least().parameters, dwellMs: 0 } });
}

/** Texts of one letter, and zeros. Undefined when they are simple already. */
function withSimplerArguments(item: Json): Json | undefined {
  const { with: given } = item as { with?: Readonly<Record<string, Json>> };
  const simpler = Object.fromEntries(Object.entries(given ?? {}).map(([name, value]) => [name, simplerOf(value)]));
  return isDeepStrictEqual(simpler, given ?? {}) ? undefined : { ...(item as object), with: simpler };
}

function simplerOf(value: Json): Json {
  if (typeof value === 'string') return value.length > 1 ? 'x' : value;
  return typeof value === 'number' ? 0 : value;
}

/** A step that waits for one that was left out waits for ever: both go. */
function mayBe(steps: readonly Step[]): Step[] {
  const ids = new Set(steps.map(({ id }) => id));
  return steps.filter((step) => step.on !== 'node' || step.armAt === 'start' || !('fired' in step.armAt) || ids.has(step.armAt.fired));
}

/** Of a case that is no workload's: nothing. */
export function workIn({ parameters }: Case): readonly Json[] {
  const { work } = parameters;
  return Array.isArray(work) ? work : [];
}

function storyOf(given: Case): string {
  const work = workIn(given).map((item) => {
    const { do: name, join: joins } = item as { do?: string; join?: string };
    return name ?? `${joins} joins`;
  });
  // The second of a pair says itself that it comes then.
  const stops = given.parameters['stops'] === undefined ? [] : ['all nodes are told to stop (SIGTERM)'];
  const faults = [...trickleStories(given), ...given.schedule.map(stepStory), ...stops].map((fault) => fault.replace(/^then /, ''));
  return `${work.length === 0 ? 'without any work' : `after ${work.join(', ')}`}: ${faults.length === 0 ? 'no fault at all' : faults.join(', then ')}`;
}

function trickleStories({ parameters: { trickles } }: Case): string[] {
  const each = Array.isArray(trickles) ? (trickles as { node?: string; listener?: string }[]) : [];
  return each.map(({ node, listener }) => `a client that sends one byte at a time to '${listener}' of ${node}`);
}

function stepStory(step: Step): string {
  if (step.on !== 'link') return step.id;
  const { frame, connection, atByte } = step.trigger;
  const which = frame ? ` at frame ${frame.index ?? 1} that matches ${JSON.stringify(frame.matches ?? {})}` : '';
  return `${step.id} ${step.direction}${which}${connection === undefined ? '' : ` of connection ${connection}`}${atByte === undefined ? '' : `, byte ${atByte}`}`;
}
