// Where implementations are chosen and handed in: the runtimes, the networks, the probes and the oracles.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Case, RuntimeName } from '../model/case.ts';
import { redactor } from '../model/redact.ts';
import type { NamedScenario } from '../model/scenario.ts';
import { enginePool, type EnginePool } from '../network/engine-pool.ts';
import { stdioShim } from '../network/engines.ts';
import type { Networks } from '../network/network.ts';
import { toxiproxyNetworks } from '../network/toxiproxy-network.ts';
import { ALWAYS_ON } from '../oracles/table.ts';
import { machineWatch } from '../probes/machine.ts';
import type { RunMark } from '../probes/processor-wait.ts';
import { loadKernel } from '../proxy/kernel.ts';
import { resourcesOf } from '../probes/resources.ts';
import { stacksOf } from '../probes/stacks.ts';
import type { Maker } from '../results/repro-file.ts';
import type { CaseResult, Probes } from '../run/environment.ts';
import { runCase } from '../run/run-case.ts';
import { RUN_MARKER } from '../runtime/marked-processes.ts';
import type { PipeWritable } from '../runtime/node-processes.ts';
import { processRuntime } from '../runtime/process-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { sweepDeadRuns } from '../runtime/sweep.ts';
import { sweptLine } from './clean.ts';
import { VERSION } from './program.ts';
import type { Project } from './project.ts';

export interface Assembly extends AsyncDisposable {
  maker: Maker;
  /** What killed runs had left and is gone now. */
  swept: readonly string[];
  run(named: NamedScenario, given: Case, folder: string, signal: AbortSignal): Promise<CaseResult>;
}

export async function assemble(project: Project): Promise<Assembly> {
  const [swept, commit] = await Promise.all([sweepDeadRuns(), commitOf(project.root)]);
  const pool = enginePool();
  const redact = redactor(secretsIn(process.env));
  const places = new Map<RuntimeName, Promise<Place>>();
  return {
    maker: { tornwire: VERSION, commit },
    swept: swept.map(sweptLine),
    async run(named, given, folder, signal) {
      const place = places.get(given.runtime) ?? placeOf(given.runtime, pool);
      places.set(given.runtime, place);
      using machine = machineWatch();
      const probes: Probes = { resources: resourcesOf, stacks: stacksOf, machine: (runId) => machine.read(markOf(given.runtime, runId)) };
      return await runCase(named, given, { ...(await place), probes, oracles: ALWAYS_ON, folder, redact, signal });
    },
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
    },
  };
}

/** What the container runtime lacks here, with the cure. */
export async function containersUnavailable(): Promise<string | undefined> {
  const { containerRuntime } = await import('../runtime/container-runtime.ts');
  return containerRuntime().unavailable();
}

interface Place {
  runtime: Runtime;
  networks: Networks;
}

async function placeOf(name: RuntimeName, pool: EnginePool): Promise<Place> {
  switch (name) {
    case 'process':
      return { runtime: processRuntime({ stdioShim: stdioShim(), ...pipeLook() }), networks: toxiproxyNetworks({ runtime: name, pool }) };
    case 'container': {
      // Loaded only when it is wanted: testcontainers takes a while.
      const { containerRuntime } = await import('../runtime/container-runtime.ts');
      return { runtime: containerRuntime(pipeLook()), networks: toxiproxyNetworks({ runtime: name }) };
    }
    case 'mock':
      throw new Error('the mock runtime is for tests of the harness');
    default:
      return name satisfies never;
  }
}

/** Processes in containers may be out of sight: then nothing is known of their waits, and the pressure speaks for them. */
function markOf(runtime: RuntimeName, run: string): RunMark | undefined {
  return runtime === 'process' ? { variable: RUN_MARKER, run } : undefined;
}

/** How a runtime sees that a pipe is full; nothing where the native calls do not load. */
function pipeLook(): { pipeWritable?: PipeWritable } {
  const kernel = loadKernel();
  return 'missing' in kernel ? {} : { pipeWritable: kernel.writable };
}

/** Values of variables whose names say that they are secret. */
function secretsIn(environment: NodeJS.ProcessEnv): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    /token|secret|password|passwd|api_?key|credential/i.test(name) && value && value.length >= 6 ? [value] : [],
  );
}

export async function commitOf(root: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: root, timeout: 5_000 });
    return stdout.trim();
  } catch {
    return null;
  }
}
