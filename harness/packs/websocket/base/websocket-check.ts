// A check of a WebSocket server: the system and what holds at any time are the same for each.
import type { CheckWording } from '../../../model/check.ts';
import type { Script, ScenarioSettings } from '../../../model/scenario.ts';
import { defineCheck, type Check, type Target } from '../../base/pack.ts';
import { BESIDE } from './rules.ts';
import { serviceOf, serviceSystem, type Service } from './service.ts';

type Settings = Omit<ScenarioSettings<object>, 'system' | 'script'> & {
  check: CheckWording;
  script: (script: Script, service: Service) => Promise<void>;
  /** Asked to end by a signal, it may do so with any exit code. */
  anyCode?: boolean;
};

/** What makes checks of one server. */
export function checksOf(target: Target): (settings: Settings) => Check {
  const service = serviceOf(target);
  const system = serviceSystem(target);
  const withAnyCode = serviceSystem(target, { anyCode: true });
  return ({ check, script, anyCode = false, ...settings }) =>
    defineCheck<object>({
      ...settings,
      system: anyCode ? withAnyCode : system,
      check: { beside: BESIDE, ...check },
      script: (each) => script(each as Script, service),
    });
}
