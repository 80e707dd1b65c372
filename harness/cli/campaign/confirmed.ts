// Speed 1 is the truth. A failure with faster clocks is taken again at speed 1, and only what comes back is a failure. At
// ten times the speed a slow processor alone can look like a bug.
import { join } from 'node:path';
import { unknown } from '../../model/judging/verdict.ts';
import type { ClockNote } from '../../results/summary.ts';
import type { CaseResult } from '../../model/case-result.ts';
import type { PlannedCase } from './planned-case.ts';

export interface Confirmed {
  result: CaseResult;
  /** What was run last: a confirmed failure is saved and replayed as what it is at speed 1. */
  item: PlannedCase;
  folder: string;
  clock?: ClockNote;
}

export async function confirmed(
  item: PlannedCase,
  folder: string,
  run: (item: PlannedCase, folder: string) => Promise<CaseResult>,
): Promise<Confirmed> {
  const found = await run(item, folder);
  const speed = item.case.clockSpeed;
  if (speed === 1) return { result: found, item, folder };
  if (found.verdict.outcome !== 'fail') return { result: found, item, folder, clock: { speed } };
  const slow: PlannedCase = { ...item, case: { ...item.case, clockSpeed: 1 } };
  const slowFolder = join(folder, 'at-speed-1');
  const again = await run(slow, slowFolder);
  const clock = { speed, foundAfterMs: Math.round(found.durationMs), confirmed: again.verdict.outcome === 'fail' };
  const durationMs = found.durationMs + again.durationMs;
  if (clock.confirmed) return { result: { ...again, durationMs }, item: slow, folder: slowFolder, clock };
  // An interrupt or a starved machine says nothing, and the campaign heeds both.
  if (again.verdict.outcome === 'unknown') return { result: { ...found, verdict: again.verdict, durationMs }, item, folder, clock };
  const { oracle, message } = found.verdict.findings[0];
  const verdict = unknown('clock-speed', 'unconfirmed', `found at x${speed} and not at x1: ${oracle}: ${message}`);
  return { result: { ...found, verdict, fingerprint: '', durationMs }, item, folder, clock };
}
