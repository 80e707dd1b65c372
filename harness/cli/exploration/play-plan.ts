// The cases of one sweep in their order, until the budget is used up. What came of each is on the disk before its place is free again.
import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { newIn, type Novelty } from '../../explore/feedback/novelty.ts';
import { isVaried, variationsOf } from '../../explore/feedback/variations.ts';
import type { Case } from '../../model/case.ts';
import type { CaseResult } from '../../model/case-result.ts';
import { mixedWith, randomRound } from '../../explore/plan/choose.ts';
import type { FaultPoint } from '../../explore/plan/fault-point.ts';
import { saveReproBesideCase } from '../../results/repro-file.ts';
import type { SweepLedger, SweptPlan } from '../../results/sweep-ledger.ts';
import type { CasePlayer, PlannedCase, PlayedCase } from '../players/case-player.ts';
import { type Progress, timeOf } from './progress.ts';
import type { Sitting } from './sitting.ts';
import { countsOf, foundLine } from './swept-text.ts';
import { caseOf, isStarved, messageOf, outcomeOf, ownFolder, type Sweeping, withoutFlaws, workOf } from './sweep-cases.ts';
import type { TriageSettings } from './triage.ts';

/** After so many cases those that have shown something new are varied. */
const PART = 24;
const VARIED_MAX = 8;
const RANDOM_ROUNDS_MAX = 1_000;

export interface PlaySettings extends Pick<TriageSettings, 'root' | 'maker'> {
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
  settings: PlaySettings & { sitting: Sitting; progress: Progress },
): Promise<Played> {
  const { signal } = sweeping;
  const { sitting, progress } = settings;
  const failures = new Map<string, CaseResult>();
  const starved: FaultPoint[] = [];
  const tookMs: number[] = [];
  const timeLeft = (): number => sitting.leftForCasesMs({ findings: ledger.untriaged().length, starved: starved.length });
  progress.doing(() => `${countsOf(ledger)}, ${timeOf(sitting.spentMs(), sitting.budgetMs)}`);
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
    tookMs.push(result.durationMs);
    await enter(result, point, sitting.spentMs(), { failures, ledger, settings });
  };
  const takeAll = async (these: readonly FaultPoint[], alone: boolean, allBegun?: () => void): Promise<void> => {
    const left = these.filter(({ key }) => !ledger.cases.has(key)).map(planned);
    const mayBegin = (): boolean => isWanted() && begun < (settings.casesMax ?? Infinity);
    const taking = { signal, alone, mayBegin, isWanted, ...(allBegun && { allBegun }) };
    await player.playCases(left, taking, ({ point }, played) => take(point, played, alone));
  };
  const isSettled = (): boolean => settings.untilFound && ledger.untriaged().length > 0;
  const isWanted = (): boolean => timeLeft() > usualMs(tookMs) && !isSettled();
  const mayGoOn = (): boolean => isWanted() && begun < (settings.casesMax ?? Infinity) && !signal.aborted;
  const taking = overlapping();
  for (let round = 1; round <= RANDOM_ROUNDS_MAX && points.length > 0 && mayGoOn(); round++) {
    const other = randomRound(points, sweeping.seed, round);
    for (const some of partsOf(round === 1 ? mixedWith(points, other) : other))
      await taking.begin((allBegun) => takeAll([...corpus.next(), ...some], false, allBegun));
  }
  await taking.ended();
  await takeAll(corpus.next(), false);
  const behind = [...starved];
  starved.length = 0;
  await takeAll(behind, true);
  return { failures, leftStarved: behind.filter(({ key }) => !ledger.cases.has(key)).length };
}

/** A part begins once no case of the one before is left to begin: workers need not wait for the last of them. */
function overlapping(): { begin(take: (allBegun: () => void) => Promise<void>): Promise<void>; ended(): Promise<void> } {
  const running = new Set<Promise<void>>();
  const broken: unknown[] = [];
  const ended = async (): Promise<void> => {
    await Promise.all(running);
    if (broken.length > 0) throw broken[0];
  };
  return {
    async begin(take) {
      if (broken.length > 0) return await ended();
      const { promise: begun, resolve: allBegun } = Promise.withResolvers<void>();
      const taking = take(allBegun)
        .catch((error: unknown) => void broken.push(error))
        .finally(() => running.delete(taking));
      running.add(taking);
      await Promise.race([begun, taking]);
    },
    ended,
  };
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
  given: CaseResult,
  point: FaultPoint,
  elapsedMs: number,
  { failures, ledger, settings }: { failures: Map<string, CaseResult>; ledger: SweepLedger; settings: PlaySettings },
): Promise<void> {
  const outcome = outcomeOf(given);
  const { durationMs, verdict } = given;
  const oracle = verdict.outcome === 'pass' ? null : verdict.oracle;
  const message = messageOf(given);
  const fingerprint = outcome === 'found' ? ledger.bugOf({ oracle, message, fingerprint: given.fingerprint }) : given.fingerprint;
  const result = { ...given, fingerprint };
  const isNew = outcome === 'found' && !failures.has(fingerprint) && !ledger.findings.has(fingerprint);
  if (isNew) failures.set(fingerprint, result);
  const repro = isNew ? relative(settings.root, (await saveReproBesideCase(result, settings.maker, settings.root)).file) : undefined;
  ledger.judged({
    key: point.key,
    outcome,
    oracle,
    message,
    fingerprint: fingerprint || null,
    durationMs: Math.round(durationMs),
    elapsedMs,
    ...(repro !== undefined && { repro }),
  });
  if (isNew) settings.say(foundLine({ fingerprint, oracle, message, repro }, point));
}

/** @param tookMs of the cases of this sitting: one that would end behind the budget does not begin */
function usualMs(tookMs: readonly number[]): number {
  return tookMs.length === 0 ? 0 : tookMs.reduce((sum, ms) => sum + ms, 0) / tookMs.length;
}
