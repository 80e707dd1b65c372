// A check of an MCP server over stdio: the system and what holds at any time are the same for each.
import type { CheckWording } from '../../../model/check.ts';
import type { ScenarioSettings, System } from '../../../model/scenario.ts';
import { defineCheck, type Check, type Target } from '../../base/pack.ts';
import { stdioTarget } from '../../base/stdio-target.ts';
import { BESIDE } from './rules.ts';

type Settings = Omit<ScenarioSettings<object>, 'system'> & { check: CheckWording; system?: System };

/** What groups of checks are made with. */
export interface Making {
  target: Target;
  /** @param settings without a system: the target as it is */
  check: (settings: Settings) => Check;
}

/** The bound of a whole check. Those within it say more. */
const WITHIN = '90s';

export function makingOf(target: Target): Making {
  const asItIs = stdioTarget(target, 'json-rpc');
  return {
    target,
    check: ({ check, ...settings }) => defineCheck({ system: asItIs, within: WITHIN, ...settings, check: { beside: BESIDE, ...check } }),
  };
}
