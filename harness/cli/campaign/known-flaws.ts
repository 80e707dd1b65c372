// Known flaws in a campaign: those of the project's file and those of its scenarios, held against each case as it ends, and what
// became of each of them at the end.
import { join } from 'node:path';
import { readKnownFlaws } from '../../gate/known-flaws-file.ts';
import type { CaseResult } from '../../model/case-result.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { fingerprint } from '../../model/judging/fingerprint.ts';
import { flawText, isExpired, type KnownFlaw, withoutAccepted } from '../../model/judging/known-flaw.ts';
import type { AcceptedRow, CaseRow, KnownFlawsNote } from '../../results/summary.ts';
import { suggestion, UsageError } from '../base/usage-error.ts';

const FILE = 'tornwire.accept.yaml';

/** @throws SettingsError for a file that is no such file, UsageError for a scenario in it that the project does not have. */
export async function knownFlawsOf(root: string, all: readonly DescribedScenario[]): Promise<readonly KnownFlaw[]> {
  const flaws = await readKnownFlaws(join(root, FILE));
  const names = all.map(({ name }) => name);
  const lost = flaws.find(({ scenario }) => scenario !== undefined && !names.includes(scenario))?.scenario;
  if (lost !== undefined) throw new UsageError(`${FILE} names the scenario '${lost}', which is not here${suggestion(lost, names)}`);
  return [
    ...flaws,
    ...all.flatMap(({ name, mistake, accept = [] }) => (mistake === undefined ? accept : []).map((flaw) => ({ ...flaw, scenario: name }))),
  ];
}

/** The result without what is accepted, and that. A bug that is brought back on purpose is judged whole. */
export function held(
  result: CaseResult,
  { topology }: DescribedScenario,
  flaws: readonly KnownFlaw[],
): { result: CaseResult; accepted: readonly AcceptedRow[] } {
  if (result.case.defect !== undefined) return { result, accepted: [] };
  const { verdict, accepted } = withoutAccepted(result.verdict, result.case.scenario, flaws, new Date());
  if (accepted.length === 0) return { result, accepted: [] };
  const [first] = verdict.outcome === 'fail' ? verdict.findings : [];
  const role = topology?.nodes.find(({ name }) => name === first?.subject)?.role ?? first?.subject ?? '';
  const rows = accepted.map(({ finding: { oracle, message }, flaw: { reason, until } }) => ({ oracle, message, reason, until }));
  return { result: { ...result, verdict, fingerprint: first ? fingerprint(first, role) : '' }, accepted: rows };
}

/** What is to be said of flaws that are no longer accepted, and of those that no case of theirs showed; undefined without any flaw. */
export function noteOn(flaws: readonly KnownFlaw[], rows: readonly CaseRow[]): KnownFlawsNote | undefined {
  const judged = rows.filter(({ defect, verdict }) => defect === null && (verdict === 'pass' || verdict === 'fail'));
  const concerned = flaws.filter((flaw) => judged.some((row) => flaw.scenario === undefined || flaw.scenario === row.scenario));
  if (concerned.length === 0) return undefined;
  const [expired, current] = [true, false].map((is) => concerned.filter((flaw) => isExpired(flaw, new Date()) === is)) as [
    KnownFlaw[],
    KnownFlaw[],
  ];
  const seen = (flaw: KnownFlaw): boolean =>
    judged.some(
      ({ scenario, accepted = [] }) =>
        (flaw.scenario === undefined || flaw.scenario === scenario) &&
        accepted.some(({ oracle, message }) => oracle === flaw.oracle && message.includes(flaw.contains)),
    );
  return { expired: expired.map(flawText), unused: current.filter((flaw) => !seen(flaw)).map(flawText) };
}
