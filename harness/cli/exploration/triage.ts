// One finding for each bug: how often it comes back, how little of the case is needed, and a file that replays it.
import { join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Case } from '../../model/case.ts';
import type { CaseResult } from '../../model/case-result.ts';
import type { Step } from '../../model/faults/fault.ts';
import type { Json } from '../../model/values/json.ts';
import { ddmin } from '../../explore/triage/shrink.ts';
import type { ResultPaths } from '../../results/paths.ts';
import { readRepro, saveRepro, type Maker } from '../../results/repro-file.ts';
import type { SweptFinding } from '../../results/sweep-ledger.ts';
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
}

export async function triage(failure: CaseResult, sweeping: Sweeping, settings: TriageSettings): Promise<SweptFinding> {
  const smallest = await shrink(failure, sweeping, settings);
  const rate = { times: 1, of: 1 };
  for (let i = 0; i < settings.replays && settings.mayGoOn(); i++) {
    const again = await playCase(sweeping, smallest.case);
    if (again.verdict.outcome === 'unknown') continue;
    rate.of += 1;
    if (isSame(again, failure)) rate.times += 1;
  }
  const { file } = await saveRepro(settings.paths, smallest, settings.maker, settings.root, rate);
  return {
    fingerprint: failure.fingerprint,
    oracle: failure.verdict.oracle,
    message: messageOf(smallest) ?? '',
    story: storyOf(smallest.case),
    reproduced: rate,
    faults: smallest.case.schedule.length,
    work: workIn(smallest.case).length,
    repro: relative(settings.root, file),
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
    if (again.verdict.outcome === 'fail' && again.fingerprint === saved.fingerprint) return await triage(again, sweeping, settings);
    if (again.verdict.outcome !== 'unknown') rate.of += 1;
  }
  if (sweeping.signal.aborted) return undefined;
  return {
    fingerprint: saved.fingerprint,
    oracle: saved.oracle,
    message: saved.message,
    story: storyOf(given),
    reproduced: rate,
    faults: given.schedule.length,
    work: workIn(given).length,
    repro,
  };
}

/** The same oracle about the same thing: what it says may be shorter once less is going on. */
function isSame(one: CaseResult, other: CaseResult): boolean {
  return one.verdict.outcome === 'fail' && (one.fingerprint === other.fingerprint || subjectsOf(one) === subjectsOf(other));
}

function subjectsOf({ verdict }: CaseResult): string {
  return verdict.outcome === 'fail' ? `${verdict.oracle} ${verdict.findings[0].subject ?? verdict.findings[0].message}` : '';
}

/** First without whole faults, then without parts of the work, then with simpler arguments, and without a wait behind the work. */
async function shrink(failure: CaseResult, sweeping: Sweeping, { triesMax, mayGoOn }: TriageSettings): Promise<CaseResult> {
  let least = failure;
  let tries = 0;
  const fails = async (given: Case): Promise<boolean | undefined> => {
    if (tries >= triesMax || !mayGoOn() || sweeping.signal.aborted) return undefined;
    tries += 1;
    let result = await playCase(sweeping, given);
    // On a busy machine it is asked once more: nothing is known of it yet.
    if (isStarved(result) && mayGoOn()) result = await playCase(sweeping, given);
    if (!isSame(result, failure)) return false;
    least = result;
    return true;
  };
  const schedule = failure.case.schedule;
  if (schedule.length > 1) await ddmin(schedule, (steps) => fails({ ...least.case, schedule: mayBe(steps) }));
  await ddmin(workIn(failure.case), (work) => fails({ ...least.case, parameters: { ...least.case.parameters, work: [...work] } }));
  for (const [index, item] of workIn(least.case).entries()) {
    const simpler = withSimplerArguments(item);
    if (simpler === undefined) continue;
    const work = workIn(least.case).with(index, simpler);
    if ((await fails({ ...least.case, parameters: { ...least.case.parameters, work } })) === undefined) return least;
  }
  const { dwellMs } = least.case.parameters;
  if (typeof dwellMs === 'number' && dwellMs > 0) await fails({ ...least.case, parameters: { ...least.case.parameters, dwellMs: 0 } });
  return least;
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
  const faults = [...trickleStories(given), ...given.schedule.map(stepStory)];
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
