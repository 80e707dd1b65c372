// Every promised figure: its name, what it measures, and how. A new figure is a line here.
import { boxCost, boxPack, fixedPort } from './boxes.ts';
import { cleanCaseOnBusyMachine, deafServer } from './busy-machine.ts';
import { proxyMemory, proxySpeed } from './bulk.ts';
import {
  cleanRepeats,
  defectsInContainers,
  defectsInProcesses,
  gateTime,
  hangByFasterClocks,
  nullCampaign,
  oneScenario,
  packInContainers,
  packInProcesses,
  startUp,
  sweepQueue,
} from './campaigns.ts';
import { checkMcp } from './check-mcp.ts';
import { cutsLeaveNothing, exactCuts } from './cuts.ts';
import { discovery } from './discovery.ts';
import { killedRuns } from './killed-runs.ts';
import { mutations } from './mutations.ts';
import { figuresOf } from './program.ts';
import { sweepSpeed } from './sweep-speed.ts';
import { reportFigures } from './report.ts';
import type { Row } from './row.ts';
import { splitPipe, splitTcp, splitUnixBoundary, splitUnixGated } from './splits.ts';

export interface Benchmark {
  name: string;
  what: string;
  run: () => Promise<readonly Row[]>;
}

export const BENCHMARKS: readonly Benchmark[] = [
  {
    name: 'split-unix-boundary',
    what: 'splits at every byte of a Unix socket, kept apart by the kernel; quiet and loaded',
    run: () => splitUnixBoundary(),
  },
  {
    name: 'split-tcp',
    what: "splits at every byte of a TCP connection, gated on the reader's queue; quiet and loaded",
    run: () => splitTcp(),
  },
  {
    name: 'split-unix-gated',
    what: "splits at every byte of a Unix socket, gated on the reader's queue; quiet and loaded",
    run: () => splitUnixGated(),
  },
  { name: 'split-pipe', what: 'splits at every byte of a pipe; quiet and loaded', run: () => splitPipe() },
  {
    name: 'cuts',
    what: 'acknowledged cuts at a given byte: identical outcomes at both ends of 1,000 connections each',
    run: () => exactCuts(),
  },
  {
    name: 'cuts-leave-nothing',
    what: '1,000 connections opened, cut and closed: descriptors and memory back to the start',
    run: () => cutsLeaveNothing(),
  },
  {
    name: 'proxy-speed',
    what: "bulk copy and round trip through our proxy against Shopify's Toxiproxy, alternating",
    run: () => proxySpeed(),
  },
  { name: 'proxy-memory', what: 'memory of our proxy with a reader that stops', run: () => proxyMemory() },
  {
    name: 'stack-alone',
    what: 'the reference stack by itself: 200 dashboards and 50 agents on one supervisor, 1,000 status changes',
    run: () => figuresOf('fixtures/bench/stack-alone.ts'),
  },
  { name: 'one-scenario', what: 'one scenario in processes, from call to verdict', run: oneScenario },
  { name: 'start-up', what: 'from npm start to the first case', run: startUp },
  {
    name: 'sweep-queue',
    what: 'the same sweep played by one worker and by three, through one PostgreSQL; one of three is killed',
    run: sweepQueue,
  },
  { name: 'pack-process', what: 'the whole pack in processes', run: packInProcesses },
  { name: 'pack-container', what: 'the whole pack in containers', run: packInContainers },
  { name: 'clean-100', what: '100 repeats of the pack on the clean stack', run: () => cleanRepeats() },
  { name: 'defects-10', what: 'each defect ten times in processes: caught by the oracle that its patch names', run: defectsInProcesses },
  { name: 'defects-container-3', what: 'each defect three times in containers', run: defectsInContainers },
  {
    name: 'check-mcp',
    what: 'check mcp on a tiny server: 13 mistakes ten times each, the good one ten times, and the seconds',
    run: checkMcp,
  },
  {
    name: 'discovery',
    what: 'each reported bug put back, and found by sweeps of the workloads alone (hours; in parts: see discovery.ts)',
    run: discovery,
  },
  {
    name: 'mutations',
    what: 'bugs of our own, made by rule and half of them kept aside, found by sweeps of the workloads alone (hours; see mutations.ts)',
    run: mutations,
  },
  {
    name: 'sweep-speed',
    what: 'cases of a sweep an hour, beside bare starts and stops of the same programs',
    run: sweepSpeed,
  },
  { name: 'gate', what: 'the gate at its built-in policy', run: gateTime },
  { name: 'clock-speed-t1', what: 'a defect that waits 15 s, found at clock speed 10 and confirmed at 1', run: hangByFasterClocks },
  {
    name: 'null-campaign',
    what: "clean programs on a machine with too much to do: the judges' false alarms, kept for the gate",
    run: () => nullCampaign(),
  },
  { name: 'fixed-port', what: '8 cases side by side of a server on a port of all interfaces that somebody else holds', run: fixedPort },
  {
    name: 'fuzz-api',
    what: '100,000 damaged requests to the control API of our proxy',
    run: () => figuresOf('harness/bench/fuzz/requests.ts'),
  },
  { name: 'fuzz-frames', what: '1,000,000 strings through the frame readers', run: () => figuresOf('harness/bench/fuzz/frames.ts') },
  { name: 'fuzz-files', what: '10,000 damaged repro and policy files', run: () => figuresOf('harness/bench/fuzz/files.ts') },
  {
    name: 'report',
    what: 'the report of a run in a browser: size, time to write, first paint, frames a second, first screen, hostile text, accessibility',
    run: reportFigures,
  },
  { name: 'box-cost', what: 'a case in a box beside loopback addresses', run: boxCost },
  { name: 'box-pack', what: 'the clean pack in boxes beside loopback addresses', run: boxPack },
  {
    name: 'killed-runs',
    what: '300 runs killed by SIGKILL at random moments: nothing is left of them, in a box at once',
    run: () => killedRuns(),
  },
  { name: 'deaf-server', what: 'no pong in 80 s, four busy loops a core: a failure every time', run: deafServer },
  { name: 'busy-clean-case', what: 'a clean case of many rounds under 26 busy loops: never a failure', run: cleanCaseOnBusyMachine },
];
