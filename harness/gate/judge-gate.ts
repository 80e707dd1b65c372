// Holds the policy against what was counted. It is pure, so a test can judge a gate from hand-written rows.
import type { Policy } from '../model/policy.ts';
import { percent, rateOf } from '../model/values/rate.ts';
import {
  GATE_VERSION,
  type Changes,
  type Clause,
  type DefectTally,
  type FalseAlarms,
  type GateOutcome,
  type ScenarioTally,
  type Skip,
} from '../results/gate-outcome.ts';
import { isCaught, isHarnessError, type CaseRow, type Summary } from '../results/summary.ts';
import { residualRisk } from './residual-risk.ts';

/** A defect that the policy asks for, and what of it was planned. */
export interface WantedDefect {
  id: string;
  scenario: string;
  title: string;
  oracle: string;
  /** The patch no longer applies: which file and hunk. */
  broken?: string;
}

/** What came of the sweeps that the policy asks for. */
export interface SweptFacts {
  /** Enumerated fault points of all workloads, and those that are done. */
  points: number;
  done: number;
  /** In words, with the workload. */
  findings: readonly string[];
  /** Workloads of which nothing can be said, and why. */
  unclear: readonly string[];
}

export interface GateFacts {
  policy: Policy;
  summary: Summary;
  commit: string | null;
  /** How many cases were planned. */
  planned: number;
  defects: readonly WantedDefect[];
  falseAlarms: FalseAlarms | 'not measured';
  changes?: Changes;
  /** Of a policy with `sweep`. */
  swept?: SweptFacts;
}

export function judgeGate(facts: GateFacts): GateOutcome {
  const { policy, summary, commit, planned } = facts;
  const { tornwire, startedAt, durationMs, seed } = summary;
  const scenarios = scenarioTallies(summary.cases);
  const defects = facts.defects.flatMap((wanted) => policy.runtimes.map((runtime) => defectTally(wanted, runtime, summary.cases, policy)));
  const skips = skipsOf(summary.cases);
  const notRun = planned - summary.cases.length;
  const clauses = [
    cleanClause(scenarios, policy),
    defectsClause(defects, policy),
    verdictsClause(scenarios, policy),
    skipsClause(skips),
    budgetClause(notRun, policy),
    harnessClause(summary.cases),
    ...flawsClause(summary),
    ...sweepClauses(facts.swept, policy),
  ];
  return {
    version: GATE_VERSION,
    tornwire,
    commit,
    startedAt,
    durationMs,
    seed,
    policy,
    outcome: outcomeOf(clauses, summary),
    clauses,
    scenarios,
    defects,
    skips,
    notRun,
    falseAlarms: facts.falseAlarms,
    residualRisk: residualRisk(scenarios, defects),
    ...(facts.changes && { changes: facts.changes }),
  };
}

/** In the order of the exit codes: 130, 3, 1, 4, 0. */
function outcomeOf(clauses: readonly Clause[], summary: Summary): GateOutcome['outcome'] {
  if (summary.interrupted) return 'interrupted';
  if (summary.cases.some(isHarnessError)) return 'harness-error';
  if (clauses.some((clause) => clause.holds === 'no')) return 'fail';
  return clauses.every((clause) => clause.holds === 'yes') ? 'pass' : 'incomplete';
}

function cleanClause(scenarios: readonly ScenarioTally[], { clean }: Policy): Clause {
  const name = 'clean cases pass';
  const runs = total(scenarios, (tally) => tally.passed + tally.failed);
  const failed = total(scenarios, (tally) => tally.failed);
  const always = scenarios.filter((tally) => tally.failed > 0 && tally.passed === 0);
  if (always.length > 0) return { name, holds: 'no', detail: `${listed(always.map((tally) => tally.scenario))} failed every time` };
  if (runs === 0) return { name, holds: 'unsettled', detail: 'no clean case was judged' };
  const failing = listed(scenarios.filter((tally) => tally.failed > 0).map((tally) => `${tally.scenario} ${tally.failed} times`));
  const detail = `${runs - failed} of ${runs} passed${failed > 0 ? `; failed: ${failing}` : ''}`;
  return { name, holds: failed / runs <= clean.flakeRateMax ? 'yes' : 'no', detail };
}

