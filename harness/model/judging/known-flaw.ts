// A flaw that is known and accepted for a time: what it is found by, why it is accepted, and until when. Findings that fit are
// shown as accepted and fail nothing; everything else fails as ever.
import { z } from 'zod';
import type { Finding, Verdict } from './verdict.ts';

const text = z.string().trim().min(1, 'it is empty');

const acceptedFlawSchema = z.strictObject({
  /** The oracle whose finding it is. */
  oracle: text,
  /** The finding holds this text, letter by letter. */
  contains: text,
  /** Why it is accepted: a ticket, a decision. */
  reason: text,
  /** The last day on which it is accepted (UTC), as 2026-12-31. */
  until: z.iso.date('write a day such as 2026-12-31'),
});

export const knownFlawSchema = acceptedFlawSchema.extend({
  /** The scenario's name, as `tornwire list` has it. Any, when absent. */
  scenario: text.optional(),
});

/** On a scenario. */
export type AcceptedFlaw = z.infer<typeof acceptedFlawSchema>;
export type KnownFlaw = z.infer<typeof knownFlawSchema>;

export interface AcceptedFinding {
  finding: Finding;
  flaw: KnownFlaw;
}

export function isExpired({ until }: KnownFlaw, now: Date): boolean {
  return now.toISOString().slice(0, 10) > until;
}

/**
 * The verdict without the findings that are accepted, which are told beside it: a pass when nothing else is left. Only a failure is
 * touched, for an unknown verdict says that nothing is known.
 */
export function withoutAccepted(
  verdict: Verdict,
  scenario: string,
  flaws: readonly KnownFlaw[],
  now: Date,
): { verdict: Verdict; accepted: readonly AcceptedFinding[] } {
  if (verdict.outcome !== 'fail') return { verdict, accepted: [] };
  const accepted: AcceptedFinding[] = [];
  const left: Finding[] = [];
  for (const finding of verdict.findings) {
    const flaw = flaws.find((each) => !isExpired(each, now) && fits(each, scenario, finding));
    if (flaw) accepted.push({ finding, flaw });
    else left.push(finding);
  }
  if (accepted.length === 0) return { verdict, accepted };
  const [first, ...rest] = left;
  if (first) return { verdict: { outcome: 'fail', oracle: first.oracle, findings: [first, ...rest] }, accepted };
  return { verdict: { outcome: 'pass', oracle: 'all', restsOn: accepted.map(acceptedText) }, accepted };
}

function fits({ scenario, oracle, contains }: KnownFlaw, name: string, finding: Finding): boolean {
  return (scenario === undefined || scenario === name) && oracle === finding.oracle && finding.message.includes(contains);
}

function acceptedText({ finding, flaw }: AcceptedFinding): string {
  return `a flaw that is accepted until ${flaw.until} (${flaw.reason}): ${finding.oracle}: ${finding.message}`;
}

/** As messages call it. */
export function flawText({ scenario, oracle, contains, reason, until }: KnownFlaw): string {
  return `${oracle} '${contains}'${scenario === undefined ? '' : ` of ${scenario}`} (${reason}, until ${until})`;
}

/** What is wrong with the flaws that a scenario accepts, in words; undefined when nothing is. */
export function acceptProblem(flaws: unknown): string | undefined {
  const parsed = z.array(acceptedFlawSchema).safeParse(flaws);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  return `accept ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it has not the shape of a flaw'}`;
}
