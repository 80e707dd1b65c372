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
import { loadKernel } from '../proxy/kernel.ts';
import { resourcesOf } from '../probes/resources.ts';
import { stacksOf } from '../probes/stacks.ts';
import type { Maker } from '../results/repro-file.ts';
import type { CaseResult, Probes } from '../run/environment.ts';
import { runCase } from '../run/run-case.ts';
import type { PipeWritable, Runtime } from '../runtime/runtime.ts';
import { RUNTIMES } from '../runtime/runtimes.ts';
import { sweepDeadRuns, sweepingFirst } from '../runtime/sweep.ts';
import { sweptLine } from './clean.ts';
import { removeLeftSources } from './left-sources.ts';
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
  // Whoever was killed may have left a copy of patched code as well; to look for one each time would cost a walk over all results.
  const sources = swept.length > 0 ? await removeLeftSources(project.results) : [];
  const machine = machineWatch();
  const probes: Probes = { resources: resourcesOf, stacks: stacksOf, machine: () => machine.read() };
  const pool = enginePool();
  const redact = redactor(secretsIn(process.env));
  const places = new Map<RuntimeName, Place>();
  return {
    maker: { tornwire: VERSION, commit },
    swept: [...swept.map(sweptLine), ...sources.map((folder) => `removed a copy of patched code: ${folder}`)],
    async run(named, given, folder, signal) {
      const place = places.get(given.runtime) ?? placeOf(given.runtime, pool);
      places.set(given.runtime, place);
      return runCase(named, given, { ...place, probes, oracles: ALWAYS_ON, folder, redact, signal });
    },
    async [Symbol.asyncDispose]() {
      machine[Symbol.dispose]();
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
