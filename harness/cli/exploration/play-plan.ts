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
import type { SweepLedger, SweptCase, SweptPlan } from '../../results/sweep-ledger.ts';
import type { CasePlayer, PlannedCase, PlayedCase } from '../players/case-player.ts';
import { historyIn } from '../players/here.ts';
import { type Progress, timeOf } from './progress.ts';
import type { Sitting } from './sitting.ts';
import { countsOf, foundLine, togetherLine } from './swept-text.ts';
import { caseOf, isStarved, messageOf, outcomeOf, ownFolder, type Sweeping, withoutFlaws, workOf } from './sweep-cases.ts';
import type { TriageSettings } from './triage.ts';
import { roundsIn, type Warm, warmCaseOf } from './warm.ts';

/** After so many cases those that have shown something new are varied. */
const PART = 24;
/** Enough for several starts of the nodes that some of them share. */
const WARM_PART = 96;
const VARIED_MAX = 8;
const RANDOM_ROUNDS_MAX = 1_000;

export interface PlaySettings extends Pick<TriageSettings, 'root' | 'maker'> {
  /** At most so many cases, all sittings together. */
  casesMax?: number;
  /** The first finding ends it. */
  untilFound: boolean;
  say: (line: string) => void;
  /** Points may share a start of the nodes. */
  rounds?: Warm;
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
  const { sitting, progress, rounds: warm, casesMax = Infinity } = settings;
  const corpus = corpusOf(plan, points, sweeping.seed, (key, novelties) => ledger.keeps({ key, novelties }));
  const so: SoFar = {
    begun: ledger.cases.size,
    failures: new Map(),
    starved: [],
    again: [],
    left: [],
    counted: new Set(),
    cleanWarm: new Set(),
    tookMs: [],
  };
  const timeLeft = (): number => sitting.leftForCasesMs({ findings: ledger.untriaged().length, starved: so.starved.length });
  progress.doing(() => `${countsOf(ledger)}, ${timeOf(sitting.spentMs(), sitting.budgetMs)}`);
  const taker = takerOf(so, corpus, ledger, sweeping, settings);
  const takeAll = async (these: readonly FaultPoint[][], isAlone: boolean, allBegun?: () => void): Promise<void> => {
    const left = these.map((group) => group.filter(({ key }) => !ledger.cases.has(key))).filter(({ length }) => length > 0);
    const areCounted = left.every(([first]) => so.counted.has(first?.key ?? ''));
    const mayBegin = (): boolean => isWanted() && (areCounted || so.begun < casesMax);
    const taking = { signal, alone: isAlone, mayBegin, isWanted, ...(allBegun && { allBegun }) };
    const cases = left.map((group) => plannedOf(group, so, plan, sweeping, settings));
    await player.playCases(cases, taking, (planned, played) => taker(planned, played, isAlone));
  };
  const isSettled = (): boolean => settings.untilFound && ledger.untriaged().length > 0;
  const isWanted = (): boolean => timeLeft() > usualMs(so.tookMs) && !isSettled();
  const mayGoOn = (): boolean => isWanted() && so.begun < casesMax && !signal.aborted;
  const grouped = (these: readonly FaultPoint[]): FaultPoint[][] => warm?.grouped(these) ?? eachAlone(these);
  const taking = overlapping();
  const takeAgain = (): Promise<void> => taking.begin((allBegun) => takeAll(eachAlone(so.again.splice(0)), false, allBegun));
  const takeNext = (some: readonly FaultPoint[]): Promise<void> =>
    taking.begin((allBegun) => takeAll(grouped([...so.left.splice(0), ...corpus.next(), ...some]), false, allBegun));
  for (let round = 1; round <= RANDOM_ROUNDS_MAX && points.length > 0 && mayGoOn(); round++) {
    const other = randomRound(points, sweeping.seed, round);
    for (const some of partsOf(round === 1 ? mixedWith(points, other) : other, warm?.isOn() ? WARM_PART : PART)) {
      await takeAgain();
      await takeNext(some);
    }
  }
  await taking.ended();
  do {
    await takeAgain();
    await takeNext([]);
    await taking.ended();
  } while (so.again.length > 0 || (so.left.length > 0 && mayGoOn()));
  const behind = so.starved.splice(0);
  await takeAll(eachAlone(behind), true);
  return { failures: so.failures, leftStarved: behind.filter(({ key }) => !ledger.cases.has(key)).length };
}

/** Of this sitting. */
interface SoFar {
  /** Points whose cases have begun, of earlier sittings too. */
  begun: number;
  failures: Map<string, CaseResult>;
  starved: FaultPoint[];
  /** Those that a round has not decided, or not alone: they are played fresh, and are counted as begun. */
  again: FaultPoint[];
  /** The keys of those of them that have not begun again. */
  counted: Set<string>;
  /** Those that were to be played in a round and could not begin. */
  left: FaultPoint[];
  /** The keys of those that were clean in their round. */
  cleanWarm: Set<string>;
  tookMs: number[];
}