function defectsClause(defects: readonly DefectTally[], { defects: { caughtRateMin } }: Policy): Clause {
  const name = 'reported bugs are caught by their oracles';
  const caught = defects.filter((tally) => tally.state === 'caught').length;
  const wrong = defects.filter((tally) => tally.state === 'missed' || tally.state === 'patch does not apply');
  // What cannot run in one runtime by its nature is settled by the other one, or named among what is not known.
  const open = defects.filter((tally) => tally.state === 'not run' || (tally.state === 'skipped' && tally.byDesign !== true));
  const told = [...wrong, ...open].map((tally) => `${tally.defect} ${tally.state}${tally.detail === '' ? '' : ` (${tally.detail})`}`);
  const detail = `${caught} of ${defects.length} caught in at least ${percent(caughtRateMin)} of their runs${told.length > 0 ? `; ${listed(told)}` : ''}`;
  return { name, holds: wrong.length > 0 ? 'no' : open.length > 0 ? 'unsettled' : 'yes', detail };
}

function verdictsClause(scenarios: readonly ScenarioTally[], { clean }: Policy): Clause {
  const unknown = total(scenarios, (tally) => tally.unknown);
  const runs = total(scenarios, (tally) => tally.passed + tally.failed + tally.unknown);
  const within = runs > 0 && unknown / runs <= clean.unknownRateMax;
  const detail = `${unknown} of ${runs} clean cases ended unknown, ${percent(clean.unknownRateMax)} may`;
  return { name: 'verdicts are reached', holds: within ? 'yes' : 'unsettled', detail };
}

function skipsClause(skips: readonly Skip[]): Clause {
  const missing = skips.filter((skip) => !skip.byDesign);
  const reasons = [...new Set(missing.map((skip) => skip.reason))];
  const byDesign = skips.length - missing.length;
  const detail =
    missing.length === 0
      ? `nothing is missing${byDesign > 0 ? `; ${byDesign} cannot run there by design` : ''}`
      : `${missing.length} skipped: ${reasons.join('; ')}`;
  return { name: 'nothing was skipped that could have run', holds: missing.length === 0 ? 'yes' : 'unsettled', detail };
}

function budgetClause(notRun: number, policy: Policy): Clause {
  const detail = notRun > 0 ? `${notRun} case(s) were not begun within ${policy.budget}` : `everything was begun within ${policy.budget}`;
  return { name: 'the budget sufficed', holds: notRun > 0 ? 'unsettled' : 'yes', detail };
}

function harnessClause(rows: readonly CaseRow[]): Clause {
  const broken = rows.filter(isHarnessError);
  const detail = broken.length > 0 ? listed(broken.map((row) => `${row.scenario}: ${row.reason}`)) : 'no error of the harness';
  return { name: 'the harness did its work', holds: broken.length > 0 ? 'unsettled' : 'yes', detail };
}

function sweepClauses(swept: SweptFacts | undefined, { sweep }: Policy): Clause[] {
  if (!sweep) return [];
  const name = 'sweeps find nothing';
  if (!swept) return [{ name, holds: 'unsettled', detail: 'nothing was swept' }];
  const { points, done, findings, unclear } = swept;
  const share = points === 0 ? 0 : done / points;
  const isEnough = points > 0 && share >= sweep.coverageMin;
  const found = [...findings, ...unclear];
  return [
    {
      name,
      holds: findings.length > 0 ? 'no' : unclear.length > 0 ? 'unsettled' : 'yes',
      detail: found.length === 0 ? `no finding in ${sweep.budget}` : listed(found),
    },
    {
      name: 'sweeps cover enough',
      holds: isEnough ? 'yes' : 'unsettled',
      detail: `${done} of ${points} fault points are done, ${percent(share)}; ${percent(sweep.coverageMin)} must be`,
    },
  ];
}

