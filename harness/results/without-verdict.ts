// The result of a case that was begun and could not be judged. It is unknown, with the reason, and is never lost.
import type { Case } from '../model/case.ts';
import { unknown, type UnknownReason } from '../model/judging/verdict.ts';
import type { CaseResult } from '../model/case-result.ts';

export interface Unjudged {
  given: Case;
  title: string;
  folder: string;
  reason: UnknownReason;
  detail: string;
  durationMs: number;
}

export function withoutVerdict({ given, title, folder, reason, detail, durationMs }: Unjudged): CaseResult {
  const verdict = unknown('run', reason, detail);
  return { case: given, title, verdict, durationMs, driveMs: 0, folder, engines: [], decisions: [], fingerprint: '' };
}
