// One case played without processes, proxies or probes: a scenario of a few lines, a runtime and judges that the test
// hands in, and the history and verdict that came out. Nodes show a process id, so that probes are asked about them.
import { NO_SECRETS } from '../../model/secrets/redact.ts';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventBody, Event, History } from '../../model/judging/history.ts';
import type { Oracle } from '../../model/judging/oracle.ts';
import { defineScenario, type ScenarioSettings, type System } from '../../model/scenario.ts';
import type { Node } from '../../model/system/topology.ts';
import type { Ground, Runtime } from '../../runtime/runtime.ts';
import type { CaseResult } from '../../model/case-result.ts';
import type { Environment, Probes } from '../drive/environment.ts';
import { networksDouble, type NetworksDouble } from './networks.double.ts';
import { runCase } from '../run-case.ts';

export interface PlayedCase {
  result: CaseResult;
  history: History;
  networks: NetworksDouble;
}

export interface CasePlay {
  scenario: Partial<ScenarioSettings<object>>;
  runtime: Runtime;
  oracles?: readonly Oracle[];
  nodes?: readonly Node[];
  system?: Partial<System>;
  networks?: NetworksDouble;
  probes?: Partial<Probes>;
  redact?: Environment['redact'];
  signal?: AbortSignal;
  strays?: Environment['strays'];
  defect?: string;
}

export async function playCase(play: CasePlay): Promise<PlayedCase> {
  const folder = await mkdtemp(join(tmpdir(), 'tw-case-'));
  const networks = play.networks ?? networksDouble();
  const nodes = play.nodes ?? [nodeDouble('server')];
  const system: System = { name: 'played', topology: { nodes, links: [LINK] }, clients: () => ({}), ...play.system };
  const scenario = defineScenario({
    title: 'a played case',
    expectation: 'whatever the test expects',
    system,
    script: async () => {},
    ...play.scenario,
  });
  try {
    const result = await runCase(
      { name: 'played/case', file: 'case.scenario.ts', scenario },
      {
        scenario: 'played/case',
        parameters: scenario.parameters,
        seed: 7,
        schedule: scenario.schedule(scenario.parameters),
        runtime: 'mock',
        engine: 'auto',
        clockSpeed: 1,
        ...(play.defect !== undefined && { defect: play.defect }),
      },
      {
        runtime: withProcessIds(play.runtime),
        networks,
        probes: { ...QUIET, ...play.probes },
        oracles: play.oracles ?? [],
        folder,
        redact: play.redact ?? NO_SECRETS,
        signal: play.signal ?? new AbortController().signal,
        ...(play.strays && { strays: play.strays }),
      },
    );
    return { result, history: await historyIn(folder), networks };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is in the history, in a few words each and without what the clock says. */
export function told(history: History): string[] {
  return history.flatMap((event) => words(event) ?? []);
}

export const LINK = { name: 'client->server', from: 'driver', to: 'server', listener: 'api', framing: 'ndjson' } as const;

export function nodeDouble(name: string, more: Partial<Node> = {}): Node {
  return {
    name,
    role: name,
    command: ['{node}'],
    env: {},
    listens: { api: { transport: 'unix', file: 'api.sock' } },
    ready: { when: 'log', contains: 'ready' },
    readyWithinMs: 1_000,
    stopWithinMs: 300,
    ...more,
  };
}

const QUIET: Probes = {
  resources: async () => ({ counts: {}, holders: {} }),
  memory: async () => undefined,
  stacks: async () => ({ cpuMs: 0, threads: ['main: poll'], asleep: false, handles: [] }),
  machine: () => ({ probe: 'machine', loopDelayP99Ms: 1, cpuPressureAvg10: 0 }),
};

/** As it lies on the disk; a case that was refused has none. */
async function historyIn(folder: string): Promise<History> {
  const text = await readFile(join(folder, 'history.ndjson'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event);
}

function withProcessIds(runtime: Runtime): Runtime {
  return {
    ...runtime,
    async prepare(request) {
      const ground = await runtime.prepare(request);
      const start: Ground['start'] = async (...words) => ({ ...(await ground.start(...words)), pids: async () => [1] });
      return { ...ground, start };
    },
  };
}

function words(event: Event): string | undefined {
  const body: EventBody = event;
  switch (body.kind) {
    case 'phase':
      return `${body.phase} ${body.state}`;
    case 'mark':
      return `mark ${body.name}`;
    case 'round':
      return `round ${body.round} of ${body.series} ${body.state}`;
    case 'operation':
      return `${body.name} ${body.state}`;
    case 'obligation':
      return `${body.what}: ${body.state}`;
    case 'fault':
      return `${body.step} ${body.state}`;
    case 'node':
      return body.state === 'exited'
        ? `${body.node} exited ${body.signal ?? body.code}${body.asked ? '' : ' unasked'}`
        : `${body.node} ${body.state}`;
    case 'log':
      return `${body.node} says ${body.line}`;
    case 'script':
      return `script failed: ${body.error}`;
    case 'leftover':
      return `leftover ${body.what} ${body.detail}`;
    case 'lost-dials':
      return `lost dials ${body.dials}`;
    case 'harness':
      return `harness ${body.problem}: ${body.detail}`;
    case 'observation':
      return body.observation.probe === 'machine' ? undefined : body.observation.probe;
    case 'connection':
    case 'frame':
    case 'frame-error':
      return body.kind;
    default:
      return body satisfies never;
  }
}
