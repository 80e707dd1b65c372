// A check of an MCP server over streamable HTTP: the system and what holds at any time are the same for each.
import type { CheckWording } from '../../../../model/check.ts';
import type { Script, ScenarioSettings } from '../../../../model/scenario.ts';
import { defineCheck, type Check, type Target } from '../../../base/pack.ts';
import type { Lack } from '../../../base/places.ts';
import { BYTES, type Endpoint, endpointOf, endpointSystem, LINK } from './endpoint.ts';
import { HTTP_BESIDE } from './rules.ts';
import { open, type HttpSession } from './session.ts';

type Settings = Omit<ScenarioSettings<object>, 'system' | 'script'> & {
  check: CheckWording;
  script: (script: Script, endpoint: Endpoint) => Promise<void>;
  lack?: Lack;
  /** The script itself waits until it listens. */
  watched?: boolean;
};

/** What groups of checks are made with. */
export interface HttpMaking {
  target: Target;
  check: (settings: Settings) => Check;
}

/** The bound of a whole check. Those within it say more. */
const WITHIN = '90s';

export function httpMakingOf(target: Target): HttpMaking {
  const endpoint = endpointOf(target);
  const asItIs = endpointSystem(target);
  return {
    target,
    check: ({ check, script, lack, watched = false, ...settings }) =>
      defineCheck<object>({
        within: WITHIN,
        ...settings,
        system: lack === undefined && !watched ? asItIs : endpointSystem(target, { watched, ...(lack && { lack }) }),
        check: { beside: HTTP_BESIDE, ...check },
        script: (each) => script(each as Script, endpoint),
      }),
  };
}

/** A whole check: opens a session, does `act`, and sees that the session goes on. */
export function withHttpSession(
  act: (session: HttpSession, script: Script, endpoint: Endpoint) => Promise<void>,
): (script: Script, endpoint: Endpoint) => Promise<void> {
  return async (script, endpoint) => {
    const session = await open(script, endpoint, LINK);
    await act(session, script, endpoint);
    await session.ping('goes-on', 'the next ping', { link: BYTES });
  };
}
