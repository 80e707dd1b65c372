// What the runtimes say about this machine. A runtime loads what it needs only when it is asked.
import type { RuntimeName, UserRuntime } from '../../model/case.ts';
import { findToxiproxy, type ToxiproxySource } from '../../network/engines/engines.ts';
import { RUNTIMES } from '../../runtime/registry/runtimes.ts';

/** What a runtime lacks here, with the cure. */
export function runtimeUnavailable(name: UserRuntime): Promise<string | undefined> {
  return RUNTIMES[name]().unavailable();
}

/** Where Toxiproxy comes from for the runs of this runtime. */
export function toxiproxyFor(name: RuntimeName): Promise<ToxiproxySource> {
  return findToxiproxy(RUNTIMES[name]().helpers);
}
