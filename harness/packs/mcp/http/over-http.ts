// The checks of a server over streamable HTTP.
import type { Checks, Target } from '../../base/pack.ts';
import { httpMakingOf } from './base/http-check.ts';
import { ending } from './checks/ending.ts';
import { guarding } from './checks/guarding.ts';
import { leaving } from './checks/leaving.ts';
import { resuming } from './checks/resuming.ts';
import { scarcity } from './checks/scarcity.ts';
import { talk } from './checks/talk.ts';
import { volume } from './checks/volume.ts';
import { work } from './checks/work.ts';

export function overHttp(target: Target): Checks {
  const making = httpMakingOf(target);
  // The longest one comes early, so that others run beside it.
  return {
    ...talk(making),
    ...volume(making),
    ...leaving(making),
    ...resuming(making),
    ...guarding(making),
    ...work(making),
    ...ending(making),
    ...scarcity(making),
  };
}
