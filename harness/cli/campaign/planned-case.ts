// One case of a campaign: what is run, and what is expected of it.
import type { Case } from '../../model/case.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import type { UnknownReason } from '../../model/judging/verdict.ts';
import { BY_DESIGN } from '../../model/scenario.ts';

export interface PlannedCase {
  scenario: DescribedScenario;
  case: Case;
  repeat: number;
  /** The command that runs it again, where that is another one than `tornwire run`: a check of a pack is in no file of the project. */
  replay?: string;
  /** The oracle that the defect's patch names. */
  expectedOracle: string | null;
  /** `byDesign`: it cannot run there by its nature. */
  skipped?: { reason: string; byDesign: boolean };
  /** Nothing of it can be judged, and that is nobody's choice: its row says why, and it is not begun. */
  unplayable?: { reason: UnknownReason; detail: string };
}

/** What a scenario's own `unavailable` says, once it is inside: its text is the scenario's, so its beginning is read here and nowhere else. */
export function skippedBecause(reason: string): NonNullable<PlannedCase['skipped']> {
  return { reason, byDesign: reason.startsWith(BY_DESIGN.trimEnd()) };
}
