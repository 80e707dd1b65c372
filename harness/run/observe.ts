// How the system is after all faults: its views at rest, and what its nodes occupy.
import type { Scenario, Script } from '../model/scenario.ts';
import { readOccupied } from './drive/occupied.ts';
import type { Stage } from './drive/stage.ts';
import { settle } from './settle.ts';

export async function observe(scenario: Scenario, stage: Stage, context: Script): Promise<void> {
  await settle(scenario, stage, context);
  await readOccupied(stage, 'end');
}
