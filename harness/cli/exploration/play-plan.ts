// The cases of one sweep in their order, until the budget is used up. What came of each is on the disk before its place is free again.
import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { newIn, type Novelty } from '../../explore/feedback/novelty.ts';
import { isVaried, variationsOf } from '../../explore/feedback/variations.ts';
import type { Case } from '../../model/case.ts';
import type { CaseResult } from '../../model/case-result.ts';
import { mixedWith, randomRound } from '../../explore/plan/choose.ts';
import type { FaultPoint } from '../../explore/plan/fault-point.ts';
import { oneLine } from '../../report/plain.ts';
import { saveReproBesideCase } from '../../results/repro-file.ts';
import type { SweepLedger, SweptPlan } from '../../results/sweep-ledger.ts';
import type { CasePlayer, PlannedCase, PlayedCase } from '../players/case-player.ts';
import { caseOf, isStarved, messageOf, outcomeOf, ownFolder, type Sweeping, withoutFlaws, workOf } from './sweep-cases.ts';
import type { TriageSettings } from './triage.ts';

const TELL_EVERY = 25;
/** After so many cases those that have shown something new are varied. */
const PART = 24;
const VARIED_MAX = 8;
const RANDOM_ROUNDS_MAX = 1_000;
/** What was starved is taken again alone, although the budget may be used up by then. */
const AGAIN_ALONE_MS = 30_000;

export interface PlaySettings extends Pick<TriageSettings, 'root' | 'maker'> {
  budgetMs: number;
  /** At most so many cases, all sittings together. */
  casesMax?: number;
  /** The first finding ends it. */
  untilFound: boolean;
  say: (line: string) => void;
}

export interface Played {
  /** The first failure of each fingerprint of this sitting. */
  failures: ReadonlyMap<string, CaseResult>;
  /** Cases that had no verdict on a busy machine, and that there was no time to take again: the next sitting does. */
  leftStarved: number;
}

/**
 * The plan, each third case the same faults with other work, and then other work alone. With `untilFound` no case begins once one has
 * failed; with `casesMax` none beyond so many, of all sittings together.
 *
 * @throws ResultsError when the ledger cannot be written.
 */
export async function playPlan(
  points: readonly FaultPoint[],
  plan: SweptPlan,
  ledger: SweepLedger,
  sweeping: Sweeping,
  player: CasePlayer,
  settings: PlaySettings,
): Promise<Played> {
  const { signal } = sweeping;
  const startedMs = performance.now();
  const before = ledger.spentMs;
  const spentMs = (): number => Math.round(before + performance.now() - startedMs);
  const failures = new Map<string, CaseResult>();
  const starved: FaultPoint[] = [];
  let begun = ledger.cases.size;
  const corpus = corpusOf(plan, points, sweeping.seed, (key, novelties) => ledger.keeps({ key, novelties }));
  const planned = (point: FaultPoint): PlannedPoint => {
    const begin = async (): Promise<Case> => {
      begun += 1;
      return await caseAt(point, plan, sweeping);
    };
    return { key: point.key, folder: ownFolder(sweeping), begin, point };
  };
  const take = async (point: FaultPoint, played: PlayedCase, isAgain: boolean): Promise<void> => {
    const result = withoutFlaws(sweeping, played.result);
    if (outcomeOf(result) === 'clean') corpus.saw(point, await played.shown());
    // What passes leaves nothing, once it has been looked at: thousands of histories would fill the disk.
    if (outcomeOf(result) !== 'found') await rm(result.folder, { recursive: true, force: true });
    if (isStarved(result) && !isAgain) {
      begun -= 1;
      return void starved.push(point);
    }
    await enter(result, point.key, spentMs(), { failures, ledger, settings });
    if (ledger.cases.size % TELL_EVERY === 0)
      settings.say(`${ledger.cases.size} cases, ${failures.size + ledger.findings.size} finding(s), ${Math.round(spentMs() / 1_000)} s`);
  };
  const takeAll = async (these: readonly FaultPoint[], alone: boolean, isWanted: () => boolean): Promise<void> => {
    const left = these.filter(({ key }) => !ledger.cases.has(key)).map(planned);
    const mayBegin = (): boolean => isWanted() && begun < (settings.casesMax ?? Infinity);
    await player.playCases(left, { signal, alone, mayBegin, isWanted }, ({ point }, played) => take(point, played, alone));
  };
  const isSettled = (): boolean => settings.untilFound && ledger.untriaged().length > 0;
  const isWanted = (): boolean => spentMs() < settings.budgetMs && !isSettled();
  const mayGoOn = (): boolean => isWanted() && begun < (settings.casesMax ?? Infinity) && !signal.aborted;
  for (let round = 1; round <= RANDOM_ROUNDS_MAX && points.length > 0 && mayGoOn(); round++) {
    const other = randomRound(points, sweeping.seed, round);
    for (const some of partsOf(round === 1 ? mixedWith(points, other) : other)) {
      await takeAll(some, false, isWanted);
      await takeAll(corpus.next(), false, isWanted);
    }
  }
  const untilMs = performance.now() + AGAIN_ALONE_MS;
  await takeAll(starved, true, () => performance.now() < untilMs && !isSettled());
  return { failures, leftStarved: starved.filter(({ key }) => !ledger.cases.has(key)).length };
}

