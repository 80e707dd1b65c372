// A suspicion is a finding that may carry a doubt: something about the run itself that could explain the finding as well.
// One suspicion without a doubt makes the verdict fail. If all have a doubt, the verdict is unknown, never pass.
import type { FindingCode } from '../../model/codes/findings.ts';
import { failOrPass, type Finding, type UnknownReason, type Verdict } from '../../model/judging/verdict.ts';

export interface Suspicion {
  finding: Omit<Finding, 'oracle'> & { code: FindingCode };
  doubt?: { reason: UnknownReason; detail: string };
}

export function verdictOn(oracle: string, suspicions: readonly Suspicion[]): Verdict {
  const certain = suspicions.filter((suspicion) => !suspicion.doubt).map(inOrder);
  const doubtful = suspicions.find((suspicion) => suspicion.doubt)?.doubt;
  const beside = suspicions.filter(({ doubt, finding }) => doubt && finding.beside).map(inOrder);
  if (certain.length > 0 || !doubtful) return failOrPass(oracle, [...certain, ...beside]);
  const findings = suspicions.map((suspicion) => ({ oracle, ...inOrder(suspicion) }));
  return { outcome: 'unknown', oracle, ...doubtful, findings };
}

function inOrder({ finding }: Suspicion): Suspicion['finding'] {
  return { ...finding, events: [...new Set(finding.events)].toSorted((a, b) => a - b) };
}