/** It holds in any case: what is accepted no longer fails as a clean case does. It is there so that nobody overlooks it. */
function flawsClause({ cases, knownFlaws }: Summary): Clause[] {
  const accepted = cases.flatMap((row) =>
    (row.accepted ?? []).map(({ oracle, reason, until }) => `${row.scenario}: ${oracle} (${reason}, until ${until})`),
  );
  if (accepted.length === 0 && !knownFlaws) return [];
  const { expired = [], unused = [] } = knownFlaws ?? {};
  const parts = [
    `${accepted.length} finding(s) accepted${accepted.length > 0 ? `: ${listed([...new Set(accepted)])}` : ''}`,
    ...(expired.length > 0 ? [`no longer accepted: ${listed(expired)}`] : []),
    ...(unused.length > 0 ? [`accepted and not seen: ${listed(unused)}`] : []),
  ];
  return [{ name: 'known flaws are named', holds: 'yes', detail: parts.join('; ') }];
}

function scenarioTallies(rows: readonly CaseRow[]): ScenarioTally[] {
  const clean = rows.filter((row) => row.defect === null && row.verdict !== 'skipped');
  return [...Map.groupBy(clean, (row) => `${row.runtime} ${row.scenario}`).values()].map((group) => {
    const [first] = group as [CaseRow, ...CaseRow[]];
    const failed = group.filter((row) => row.verdict === 'fail');
    const passed = group.filter((row) => row.verdict === 'pass').length;
    return {
      scenario: first.scenario,
      runtime: first.runtime,
      passed,
      failed: failed.length,
      unknown: group.length - passed - failed.length,
      failing: rateOf(failed.length, passed + failed.length),
      replay: failed[0]?.replay ?? null,
    };
  });
}

function defectTally(wanted: WantedDefect, runtime: string, rows: readonly CaseRow[], policy: Policy): DefectTally {
  const { id: defect, scenario, title, oracle, broken } = wanted;
  const mine = rows.filter((row) => row.defect === defect && row.runtime === runtime);
  const ran = mine.filter((row) => row.verdict !== 'skipped');
  const caught = ran.filter(isCaught).length;
  const about = { defect, scenario, title, oracle, runtime, caught, runs: ran.length };
  if (broken !== undefined) return { ...about, state: 'patch does not apply', detail: broken };
  const [skipped] = mine;
  if (ran.length === 0 && skipped)
    return { ...about, state: 'skipped', detail: skipped.reason ?? '', ...(skipped.byDesign && { byDesign: true }) };
  if (ran.length === 0) return { ...about, state: 'not run', detail: 'the budget was used up' };
  if (caught / ran.length >= policy.defects.caughtRateMin) return { ...about, state: 'caught', detail: '' };
  const verdicts = [
    ...new Set(ran.filter((row) => !isCaught(row)).map((row) => `${row.verdict}${row.oracle === null ? '' : ` by ${row.oracle}`}`)),
  ];
  return { ...about, state: 'missed', detail: `${caught} of ${ran.length}; otherwise ${verdicts.join(', ')}` };
}

function skipsOf(rows: readonly CaseRow[]): Skip[] {
  const skipped = rows.filter((row) => row.verdict === 'skipped' && row.repeat === 1);
  return skipped.map(({ scenario, defect, runtime, reason, byDesign = false }) => ({
    scenario,
    defect,
    runtime,
    reason: reason ?? '',
    byDesign,
  }));
}

function total<T>(all: readonly T[], count: (one: T) => number): number {
  return all.reduce((sum, one) => sum + count(one), 0);
}

/** A long list ends where nobody reads on; the tables have it whole. */
function listed(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
