// THE straight line: from a scenario and a case to a verdict. Read it first; every step is a call.
//
//   plan -> record -> network -> boot -> drive -> settle -> observe -> stop -> judge       (saving is the caller's)
import { join } from 'node:path';
import type { Case } from '../model/case.ts';
import type { CaseResult, Drawn } from '../model/case-result.ts';
import type { Step } from '../model/faults/fault.ts';
import type { Redactor } from '../model/secrets/redact.ts';
import { secretsOfSystem } from '../model/secrets/secret-values.ts';
import { fingerprint } from '../model/judging/fingerprint.ts';
import type { Phase } from '../model/judging/history.ts';
import { decisionsIn, type Decision } from '../model/repro.ts';
import { linkSteps, type NamedScenario } from '../model/scenario.ts';
import { unknown, type Verdict } from '../model/judging/verdict.ts';
import { InjectorError, tellBroken, type NetworkSink } from '../network/api/network-sink.ts';
import type { Network } from '../network/network.ts';
import type { Ground, GroundRequest } from '../runtime/runtime.ts';
import { boot, BootFailed, systemOn } from './system/boot.ts';
import { clockedNodes, clockInjector } from './faults/clock-faults.ts';
import { drive } from './drive/drive.ts';
import type { Environment } from './drive/environment.ts';
import { lastFirings } from './drive/on-their-way.ts';
import { faultsOf, type Injectors } from './faults/faults.ts';
import { asExpected, checkExpected } from './expected.ts';
import type { InjectorSink } from './faults/injector.ts';
import { disksFor, fileInjector } from './faults/file-faults.ts';
import { judge } from './judge.ts';
import { nodeInjector } from './faults/node-faults.ts';
import { obligationsIn } from './record/obligations.ts';
import { sourceFor } from './patched-source.ts';
import { planCase, type CasePlan } from './plan.ts';
import { openRecorder, type Recorder } from './record/recorder.ts';
import { newRunId } from './run-id.ts';
import { scriptOn } from './drive/script.ts';
import { observe } from './observe.ts';
import type { Stage } from './drive/stage.ts';
import { whatIsLeft } from './what-is-left.ts';
import { countedTime } from './waits/counted-time.ts';

/** @throws what is wrong with the scenario or the machine; what the system does wrong is in the verdict. */
export async function runCase(named: NamedScenario, given: Case, environment: Environment): Promise<CaseResult> {
  const startedMs = performance.now();
  const redact = environment.redact.knowing(secretsOfSystem(named.scenario.system.topology, given.schedule));
  const plan = await planCase(named, given, environment.networks, environment.runtime);
  if ('refused' in plan) {
    const verdict = unknown('plan', 'refused', redact.text(plan.refused));
    return {
      ...resultOf(named, given, environment, redact, { verdict, startedMs, live: NOT_LIVE, decisions: [] }),
      ...(plan.byDesign && { byDesign: true }),
    };
  }
  const oracles = [...environment.oracles, ...named.scenario.oracles];
  // A bug that is brought back is judged by the oracle that its patch names.
  const expected = given.defect === undefined ? named.scenario.expect : undefined;
  checkExpected(expected, oracles);
  using recorder = openRecorder(join(environment.folder, 'history.ndjson'), redact);
  const stopHearing = environment.strays?.((line) => void recorder.record({ kind: 'harness', problem: 'stray-error', detail: line }));
  const live = await playLive(named, plan, given, environment, recorder)
    .catch((error: unknown) => {
      // Whatever an interrupt breaks on its way out is the interrupt's doing.
      if (environment.signal.aborted) return { ...NOT_LIVE, interrupted: true };
      throw error;
    })
    .finally(stopHearing);
  recorder.saved();
  const verdict = live.interrupted
    ? unknown('run', 'interrupted', 'the run was interrupted')
    : asExpected(judge(recorder.history, plan, oracles, redact), expected);
  return resultOf(named, given, environment, redact, { verdict, startedMs, live, decisions: decisionsIn(recorder.history) });
}

