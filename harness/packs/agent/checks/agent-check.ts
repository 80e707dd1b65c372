// A check of an agent: the system and what holds at any time are the same for each.
import type { CheckWording } from '../../../model/check.ts';
import { BY_DESIGN, type Script, type ScenarioSettings } from '../../../model/scenario.ts';
import { defineCheck, type Check, type Target } from '../../base/pack.ts';
import { agentSystem, hasModel } from '../base/agent-system.ts';
import { BESIDE } from '../base/rules.ts';

type Settings = Omit<ScenarioSettings<object>, 'system' | 'script' | 'unavailable'> & {
  check: CheckWording;
  script: (script: Script, prompt: string) => Promise<void>;
  /** What it cannot do without. */
  needs?: 'model' | 'prompt';
  answerBytes?: number;
  withoutTools?: boolean;
  anyCode?: boolean;
};

/** What makes checks of one agent. */
export function checksOf(target: Target): (settings: Settings) => Check {
  const withModel = hasModel(target);
  const { prompt } = target.settings ?? {};
  return ({ check, script, needs, answerBytes, withoutTools, anyCode, schedule, ...settings }) => {
    const lacks =
      (needs === 'model' && !withModel && '--model or --model-url-env') || (needs === 'prompt' && prompt === undefined && '--prompt');
    return defineCheck<object>({
      within: '120s',
      ...settings,
      // A step on a link that is not there would be a mistake of the check.
      ...(schedule !== undefined && lacks === false && { schedule }),
      system: agentSystem(target, { answerBytes, withoutTools, anyCode }),
      check: { beside: BESIDE, ...check },
      unavailable: () => (lacks === false ? undefined : `${BY_DESIGN}it needs ${lacks}`),
      script: (each) => script(each as Script, prompt ?? ''),
    });
  };
}
