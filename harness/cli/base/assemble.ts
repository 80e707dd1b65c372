// The one place where implementations are chosen and handed in: the runtimes, the networks, the probes and the oracles.
import type { Case, RuntimeName } from '../../model/case.ts';
import type { CaseResult } from '../../model/case-result.ts';
import type { NamedScenario } from '../../model/scenario.ts';
import { enginePool, type EnginePool } from '../../network/engines/engine-pool.ts';
import { stdioShim } from '../../network/engines/engines.ts';
import type { Networks } from '../../network/network.ts';
import { toxiproxyNetworks } from '../../network/toxiproxy-network.ts';
import { ALWAYS_ON } from '../../oracles/table.ts';
import { liveMemoryOf, memoryOf } from '../../probes/memory.ts';
import { machineWatch } from '../../probes/machine.ts';
import type { RunMark } from '../../probes/processor-wait.ts';
import { loadKernel } from '../../proxy/exact/kernel.ts';
import { resourcesOf } from '../../probes/resources.ts';
import { stacksOf } from '../../probes/stacks.ts';
import type { Environment, Probes } from '../../run/drive/environment.ts';
import { runCase } from '../../run/run-case.ts';
import { RUN_MARKER } from '../../runtime/linux/marked-processes.ts';
import type { Box, PipeWritable, Runtime } from '../../runtime/runtime.ts';
import { RUNTIMES } from '../../runtime/registry/runtimes.ts';
import { sweepingFirst } from '../../runtime/registry/sweep.ts';
import { redactorHere } from './secrets.ts';

export interface Assembly extends AsyncDisposable {
  run(named: NamedScenario, given: Case, folder: string, signal: AbortSignal, strays?: Environment['strays']): Promise<CaseResult>;
}

/** @param box of a process that is in a box */
export function assemble(box?: Box): Assembly {
  const pool = enginePool();
  const redact = redactorHere();
  const places = new Map<RuntimeName, Place>();
  return {
    async run(named, given, folder, signal, strays) {
      const place = places.get(given.runtime) ?? placeOf(given.runtime, pool, box);
      places.set(given.runtime, place);
      using machine = machineWatch();
      const probes: Probes = {
        resources: resourcesOf,
        stacks: stacksOf,
        memory: async (pids, live) => (live ? liveMemoryOf(pids) : memoryOf(pids)),
        machine: (runId) => machine.read(markOf(given.runtime, runId)),
      };
      const about = { probes, oracles: ALWAYS_ON, folder, redact, signal, ...(strays && { strays }) };
      return await runCase(named, given, { ...place, ...about });
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

function placeOf(name: RuntimeName, pool: EnginePool, box: Box | undefined): Place {
  if (name === 'mock') throw new Error('the mock runtime is for tests of the harness');
  const runtime = RUNTIMES[name]({ stdioShim: stdioShim(), ...pipeLook(), ...(box && { box }) });
  const { helpers } = runtime;
  // Processes of this machine can serve one run after another.
  const networks = toxiproxyNetworks({ where: helpers, ...(helpers === 'process' && { pool }) });
  // A box sees only a part of what dead runs have left; who counts the cases sweeps for it.
  return { runtime: box ? runtime : sweepingFirst(runtime), networks };
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
