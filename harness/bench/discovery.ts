// Which of the reported bugs are found by sweeps of the workloads alone. Each takes its budget, the recordings of the workloads in it, and
// for what was found at most three minutes of replays, with the bug and without it. A whole measurement takes hours, so it can be taken in
// parts: TORNWIRE_DISCOVERY_DEFECTS names bugs (`W2,W9`), TORNWIRE_DISCOVERY_BUDGET is the time for each (`13min`), TORNWIRE_DISCOVERY_SEED
// decides the plans.
import { randomInt } from 'node:crypto';
import { SEED_MAX } from '../model/values/seed.ts';
import { tornwire } from './base/tornwire.ts';
import { foundPercent, searchFor, toldOf, type Found } from './found-by-sweep.ts';
import { atLeast, notMeasured, type Row } from './row.ts';

export async function discovery(): Promise<Row[]> {
  const { TORNWIRE_DISCOVERY_DEFECTS: only, TORNWIRE_DISCOVERY_BUDGET: budget = '13min', TORNWIRE_DISCOVERY_SEED: given } = process.env;
  const seed = given === undefined ? randomInt(SEED_MAX) : Number(given);
  const rows: Found[] = [];
  for (const defect of only?.split(',') ?? (await allDefects())) rows.push(await searchFor('discovery', defect, { seed, budget }));
  if (rows.length === 0) return [notMeasured('discovery', 'there is no reported bug')];
  const { percent, found, minutes } = foundPercent(rows);
  return [
    ...rows.map((row) => toldOf('discovery', row)),
    atLeast('discovery', percent, `% found: ${found} of ${rows.length}, seed ${seed}, ${budget} each, ${minutes} min in all`, 85),
  ];
}

async function allDefects(): Promise<string[]> {
  const scenarios = await tornwire<{ defects: string[] }[]>('list');
  return [...new Set(scenarios.flatMap(({ defects }) => defects))].toSorted();
}
