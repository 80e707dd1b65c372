// One case of a campaign: what is run, and what is expected of it.
import type { Case } from '../../model/case.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import type { UnknownReason } from '../../model/judging/verdict.ts';

export interface PlannedCase {
  scenario: DescribedScenario;
  case: Case;
  repeat: number;
  /** The oracle that the defect's patch names. */
  expectedOracle: string | null;
  skipped?: string;
  /** Nothing of it can be judged, and that is nobody's choice: its row says why, and it is not begun. */
  unplayable?: { reason: UnknownReason; detail: string };
}
