// Which of the reported bugs are found by sweeps of the workloads alone: each bug is put back, and no scenario of it is run. A whole
// measurement takes hours, so it can be taken in parts: TORNWIRE_DISCOVERY_DEFECTS names bugs (`W2,W9`), TORNWIRE_DISCOVERY_BUDGET is the
// time for each (`10min`), TORNWIRE_DISCOVERY_SEED decides the plans.
import { randomInt } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SEED_MAX } from '../model/values/seed.ts';
import { resultPaths } from '../results/paths.ts';
import { tornwire } from './campaigns.ts';
import { atLeast, notMeasured, told, type Row } from './row.ts';

interface Found {
  defect: string;
  /** By what, and where; undefined when it was not found. */
  how: string | undefined;
  seconds: number;
  cases: number;
}

interface Failure {
  oracle: string;
  message: string;
}

interface SweptWorkload {
  workload: string;
  outcome: { failsAlone: string; unclear: boolean } | { findings: Failure[]; untriaged: Failure[]; cases: number };
}

export async function discovery(): Promise<Row[]> {
  const { TORNWIRE_DISCOVERY_DEFECTS: only, TORNWIRE_DISCOVERY_BUDGET: budget = '10min', TORNWIRE_DISCOVERY_SEED: given } = process.env;
  const seed = given === undefined ? randomInt(SEED_MAX) : Number(given);
  const rows: Found[] = [];
  for (const defect of only?.split(',') ?? (await allDefects())) {
    const row = await foundBy(defect, seed, budget);
    rows.push(row);
    // A measurement of hours that is killed has still measured what it has.
    appendFileSync(join('results', 'discovery.ndjson'), `${JSON.stringify({ seed, budget, ...row })}\n`);
    process.stderr.write(`${defect}: ${row.how ?? 'not found'} (${row.cases} cases, ${row.seconds} s)\n`);
  }
  if (rows.length === 0) return [notMeasured('discovery', 'there is no reported bug')];
  const found = rows.filter(({ how }) => how !== undefined).length;
  const percent = Math.round((1_000 * found) / rows.length) / 10;
  return [
    ...rows.map(({ defect, how, seconds }) => told(`discovery-${defect}`, how === undefined ? 0 : 1, `found, ${seconds} s, ${how ?? ''}`)),
    atLeast('discovery', percent, `% found: ${found} of ${rows.length}, seed ${seed}, ${budget} each`, 85),
  ];
}

async function allDefects(): Promise<string[]> {
  const scenarios = await tornwire<{ defects: string[] }[]>('list');
  return [...new Set(scenarios.flatMap(({ defects }) => defects))].toSorted();
}

async function foundBy(defect: string, seed: number, budget: string): Promise<Found> {
  forgetSweeps(defect, seed);
  const startedMs = performance.now();
  const words = ['--defect', defect, '--seed', String(seed), '--budget', budget, '--until-found', '--shrink', '0', '--replays', '0'];
  const { workloads } = await tornwire<{ workloads: SweptWorkload[] }>('sweep', ...words);
  const seconds = Math.round((performance.now() - startedMs) / 1_000);
  const cases = workloads.reduce((sum, { outcome }) => sum + ('cases' in outcome ? outcome.cases : 0), 0);
  const [how] = workloads.flatMap(howFound);
  return { defect, how: how?.replaceAll(/\s+/g, ' ').slice(0, 160), seconds, cases };
}

function howFound({ workload, outcome }: SweptWorkload): string[] {
  if ('failsAlone' in outcome) return outcome.unclear ? [] : [`${workload} without any fault: ${outcome.failsAlone}`];
  return [...outcome.findings, ...outcome.untriaged].map(({ oracle, message }) => `${workload} by ${oracle}: ${message}`);
}

/** A sweep goes on with its ledger, and this one is to begin anew. */
function forgetSweeps(defect: string, seed: number): void {
  const { sweeps } = resultPaths('results');
  const names = existsSync(sweeps) ? readdirSync(sweeps) : [];
  for (const name of names) if (name.endsWith(`-${seed}-${defect}`)) rmSync(join(sweeps, name), { recursive: true, force: true });
}
