// The only door for scenarios and users.
export { defineScenario } from './model/scenario.ts';
export type { NodeControl, OperationResult, Parameters, Scenario, Script, SideProbe, StateView, System } from './model/scenario.ts';
export {
  calls,
  cut,
  environment,
  fault,
  freeze,
  kill,
  latency,
  limit,
  networkCut,
  onClock,
  onFile,
  onNode,
  restart,
  split,
  stall,
  unread,
} from './model/steps.ts';
export type { FrameMatch, LinkFault, NodeFault, Step, Trigger } from './model/fault.ts';
export type { ClockFault, FileFault } from './model/file-fault.ts';
export type { Link, Address, Direction, Framing } from './model/link.ts';
export type { Node, Topology, Readiness } from './model/topology.ts';
export type { RuntimeName } from './model/case.ts';
export type { Event, History } from './model/history.ts';
export { eventsOf, observationsOf } from './model/history.ts';
export type { Oracle, Plan } from './model/oracle.ts';
export { failOrPass, pass, unknown } from './model/verdict.ts';
export type { Verdict } from './model/verdict.ts';
export type { Duration } from './model/duration.ts';
export type { Json } from './model/json.ts';
export type { MachineFinding } from './model/machine-finding.ts';
export { randomHandshakeKeys } from './oracles/handshake-keys.ts';
export { IndeterminateError } from './run/drive.ts';
