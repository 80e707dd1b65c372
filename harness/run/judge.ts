// Oracles judge the finished history and give one verdict. Oracles may quote texts of any length, so this file bounds them
// for all.
import { boundedText } from '../model/values/bounded-text.ts';
import type { History } from '../model/judging/history.ts';
import type { Oracle, Plan } from '../model/judging/oracle.ts';
import { combine, unknown, type Finding, type Verdict } from '../model/judging/verdict.ts';

export function judge(history: History, plan: Plan, oracles: readonly Oracle[]): Verdict {
  return combine(oracles.map((oracle) => bounded(judgeOne(oracle, history, plan))));
}

function judgeOne(oracle: Oracle, history: History, plan: Plan): Verdict {
  try {
    return oracle.judge(history, plan);
  } catch (error) {
    return unknown(oracle.name, 'harness', `the oracle itself failed: ${(error as Error).stack ?? String(error)}`);
  }
}

function bounded(verdict: Verdict): Verdict {
  if (verdict.outcome === 'pass') return verdict;
  if (verdict.outcome === 'unknown')
    return { ...verdict, detail: boundedText(verdict.detail), findings: verdict.findings.map(boundedFinding) };
  const [first, ...rest] = verdict.findings;
  return { ...verdict, findings: [boundedFinding(first), ...rest.map(boundedFinding)] };
}

function boundedFinding(finding: Finding): Finding {
  return { ...finding, message: boundedText(finding.message) };
}