interface PlannedPoint extends PlannedCase {
  point: FaultPoint;
}

async function caseAt(point: FaultPoint, plan: SweptPlan, sweeping: Sweeping): Promise<Case> {
  const work = point.workSeed === undefined ? plan.work : await workOf(sweeping, point.workSeed);
  return caseOf(sweeping, { ...plan, work: [...work] }, point);
}

function partsOf<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / PART) }, (_, index) => items.slice(index * PART, (index + 1) * PART));
}

interface Corpus {
  saw(point: FaultPoint, names: readonly string[]): void;
  /** What is tried because of that, the latest first; each is given once. */
  next(): FaultPoint[];
}

/** Of what the recordings have shown nothing is new. What comes of a variation is not varied again. */
function corpusOf(
  { shown }: Pick<SweptPlan, 'shown'>,
  points: readonly FaultPoint[],
  seed: number,
  keep: (key: string, novelties: Novelty[]) => void,
): Corpus {
  const known = new Set(shown);
  let kept: FaultPoint[] = [];
  return {
    saw(point, names) {
      const seen = new Set(names);
      const novelties = newIn(seen, known);
      for (const name of seen) known.add(name);
      if (novelties.length === 0 || isVaried(point)) return;
      kept.push(point);
      keep(point.key, novelties);
    },
    next() {
      const varied = kept.toReversed().flatMap((point) => variationsOf(point, points, seed));
      kept = [];
      return varied.slice(0, VARIED_MAX);
    },
  };
}

/** What came of a case is on the disk when this resolves, and so is the repro of a failure that is new. */
async function enter(
  result: CaseResult,
  key: string,
  elapsedMs: number,
  { failures, ledger, settings }: { failures: Map<string, CaseResult>; ledger: SweepLedger; settings: PlaySettings },
): Promise<void> {
  const outcome = outcomeOf(result);
  const { fingerprint, durationMs, verdict } = result;
  const oracle = verdict.outcome === 'pass' ? null : verdict.oracle;
  const message = messageOf(result);
  const isNew = outcome === 'found' && !failures.has(fingerprint) && !ledger.findings.has(fingerprint);
  if (isNew) failures.set(fingerprint, result);
  const repro = isNew ? relative(settings.root, (await saveReproBesideCase(result, settings.maker, settings.root)).file) : undefined;
  ledger.judged({
    key,
    outcome,
    oracle,
    message,
    fingerprint: fingerprint || null,
    durationMs: Math.round(durationMs),
    elapsedMs,
    ...(repro !== undefined && { repro }),
  });
  if (isNew) settings.say(oneLine(`found ${fingerprint} ${oracle}: ${message}\n  at ${key}`));
}
