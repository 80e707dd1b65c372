// All runtimes. If a name is in model/case.ts and missing here, the compiler says so.
import type { RuntimeName } from '../../model/case.ts';
import { containerRuntime } from '../container/container-runtime.ts';
import { mockRuntime } from '../mock/mock-runtime.ts';
import { processRuntime } from '../process/process-runtime.ts';
import type { Belongings, Runtime, RuntimeSettings } from '../runtime.ts';

export const RUNTIMES: Readonly<Record<RuntimeName, (settings?: RuntimeSettings) => Runtime>> = {
  process: processRuntime,
  container: containerRuntime,
  mock: () => mockRuntime(),
};

/** Of the runtime of this name, or of all of them. */
export function belongingsOf(name?: string): Belongings[] {
  return Object.values(RUNTIMES).flatMap((make) => {
    const { name: own, belongings } = make();
    return belongings === undefined || (name !== undefined && name !== own) ? [] : [belongings];
  });
}
