// What every node is doing, twice, at least a second apart: two equal dumps show that it stands still.
import type { Stage } from './stage.ts';

const APART_MS = 1_000;

export async function dumpTwice(stage: Stage): Promise<void> {
  await dump(stage, 1);
  await new Promise((resolve) => setTimeout(resolve, APART_MS));
  await dump(stage, 2);
}

async function dump(stage: Stage, sample: number): Promise<void> {
  const { system, recorder, environment } = stage;
  recorder.record({ kind: 'observation', observation: environment.probes.machine(stage.ground.runId) });
  await Promise.all(
    system.names().map(async (name) => {
      const pids = await system.node(name)?.pids();
      if (!pids || pids.length === 0) return;
      const stacks = await environment.probes.stacks(pids);
      recorder.record({ kind: 'observation', observation: { probe: 'stacks', node: name, sample, ...stacks } });
    }),
  );
}
