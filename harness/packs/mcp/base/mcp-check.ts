// A check of an MCP server: the system and what holds at any time are the same for each.
import type { CheckWording } from '../../../model/check.ts';
import type { ScenarioSettings, System } from '../../../model/scenario.ts';
import { defineCheck, type Check } from '../../base/pack.ts';
import { BESIDE } from './rules.ts';

type Settings = Omit<ScenarioSettings<object>, 'system'> & { check: CheckWording; system?: System };

/** What makes checks on one system. */
export function checksOn(system: System): (settings: Settings) => Check {
  return ({ check, ...settings }) => defineCheck({ system, ...settings, check: { beside: BESIDE, ...check } });
}
