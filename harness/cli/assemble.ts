// Where implementations are chosen and handed in: the runtimes, the networks, the probes and the oracles.
import { execa } from 'execa';
import type { Case, RuntimeName } from '../model/case.ts';
import type { CaseResult } from '../model/case-result.ts';
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
import type { Probes } from '../run/environment.ts';
import { runCase } from '../run/run-case.ts';
import { RUN_MARKER } from '../runtime/marked-processes.ts';
import type { PipeWritable, Runtime } from '../runtime/runtime.ts';
import { RUNTIMES } from '../runtime/runtimes.ts';
import { sweepDeadRuns, sweepingFirst } from '../runtime/sweep.ts';
import { sweptLine } from './clean.ts';
import { removeLeftSources } from './left-sources.ts';
import type { Project } from './project.ts';
import { VERSION } from './version.ts';

export interface Assembly extends AsyncDisposable {
  maker: Maker;
  /** What killed runs had left and is gone now. */
  swept: readonly string[];
  run(named: NamedScenario, given: Case, folder: string, signal: AbortSignal): Promise<CaseResult>;
}

export async function assemble(project: Project): Promise<Assembly> {
  const [swept, commit] = await Promise.all([sweepDeadRuns(), commitOf(project.root)]);
  // Whoever was killed may have left a copy of patched code as well; to look for one each time would cost a walk over all results.
  const sources = swept.length > 0 ? await removeLeftSources(project.results) : [];
  const pool = enginePool();
  const redact = redactor(secretsIn(process.env));
  const places = new Map<RuntimeName, Place>();
  return {
    maker: { tornwire: VERSION, commit },
    swept: [...swept.map(sweptLine), ...sources.map((folder) => `removed a copy of patched code: ${folder}`)],
    async run(named, given, folder, signal) {
      const place = places.get(given.runtime) ?? placeOf(given.runtime, pool);
      places.set(given.runtime, place);
      using machine = machineWatch();
      const probes: Probes = { resources: resourcesOf, stacks: stacksOf, machine: (runId) => machine.read(markOf(given.runtime, runId)) };
      return await runCase(named, given, { ...place, probes, oracles: ALWAYS_ON, folder, redact, signal });
    },
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
    },
  };
}

interface Place {
  runtime: Runtime;
  networks: Networks;
}

function placeOf(name: RuntimeName, pool: EnginePool): Place {
  if (name === 'mock') throw new Error('the mock runtime is for tests of the harness');
  const runtime = RUNTIMES[name]({ stdioShim: stdioShim(), ...pipeLook() });
  const { helpers } = runtime;
  // Processes of this machine can serve one run after another.
  const networks = toxiproxyNetworks({ where: helpers, ...(helpers === 'process' && { pool }) });
  return { runtime: sweepingFirst(runtime), networks };
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
    const { stdout } = await execa('git', ['rev-parse', 'HEAD'], { cwd: root, timeout: 5_000 });
    return stdout;
  } catch {
    return null;
  }
}
