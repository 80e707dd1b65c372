// A case that was saved: the scenario that it is of, and what of it may be run.
import { ownPoints } from '../../../explore/plan/own-points.ts';
import type { Case } from '../../../model/case.ts';
import type { DescribedScenario } from '../../../model/described-scenario.ts';
import type { Step } from '../../../model/faults/fault.ts';
import { originOf } from '../../../model/repro-origin.ts';
import type { Repro } from '../../../model/repro.ts';
import { secretsOfSystem } from '../../../model/secrets/secret-values.ts';
import { boundedText } from '../../../model/values/bounded-text.ts';
import { oneLine } from '../../../report/plain.ts';
import { checkPlan } from '../../../run/plan.ts';
import { redactorHere } from '../../base/secrets.ts';
import { suggestion, UsageError } from '../../base/usage-error.ts';
import { wantedDefects } from '../../campaign/cases.ts';

/** Whatever the file names must be here before anything is made. @throws UsageError PlanError */
export async function scenarioOf(saved: Repro, file: string, all: readonly DescribedScenario[]): Promise<DescribedScenario> {
  const { scenario, defect, schedule } = saved.case;
  const named = all.find((candidate) => candidate.name === scenario);
  const near = suggestion(
    scenario,
    all.map((n) => n.name),
  );
  if (!named) throw new UsageError(`${file} is of scenario '${scenario}', which is not here${near}`);
  if (defect !== undefined) await wantedDefects(all, [defect]);
  if (named.topology) checkPlan(named.topology, schedule as readonly Step[]);
  return named;
}

/** @throws UsageError naming what the file would run that its scenario does not, unless that is wanted. */
export function trustedCase(saved: Repro, scenario: DescribedScenario, file: string, trust: boolean): Case {
  const { parameters, schedule, topology } = scenario;
  const redact = redactorHere().knowing(topology ? secretsOfSystem(topology, schedule) : []);
  const isWorkload = scenario.operations !== undefined;
  const points = isWorkload && topology ? ownPoints(topology, saved.case.parameters['usual']) : undefined;
  const own = { parameters, schedule, isWorkload, ...(points && { points }) };
  const origin = originOf(saved.case as Case, own, redact);
  if (origin.foreign.length === 0 || trust) return origin.case;
  const what = boundedText(oneLine(redact.text(origin.foreign.join('; '))));
  throw new UsageError(`${file} is code, and not what scenario '${scenario.name}' does now: ${what}. If you want that run, say --trust`);
}
