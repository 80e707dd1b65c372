// A scenario file as a module. Its default export is one scenario, or an object of variants. A variant is called by the
// file and its own key.
import { pathToFileURL } from 'node:url';
import type { MachineFinding, MachineFindings } from '../../model/judging/machine-finding.ts';
import type { NamedScenario, Scenario } from '../../model/scenario.ts';

/** A file that gives no scenario, or not the one that was asked for. */
export class NoScenarioError extends Error {}

/** @throws whatever the module throws; NoScenarioError. */
export async function scenariosIn(name: string, file: string): Promise<NamedScenario[]> {
  const { default: exported } = (await import(pathToFileURL(file).href)) as { default?: unknown };
  if (isScenario(exported)) return [{ name, file, scenario: exported }];
  const variants = Object.entries(typeof exported === 'object' && exported !== null ? exported : {});
  if (!variants.some(([, value]) => isScenario(value)))
    throw new NoScenarioError('it does not export a scenario by default, nor an object of its variants');
  // A variant that is none is kept: what it lacks is told in its own row.
  return variants.map(([key, value]) => ({ name: `${name}/${key}`, file, scenario: isScenario(value) ? value : ({} as Scenario) }));
}

/** What a project says of this machine. @throws whatever the module throws; NoScenarioError. */
export async function machineFindingsIn(file: string): Promise<readonly MachineFinding[]> {
  const { default: findings } = (await import(pathToFileURL(file).href)) as { default?: MachineFindings };
  if (typeof findings !== 'function') throw new NoScenarioError('it does not export a function by default');
  return (await findings()).map(({ name, has, detail, cure }) => ({ name, has, detail, ...(cure !== undefined && { cure }) }));
}

/** By its title alone: what else it lacks is told by name. */
function isScenario(value: unknown): value is Scenario {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Scenario>).title === 'string';
}