const MACHINE_EVERY_MS = 500;

/** What the part of a run in which programs live leaves beside its history. */
interface LiveRun {
  engines: readonly string[];
  driveMs: number;
  interrupted: boolean;
  wildcardPorts: readonly number[];
}

const NOT_LIVE: LiveRun = { engines: [], driveMs: 0, interrupted: false, wildcardPorts: [] };

/** Everything that is started here has ended when this resolves, whichever way it goes. */
async function playLive(named: NamedScenario, plan: CasePlan, given: Case, environment: Environment, recorder: Recorder): Promise<LiveRun> {
  const { scenario } = named;
  const broken = new AbortController();
  const signal = AbortSignal.any([environment.signal, broken.signal]);
  const { topology, routing, proxied, schedule } = plan;
  const phase = phasesIn(recorder);
  await using source = await sourceFor(scenario.system, given.defect, environment.folder);
  await using ground = await environment.runtime.prepare({
    runId: newRunId(),
    topology,
    caseName: given.scenario,
    proxied,
    signal: environment.signal,
    ...(source.folder !== undefined && { source: source.folder }),
    ...groundFor(plan),
  });
  const sink = sinkInto(recorder, schedule, broken);
  using _machine = watchMachine(environment, ground.runId, recorder);
  await using network = await opened(environment.networks.open({ ground, topology, routing, seed: given.seed, sink }), sink);
  if (!network) return NOT_LIVE;
  const obligations = obligationsIn(recorder);
  await using system = systemOn(ground, topology, recorder, obligations);
  const injectors = (to: InjectorSink): Injectors => ({
    node: nodeInjector(system, recorder, to),
    file: fileInjector(ground, to),
    clock: clockInjector(ground, system, to),
  });
  const faults = faultsOf(schedule, network, recorder, (detail) => sink.broken(detail), injectors);
  const stage = stageOf({ plan, given, ground, system, faults, obligations, recorder, routing, environment, signal });
  let driveMs = 0;
  try {
    await using clients = new AsyncDisposableStack();
    const script = scriptOn(stage, (undo) => clients.defer(undo));
    await phase('boot', async () => {
      await faults.armAtStart();
      await boot(system, topology);
    });
    const context = { ...script, ...scenario.system.clients(script, given.parameters) };
    driveMs = await phase('drive', () => drive(named, stage, context));
    await phase('settle', () => settled(stage));
    await phase('observe', () => observe(scenario, stage, context));
  } catch (error) {
    if (error instanceof InjectorError) tellBroken(sink, error);
    else if (!(error instanceof BootFailed) && !signal.aborted) throw error;
  }
  await phase('stop', async () => {
    const sinceMs = performance.now();
    await system.stop();
    await network.drained().catch((error: Error) => tellBroken(sink, error));
    // The proxies' own socket files go with the network: what is there afterwards is the system's.
    await closed(network, sink);
    for (const left of await whatIsLeft(ground, topology, sinceMs, environment.signal)) recorder.record({ kind: 'leftover', ...left });
    recordLostDials(ground, recorder);
  });
  return { engines: network.engines, driveMs, interrupted: environment.signal.aborted, wildcardPorts: ground.wildcardPorts?.() ?? [] };
}

function stageOf(parts: Omit<Stage, 'time' | 'owed'>): Stage {
  return { ...parts, time: countedTime(), owed: new Set() };
}

/** The end of the nodes ends every connection: what is owed until then is waited for before, or it would count as answered. */
async function settled(stage: Stage): Promise<void> {
  await lastFirings(stage);
  await stage.faults.liftAll();
  await Promise.allSettled(stage.owed);
}

function recordLostDials(ground: Ground, recorder: Recorder): void {
  const dials = ground.lostDials?.() ?? 0;
  if (dials > 0) recorder.record({ kind: 'lost-dials', dials });
}

/** A fault server that does not come up, or not in time, is judged as one that breaks later. */
async function opened(opening: Promise<Network>, sink: NetworkSink): Promise<Network | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof InjectorError)) throw error;
    tellBroken(sink, error);
    return undefined;
  }
}

