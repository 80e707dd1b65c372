// The only module that scenarios and users import. Every type that a signature here names is exported too.
/// <reference types="node" preserve="true" />
import './node-22.ts';

export { defineScenario, IndeterminateError } from './model/scenario.ts';
export type {
  CyclesOptions,
  HeldMore,
  Met,
  NodeControl,
  ScriptChild,
  OperationResult,
  Parameters,
  Scenario,
  ScenarioSettings,
  Script,
  SideProbe,
  StateView,
  System,
  WorkSource,
} from './model/scenario.ts';
export { defineWorkload } from './explore/work/workload.ts';
export type {
  Given,
  SaidOperation,
  SayOperation,
  WorkAnswer,
  Watching,
  WorkloadSettings,
  WorkObserver,
  WorkOperation,
  WorkRecovery,
  WorkRule,
} from './explore/work/parts.ts';
export type { Arbitraries } from './explore/work/arbitraries.ts';
export type { CheckWording, Rule } from './model/check.ts';
export type { SaidByCheck, SeenCrash } from './model/judging/said-by-check.ts';
export type { RuntimeName } from './model/case.ts';
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
  respond,
  stall,
  unread,
} from './model/faults/steps.ts';
export type { Firings, Where, WhereFile, WhereNode } from './model/faults/steps.ts';
export type { CutHow, FrameMatch, Gap, LinkFault, LinkStep, NodeFault, NodeStep, Step, Trigger } from './model/faults/fault.ts';
export type { Answer } from './model/faults/link/content/respond.ts';
export type { LinkFaultKind, LinkFaultOf } from './model/faults/link/table.ts';
export type { NodeFaultKind, NodeFaultOf } from './model/faults/node/table.ts';
export type { NodeArming, NodeHit } from './model/faults/node-fault.ts';
export type { ClockFault, ClockStep } from './model/faults/clock-fault.ts';
export type { FileFault, FileHit, FileStep } from './model/faults/file-fault.ts';
export type { Link, Address, Direction, Framing, DialsAtMost, Heartbeat, Stream, Transport } from './model/system/link.ts';
export type { Listener, Node, TerminalSize, Topology, Readiness } from './model/system/topology.ts';
export type {
  Event,
  EventBase,
  EventBody,
  FaultHit,
  Hit,
  History,
  KindOf,
  Late,
  MachineReading,
  Observation,
  ObservationOf,
  Owed,
  Phase,
  RestObservation,
} from './model/judging/history.ts';
export type { Leftover, Place as LeftoverPlace } from './model/judging/leftover.ts';
export type { MemorySample } from './model/judging/memory-sample.ts';
export { eventsOf, observationsOf } from './model/judging/history.ts';
export type { FindingCode } from './model/codes/findings.ts';
export type { Oracle, Plan } from './model/judging/oracle.ts';
export { failOrPass, pass, unknown } from './model/judging/verdict.ts';
export type { AcceptedFlaw } from './model/judging/known-flaw.ts';
export type { Finding, UnknownReason, Verdict } from './model/judging/verdict.ts';
export type { Duration } from './model/time/duration.ts';
export type { Json, JsonObject } from './model/values/json.ts';
export type { MachineFinding, MachineFindings } from './model/judging/machine-finding.ts';
export { randomHandshakeKeys } from './oracles/handshake-keys.ts';
