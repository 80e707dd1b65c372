// A variant that must fail passes only when the oracle that it names finds something: a judge that no longer sees the bug that
// was planted for it is found out.
import type { Oracle } from '../model/judging/oracle.ts';
import { failOrPass, pass, type Verdict } from '../model/judging/verdict.ts';
import { PlanError } from './plan.ts';

/** @throws PlanError when no oracle of the scenario has this name. */
export function checkExpected(expected: string | undefined, oracles: readonly Oracle[]): void {
  if (expected === undefined || oracles.some(({ name }) => name === expected)) return;
  throw new PlanError(`the scenario expects the oracle '${expected}' to fail, and there are ${oracles.map(({ name }) => name).join(', ')}`);
}

/** Without an expectation, and where nothing is known, the verdict stays what it is. */
export function asExpected(verdict: Verdict, expected: string | undefined): Verdict {
  if (expected === undefined || verdict.outcome === 'unknown') return verdict;
  const findings = verdict.outcome === 'fail' ? verdict.findings : [];
  const found = findings.filter(({ oracle }) => oracle === expected);
  if (found.length > 0)
    return pass(
      'all',
      findings.map(
        ({ oracle, message }) => `${oracle === expected ? 'what it must fail by' : 'what it failed by as well'}: ${oracle}: ${message}`,
      ),
    );
  const message = `the scenario must fail by '${expected}', and that oracle found nothing`;
  const missing = failOrPass('expected', [{ code: 'TW-EXPECTED', message, events: [] }]);
  return missing.outcome === 'fail' ? { ...missing, findings: [...missing.findings, ...findings] } : missing;
}
