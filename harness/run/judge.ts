// Oracles judge the finished history and give one verdict. Oracles may quote texts of any length, so this file bounds them
// for all.
import { boundedText } from '../model/values/bounded-text.ts';
import type { Redactor } from '../model/secrets/redact.ts';
import { eventsOf, type History } from '../model/judging/history.ts';
import type { Oracle, Plan } from '../model/judging/oracle.ts';
import { combine, unknown, type Finding, type Verdict } from '../model/judging/verdict.ts';

/** Judges see secrets, and what they say holds none: replaced before it is cut, for half a secret is not known for one. */
export function judge(history: History, plan: Plan, oracles: readonly Oracle[], redact: Redactor): Verdict {
  return withLostDials(combine(oracles.map((oracle) => bounded(withoutSecrets(judgeOne(oracle, history, plan), redact)))), history);
}

/** A line of its own below what was found first: it may be the reason, and is no part of what tells this bug from others. */
function withLostDials(verdict: Verdict, history: History): Verdict {
  const [lost] = eventsOf(history, 'lost-dials');
  if (verdict.outcome !== 'fail' || !lost) return verdict;
  const [first, ...rest] = verdict.findings;
  const note = `${lost.dials} dial(s) had no way out of the box of this case: name what the system needs from the machine as outside`;
  return { ...verdict, findings: [{ ...first, message: `${first.message}\n${note}`, events: [...first.events, lost.seq] }, ...rest] };
}

function withoutSecrets(verdict: Verdict, redact: Redactor): Verdict {
  if (verdict.outcome === 'pass') return verdict;
  const of = (finding: Finding): Finding => ({
    ...finding,
    message: redact.text(finding.message),
    ...(finding.bug !== undefined && { bug: redact.text(finding.bug) }),
    ...(finding.cause !== undefined && { cause: redact.text(finding.cause) }),
    ...(finding.word !== undefined && { word: redact.text(finding.word) }),
  });
  if (verdict.outcome === 'unknown') return { ...verdict, detail: redact.text(verdict.detail), findings: verdict.findings.map(of) };
  const [first, ...rest] = verdict.findings;
  return { ...verdict, findings: [of(first), ...rest.map(of)] };
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
  return { ...finding, message: boundedText(finding.message), ...(finding.cause !== undefined && { cause: boundedText(finding.cause) }) };
}
