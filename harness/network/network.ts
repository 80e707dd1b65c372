// How links are routed and broken. One network for each run holds a proxy for every proxied link. Faults are armed
// beforehand, and the engines report what they did as events.
import type { LinkStep } from '../model/faults/fault.ts';
import type { Topology } from '../model/system/topology.ts';
import type { Ground } from '../runtime/runtime.ts';
import type { EngineChoice } from '../model/case.ts';
import type { EngineName } from './api/engine.ts';
import type { NetworkSink } from './api/network-sink.ts';

/** Which engine carries which link; links without one are dialled directly. */
export type Routing = ReadonlyMap<string, EngineName>;

export interface Networks {
  /** Picks an engine per link that can carry its steps, or says why none can. `byDesign`: another engine or runtime could. */
  route(
    topology: Topology,
    steps: readonly LinkStep[],
    choice: EngineChoice,
  ): Promise<{ routing: Routing } | { refused: string; byDesign: boolean }>;
  /** Starts the engines on the ground and creates every proxy; all addresses accept when it resolves. */
  open(request: NetworkRequest): Promise<Network>;
}

export interface NetworkRequest {
  ground: Ground;
  topology: Topology;
  routing: Routing;
  seed: number;
  sink: NetworkSink;
}

export interface Network extends AsyncDisposable {
  /** For reports: name and version of each engine in use. */
  readonly engines: readonly string[];
  arm(step: LinkStep): Promise<void>;
  lift(stepId: string): Promise<void>;
  liftAll(): Promise<void>;
  /** Resolves once every event that the engines had made by now has reached the sink. */
  drained(): Promise<void>;
}
