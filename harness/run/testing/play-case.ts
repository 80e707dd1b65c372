// One case of processes along the straight line, on an idle machine as far as the judges know.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '../../model/judging/history.ts';
import type { Verdict } from '../../model/judging/verdict.ts';
import type { Step } from '../../model/faults/fault.ts';
import type { Parameters, Scenario } from '../../model/scenario.ts';
import { NO_SECRETS } from '../../model/secrets/redact.ts';
import { stdioShim } from '../../network/engines/engines.ts';
import type { Networks } from '../../network/network.ts';
import { toxiproxyNetworks } from '../../network/toxiproxy-network.ts';
import { ALWAYS_ON } from '../../oracles/table.ts';
import { processRuntime } from '../../runtime/process/process-runtime.ts';
import type { Probes } from '../drive/environment.ts';
import { runCase } from '../run-case.ts';

export async function playCase(
  scenario: Scenario,
  networks: Networks = toxiproxyNetworks({ where: 'process' }),
  more: { parameters?: Parameters; schedule?: readonly Step[]; resources?: Probes['resources'] } = {},
): Promise<{ verdict: Verdict; history: Event[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'tw-stdio-'));
  const { parameters = {}, schedule = scenario.schedule(parameters) } = more;
  const given = { scenario: 'stdio/case', parameters, seed: 7, schedule, clockSpeed: 1 } as const;
  try {
    const result = await runCase(
      { name: 'stdio/case', file: 'case.scenario.ts', scenario },
      { ...given, runtime: 'process', engine: 'auto' },
      {
        runtime: processRuntime({ stdioShim: stdioShim() }),
        networks,
        probes: {
          resources: more.resources ?? (async () => ({ counts: {}, holders: {} })),
          memory: async () => undefined,
          stacks: async () => ({ cpuMs: 0, threads: [], asleep: false, handles: [] }),
          machine: () => ({ probe: 'machine', cpuPressure: 0 }) as never,
        },
        oracles: ALWAYS_ON,
        folder,
        redact: NO_SECRETS,
        signal: new AbortController().signal,
      },
    );
    const lines = (await readFile(join(folder, 'history.ndjson'), 'utf8')).split('\n').filter((line) => line !== '');
    return { verdict: result.verdict, history: lines.map((line) => JSON.parse(line) as Event) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
