// Where implementations are chosen and handed in: the runtimes, the networks, the probes and the oracles.
import type { Case, RuntimeName } from '../model/case.ts';
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
import type { CaseResult, Environment, Probes } from '../run/environment.ts';
import { runCase } from '../run/run-case.ts';
import type { PipeWritable } from '../runtime/node-processes.ts';
import { processRuntime } from '../runtime/process-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { redactorHere } from './secrets.ts';

export interface Assembly extends AsyncDisposable {
  run(named: NamedScenario, given: Case, folder: string, signal: AbortSignal, strays?: Environment['strays']): Promise<CaseResult>;
}

export function assemble(): Assembly {
  const machine = machineWatch();
  const probes: Probes = { resources: resourcesOf, stacks: stacksOf, machine: () => machine.read() };
  const pool = enginePool();
  const redact = redactorHere();
  const places = new Map<RuntimeName, Promise<Place>>();
  return {
    async run(named, given, folder, signal, strays) {
      const place = places.get(given.runtime) ?? placeOf(given.runtime, pool);
      places.set(given.runtime, place);
      const about = { probes, oracles: ALWAYS_ON, folder, redact, signal, ...(strays && { strays }) };
      return runCase(named, given, { ...(await place), ...about });
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

/** How a runtime sees that a pipe is full; nothing where the native calls do not load. */
function pipeLook(): { pipeWritable?: PipeWritable } {
  const kernel = loadKernel();
  return 'missing' in kernel ? {} : { pipeWritable: kernel.writable };
}
