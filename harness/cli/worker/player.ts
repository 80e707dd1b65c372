// Plays a case in this process. If something keeps the case from a verdict of its own, the verdict is unknown, with the
// reason.
import type { Case } from '../../model/case.ts';
import type { Redactor } from '../../model/secrets/redact.ts';
import type { NamedScenario } from '../../model/scenario.ts';
import type { UnknownReason } from '../../model/judging/verdict.ts';
import { withoutVerdict } from '../../results/without-verdict.ts';
import type { CaseResult } from '../../model/case-result.ts';
import type { Assembly } from '../base/assemble.ts';
import type { ErrorLine } from './place.ts';
import type { StrayWatch } from './strays.ts';

interface Playing {
  assembly: Assembly;
  named: NamedScenario;
  given: Case;
  folder: string;
  signal: AbortSignal;
  strays: StrayWatch;
  lineOf: ErrorLine;
  redact: Redactor;
}

export async function play({
  assembly,
  named,
  given,
  folder,
  signal,
  strays,
  lineOf,
  redact,
}: Playing): Promise<CaseResult | { stop: string }> {
  const startedMs = performance.now();
  try {
    const heard = (listener: (line: string) => void) => strays.listen(folder, (error) => listener(lineOf(error)));
    return await assembly.run(named, given, folder, signal, heard);
  } catch (error) {
    const kind = (error as Error | undefined)?.constructor?.name ?? '';
    if (kind === 'RecorderError') return { stop: (error as Error).message };
    const reason = REASONS.get(kind) ?? 'harness';
    // In one line for what was foreseen; the stack of anything else is for whoever mends it.
    if (!FORESEEN.has(kind))
      process.stderr.write(redact.text(`tornwire: ${given.scenario}: ${(error as Error | undefined)?.stack ?? String(error)}\n`));
    const detail = FORESEEN.has(kind) ? redact.text((error as Error).message) : lineOf(error);
    const title = redact.text(named.scenario.title);
    return withoutVerdict({ given, title, folder, reason, detail, durationMs: performance.now() - startedMs });
  }
}

/** By name, as `cli/program.ts` tells errors apart. */
const REASONS = new Map<string, UnknownReason>([
  ['InjectorError', 'injector'],
  ['PlanError', 'mistaken'],
  ['TopologyError', 'mistaken'],
]);
const FORESEEN = new Set([...REASONS.keys(), 'RuntimeError', 'DefectError', 'UnknownStepError']);
