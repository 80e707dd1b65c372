// The time of one sitting of a sweep. Its budget bounds all of it: recordings, cases, and what makes findings small. Only what is being played
// when it is used up is played to its end.

/** Of the budget: for making findings small, as soon as something has failed; and for cases that a busy machine has spoilt. */
const TRIAGE_SHARE = 1 / 4;
const ALONE_SHARE = 1 / 10;
/** No finding needs more. */
const TRIAGE_MS = 60_000;
const ALONE_MS = 30_000;

/** What is to be done behind the cases. */
interface Behind {
  findings: number;
  /** Cases that are taken again alone. */
  starved: number;
}

export interface Sitting {
  readonly budgetMs: number;
  /** Of all sittings of the sweep. */
  spentMs(): number;
  /** Of this sitting, at least 0. */
  leftMs(): number;
  /** For cases, so that there is time for what must come behind them; below 0 there is none. */
  leftForCasesMs(behind: Behind): number;
  /** For making the next of so many findings small. */
  partMs(findings: number): number;
}

/** @param spentMs of earlier sittings. @param findings that they have left: a sitting has time for these even where the budget is used up */
export function sittingOf(budgetMs: number, spentMs: number, findings: number): Sitting {
  const startedMs = performance.now();
  const ownMs = Math.max(budgetMs - spentMs, findings > 0 ? budgetMs * TRIAGE_SHARE : 0);
  const tookMs = (): number => performance.now() - startedMs;
  const leftMs = (): number => Math.max(0, ownMs - tookMs());
  return {
    budgetMs,
    spentMs: () => Math.round(spentMs + tookMs()),
    leftMs,
    leftForCasesMs(behind) {
      const small = Math.min(budgetMs * TRIAGE_SHARE, behind.findings * TRIAGE_MS);
      const alone = behind.starved > 0 ? Math.min(budgetMs * ALONE_SHARE, ALONE_MS) : 0;
      return budgetMs - spentMs - tookMs() - small - alone;
    },
    partMs: (left) => Math.min(TRIAGE_MS, leftMs() / Math.max(1, left)),
  };
}