/** So is one that gives no answer when its proxies are to go. */
async function closed(network: Network, sink: NetworkSink): Promise<void> {
  try {
    await network[Symbol.asyncDispose]();
  } catch (error) {
    if (!(error instanceof InjectorError)) throw error;
    tellBroken(sink, error);
  }
}

/** What must be there before any node is: other clocks, and small disks. */
function groundFor({ schedule, clockSpeed }: CasePlan): Pick<GroundRequest, 'clocks' | 'disks'> {
  const stepped = clockedNodes(schedule);
  const needed = clockSpeed !== 1 || stepped.length > 0;
  return { disks: disksFor(schedule), ...(needed && { clocks: { speed: clockSpeed, stepped } }) };
}

/** Says twice a second whether the machine was starved, and once more at the end. */
function watchMachine(environment: Environment, runId: string, recorder: Recorder): Disposable {
  const look = (): void => void recorder.record({ kind: 'observation', observation: environment.probes.machine(runId) });
  const timer = setInterval(look, MACHINE_EVERY_MS);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      look();
    },
  };
}

function phasesIn(recorder: Recorder): (phase: Phase, act: () => Promise<void>) => Promise<number> {
  return async (phase, act) => {
    recorder.record({ kind: 'phase', phase, state: 'began' });
    const startedMs = performance.now();
    await act();
    recorder.record({ kind: 'phase', phase, state: 'ended' });
    return performance.now() - startedMs;
  };
}

function sinkInto(recorder: Recorder, schedule: readonly Step[], broken: AbortController): NetworkSink {
  const steps = new Map(linkSteps(schedule).map((step) => [step.id, { fault: step.fault.kind, target: step.link }]));
  return {
    connection: (event, causedMs) => void recorder.record({ kind: 'connection', ...event }, causedMs),
    frame: (event, causedMs) => void recorder.record({ kind: 'frame', ...event }, causedMs),
    frameError: (event, causedMs) => void recorder.record({ kind: 'frame-error', ...event }, causedMs),
    fired(step, hit, causedMs) {
      const about = steps.get(step);
      if (about) recorder.record({ kind: 'fault', step, ...about, state: 'fired', hit: { kind: 'link', ...hit } }, causedMs);
    },
    broken(detail, late) {
      if (broken.signal.aborted) return;
      recorder.record({ kind: 'harness', problem: 'injector', detail, ...(late && { late }) });
      broken.abort(new InjectorError(detail));
    },
  };
}

interface Ended {
  verdict: Verdict;
  startedMs: number;
  live: LiveRun;
  decisions: readonly Decision[];
}

/** Nothing of it is secret: it is shown and saved. */
function resultOf(
  named: NamedScenario,
  given: Case,
  environment: Environment,
  redact: Redactor,
  { verdict, startedMs, live, decisions }: Ended,
): CaseResult {
  return {
    case: { ...given, parameters: redact.value(given.parameters), schedule: redact.value(given.schedule) },
    title: redact.text(named.scenario.title),
    verdict,
    durationMs: performance.now() - startedMs,
    driveMs: live.driveMs,
    folder: environment.folder,
    ...(named.scenario.expect !== undefined && given.defect === undefined && { expected: named.scenario.expect }),
    engines: live.engines,
    topology: drawn(named),
    ...(live.wildcardPorts.length > 0 && { wildcardPorts: live.wildcardPorts }),
    decisions: redact.value(decisions),
    fingerprint: verdict.outcome === 'fail' ? fingerprint(verdict.findings[0], roleOf(named, verdict.findings[0].subject)) : '',
  };
}

function drawn({ scenario }: NamedScenario): Drawn {
  const { nodes, links } = scenario.system.topology;
  return { nodes: nodes.map(({ name }) => name), links: links.map(({ name, from, to }) => ({ name, from, to })) };
}

function roleOf(named: NamedScenario, subject: string | undefined): string {
  return named.scenario.system.topology.nodes.find((node) => node.name === subject)?.role ?? subject ?? '';
}
