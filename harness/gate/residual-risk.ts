// What a green gate does not say, computed from what was counted.
import { percent, rateOf } from '../model/values/rate.ts';
import type { DefectTally, ScenarioTally } from '../results/gate-outcome.ts';

/** Shares of runs in which a bug might show, to be told about. */
const SHOWS_IN = [0.5, 0.1, 0.01];

export function residualRisk(scenarios: readonly ScenarioTally[], defects: readonly DefectTally[]): string[] {
  const judged = scenarios.map((tally) => tally.passed + tally.failed).filter((runs) => runs > 0);
  if (judged.length === 0) return ['no clean case was judged: nothing is known'];
  return [aboutRareBugs(Math.min(...judged)), aboutRuns(judged), ...aboutJudges(defects)];
}

/** A bug that shows in a share p of a scenario's runs stays unseen in n runs with probability (1 - p)^n. */
function aboutRareBugs(runs: number): string {
  const cases = SHOWS_IN.map((share) => `${percent(share)} of its runs with probability ${percent((1 - share) ** runs)}`);
  const seen = 1 - 0.05 ** (1 / runs);
  return `a bug of one scenario that shows in fewer than ${percent(seen)} of its runs would be missed by ${runs} run(s) with probability above 5 %; one that shows in ${cases.join(', in ')}`;
}

function aboutRuns(judged: readonly number[]): string {
  const total = judged.reduce((sum, runs) => sum + runs, 0);
  return `a bug that any scenario would show, in fewer than ${percent(1 - 0.05 ** (1 / total))} of all runs, would be missed by all ${total} with probability above 5 %; a bug that no scenario reaches is missed for certain`;
}

function aboutJudges(defects: readonly DefectTally[]): string[] {
  const ran = defects.filter((tally) => tally.runs > 0);
  if (ran.length === 0) return ['no defect was brought back: that the oracles would catch one is not shown'];
  const caught = rateOf(ran.filter((tally) => tally.state === 'caught').length, ran.length);
  return [
    `of ${ran.length} reported bugs brought back, ${caught.times} were caught: of bugs like these between ${percent(1 - caught.high)} and ${percent(1 - caught.low)} would be missed (95 % interval); of others nothing is known`,
  ];
}
