// How late is too late on a machine that gives nobody time? All oracles use one rule: the time that the machine took is
// subtracted from the time that was waited. The rest is the system's own time, and only that is held against the bound.
import type { History } from '../../model/judging/history.ts';
import { inWords, lostIn, readingsIn, type Reading } from './lost-time.ts';
import type { Suspicion } from './suspicion.ts';
import { lasting } from '../../model/text/words.ts';

/** Something that was asked for and did not come in time. */
export interface Wait {
  /** When it was asked for. */
  fromMs: number;
  /** How long it was waited for, at least: until it came, or until nobody waited any more. */
  waitedMs: number;
  boundMs: number;
  /** Every thread of the system slept, which no thread does that wants a processor. */
  asleep?: boolean;
}

interface Lateness extends Pick<Suspicion, 'doubt'> {
  /** Words for the finding where the machine explains only a part of the lateness. */
  unexplained?: string;
}

/**
 * What a busy machine has to do with waits that were too long. They are doubted only where it explains every one of them:
 * where less than the bound is left of the wait once the time that the machine may have taken is set aside. That rest never
 * shrinks as the wait grows, so what was never answered is never easier to excuse than what was answered late.
 */
export function lateness(history: History, waits: readonly Wait[]): Lateness {
  const readings = readingsIn(history);
  const judged = waits.map((wait) => judge(wait, readings)).toSorted((a, b) => b.ownMs - b.boundMs - (a.ownMs - a.boundMs));
  const [worst] = judged;
  if (!worst?.reading) return {};
  const lost = `at most ${lasting(worst.lostMs)} of ${lasting(worst.waitedMs)}`;
  if (!judged.every(isExplained)) return { unexplained: `a busy machine explains ${lost}: ${inWords(worst.reading)}` };
  const detail = `the machine was starved: it took ${lost}, the bound is ${lasting(worst.boundMs)}: ${inWords(worst.reading)}; run the case again alone`;
  return { doubt: { reason: 'starved', detail } };
}

/** The doubt about a state that has no bound of its own: the machine took some of the time. */
export function starvedDoubt(history: History, fromMs: number, toMs: number): Pick<Suspicion, 'doubt'> {
  const { reading } = judge({ fromMs, waitedMs: toMs - fromMs, boundMs: 0 }, readingsIn(history));
  return reading ? { doubt: { reason: 'starved', detail: `the machine was starved: ${inWords(reading)}; run the case again alone` } } : {};
}

interface Judged {
  waitedMs: number;
  boundMs: number;
  lostMs: number;
  ownMs: number;
  /** The reading that took the most; undefined when the machine had time. */
  reading: Reading | undefined;
}

function judge({ fromMs, waitedMs, boundMs, asleep = false }: Wait, readings: readonly Reading[]): Judged {
  let lostMs = 0;
  let most: { reading: Reading; lostMs: number } | undefined;
  for (const reading of readings) {
    const lost = lostIn(reading, fromMs, fromMs + waitedMs, asleep);
    lostMs += lost;
    if (lost > (most?.lostMs ?? 0)) most = { reading, lostMs: lost };
  }
  return { waitedMs, boundMs, lostMs, ownMs: waitedMs - lostMs, reading: most?.reading };
}

/** What is no lateness at all, such as a request that was refused at once, is not made one by a calm machine. */
function isExplained({ ownMs, boundMs, reading }: Judged): boolean {
  return reading !== undefined && ownMs < boundMs;
}
