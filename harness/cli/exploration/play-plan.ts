// The cases of one sweep in their order, as many side by side as there are jobs, until the budget is used up. What came of each is on
// the disk before its place is free again.
import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { newIn, type Novelty, shownBy } from '../../explore/feedback/novelty.ts';
import { isVaried, variationsOf } from '../../explore/feedback/variations.ts';
import type { History } from '../../model/judging/history.ts';
import type { CaseResult } from '../../model/case-result.ts';
import { mixedWith, randomRound } from '../../explore/plan/choose.ts';
import type { FaultPoint } from '../../explore/plan/fault-point.ts';
import { oneLine } from '../../report/plain.ts';
import { saveReproBesideCase } from '../../results/repro-file.ts';
import type { SweepLedger, SweptPlan } from '../../results/sweep-ledger.ts';
import { sideBySide } from '../campaign/side-by-side.ts';
import { caseOf, isStarved, messageOf, outcomeOf, playCase, type Sweeping, workOf } from './sweep-cases.ts';
import { historyIn } from './record.ts';
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
  jobs: number;
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
  settings: PlaySettings,
): Promise<Played> {
  const { signal } = sweeping;
  const startedMs = performance.now();
  const before = ledger.spentMs;
  const spentMs = (): number => Math.round(before + performance.now() - startedMs);
  const failures = new Map<string, CaseResult>();
  const starved: FaultPoint[] = [];
  let begun = ledger.cases.size;
  const isEnough = (): boolean => begun >= (settings.casesMax ?? Infinity) || (settings.untilFound && ledger.untriaged().length > 0);
  const corpus = corpusOf(plan, points, sweeping.seed, (key, novelties) => ledger.keeps({ key, novelties }));
  const take = async (point: FaultPoint, isAgain = false): Promise<void> => {
    begun += 1;
    const result = await played(point, plan, sweeping, corpus);
    if (signal.aborted) return;
    if (isStarved(result) && !isAgain) {
      begun -= 1;
      return void starved.push(point);
    }
    await enter(result, point.key, spentMs(), { failures, ledger, settings });
    if (ledger.cases.size % TELL_EVERY === 0)
      settings.say(`${ledger.cases.size} cases, ${failures.size + ledger.findings.size} finding(s), ${Math.round(spentMs() / 1_000)} s`);
  };
  const takeAll = async (these: readonly FaultPoint[], jobs: number, mayBegin: () => boolean): Promise<void> => {
    const left = these.filter(({ key }) => !ledger.cases.has(key));
    await sideBySide([...left.keys()], { jobs, signal, mayBegin, inTheWay: () => false }, (index) =>
      take(left[index] as FaultPoint, these === starved),
    );
  };
  const mayBegin = (): boolean => spentMs() < settings.budgetMs && !isEnough();
  for (let round = 1; round <= RANDOM_ROUNDS_MAX && points.length > 0 && mayBegin() && !signal.aborted; round++) {
    const other = randomRound(points, sweeping.seed, round);
    for (const some of partsOf(round === 1 ? mixedWith(points, other) : other)) {
      await takeAll(some, settings.jobs, mayBegin);
      await takeAll(corpus.next(), settings.jobs, mayBegin);
    }
  }
  const untilMs = performance.now() + AGAIN_ALONE_MS;
  await takeAll(starved, 1, () => performance.now() < untilMs && !isEnough());
  return { failures, leftStarved: starved.filter(({ key }) => !ledger.cases.has(key)).length };
}

function partsOf<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / PART) }, (_, index) => items.slice(index * PART, (index + 1) * PART));
}

interface Corpus {
  saw(point: FaultPoint, history: History): void;
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
    saw(point, history) {
      const seen = shownBy(history);
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

/** What passes leaves nothing, once it has been looked at: thousands of histories would fill the disk. */
async function played(point: FaultPoint, plan: SweptPlan, sweeping: Sweeping, corpus: Corpus): Promise<CaseResult> {
  const work = point.workSeed === undefined ? plan.work : await workOf(sweeping, point.workSeed);
  const result = await playCase(sweeping, caseOf(sweeping, { ...plan, work: [...work] }, point), true);
  const outcome = outcomeOf(result);
  if (outcome === 'clean') corpus.saw(point, await historyIn(result.folder));
  if (outcome !== 'found') await rm(result.folder, { recursive: true, force: true });
  return result;
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