type Take = (planned: PlannedPoints, played: PlayedCase, isAlone: boolean) => Promise<void>;

function takerOf(so: SoFar, corpus: Corpus, ledger: SweepLedger, sweeping: Sweeping, settings: PlaySettings & { sitting: Sitting }): Take {
  const { sitting, rounds: warm } = settings;
  const takeRounds = async (points: readonly FaultPoint[], { result }: PlayedCase): Promise<void> => {
    const isClean = outcomeOf(result) === 'clean' && warm?.isOn() === true;
    const rounds = isClean ? roundsIn(await historyIn(result.folder), points) : [];
    if (!isClean) settings.say(togetherLine(points.length, result));
    await rm(result.folder, { recursive: true, force: true });
    so.tookMs.push(result.durationMs);
    const each = { ...result, durationMs: result.durationMs / points.length };
    for (const [index, point] of points.entries()) {
      const shown = rounds[index];
      if (shown && warm?.isSampled(point) === false) {
        corpus.saw(point, [...shown]);
        await enter(each, point, sitting.spentMs(), { failures: so.failures, ledger, settings, warm: 'only' });
        continue;
      }
      if (shown) so.cleanWarm.add(point.key);
      so.counted.add(point.key);
      so.again.push(point);
    }
    warm?.decided(rounds.filter((round) => round !== undefined).length);
  };
  return async ({ points }, played, isAlone) => {
    const [point] = points;
    if (point === undefined || points.length > 1) return await takeRounds(points, played);
    const result = withoutFlaws(sweeping, played.result);
    const outcome = outcomeOf(result);
    if (outcome === 'clean') corpus.saw(point, await played.shown());
    // What passes leaves nothing, once it has been looked at: thousands of histories would fill the disk.
    if (outcome !== 'found') await rm(result.folder, { recursive: true, force: true });
    if (isStarved(result) && !isAlone) {
      so.begun -= 1;
      return void so.starved.push(point);
    }
    so.tookMs.push(result.durationMs);
    const isCompared = so.cleanWarm.has(point.key) && (outcome === 'clean' || outcome === 'found');
    const compared = isCompared ? warm?.compared(point, outcome === 'found') : undefined;
    await enter(result, point, sitting.spentMs(), { failures: so.failures, ledger, settings, warm: compared });
  };
}

interface PlannedPoints extends PlannedCase {
  /** More than one share a start of the nodes. */
  points: readonly FaultPoint[];
}

/** What may not begin any more, or not in rounds, is left for later. */
function plannedOf(
  group: readonly FaultPoint[],
  so: SoFar,
  plan: SweptPlan,
  sweeping: Sweeping,
  { rounds: warm, casesMax = Infinity }: PlaySettings,
): PlannedPoints {
  const [first] = group as [FaultPoint];
  const planned: PlannedPoints = {
    key: group.length === 1 ? first.key : `${first.key}, and ${group.length - 1} more`,
    folder: ownFolder(sweeping),
    points: group,
    async begin() {
      const points = group.slice(0, warm?.isOn() ? Math.max(1, casesMax - so.begun) : 1);
      so.left.push(...group.slice(points.length));
      if (!so.counted.delete(first.key)) so.begun += points.length;
      planned.points = points;
      return points.length > 1 ? await warmCaseOf(points, plan, sweeping) : await caseAt(first, plan, sweeping);
    },
  };
  return planned;
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

async function caseAt(point: FaultPoint, plan: SweptPlan, sweeping: Sweeping): Promise<Case> {
  const work = point.workSeed === undefined ? plan.work : await workOf(sweeping, point.workSeed);
  return caseOf(sweeping, { ...plan, work: [...work] }, point);
}

function partsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

function eachAlone(points: readonly FaultPoint[]): FaultPoint[][] {
  return points.map((point) => [point]);
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

interface Entering {
  failures: Map<string, CaseResult>;
  ledger: SweepLedger;
  settings: PlaySettings;
  warm: SweptCase['warm'];
}

/** What came of a case is on the disk when this resolves, and so is the repro of a failure that is new. */
async function enter(
  given: CaseResult,
  point: FaultPoint,
  elapsedMs: number,
  { failures, ledger, settings, warm }: Entering,
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
    ...(warm !== undefined && { warm }),
  });
  if (isNew) settings.say(foundLine({ fingerprint, oracle, message, repro }, point));
}

/** @param tookMs of the cases of this sitting: one that would end behind the budget does not begin */
function usualMs(tookMs: readonly number[]): number {
  return tookMs.length === 0 ? 0 : tookMs.reduce((sum, ms) => sum + ms, 0) / tookMs.length;
}
