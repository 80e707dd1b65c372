// Whether sweeps of the workloads alone find a bug: it is brought in by its patch, and no scenario of it is run.
import { appendFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { resultPaths } from '../results/paths.ts';
import { tornwireWith } from './campaigns.ts';
import { told, type Row } from './row.ts';

export interface Search {
  seed: number;
  /** The time for each bug. */
  budget: string;
  /** Besides those that are there. */
  variables?: NodeJS.ProcessEnv;
}

export interface Found {
  defect: string;
  /** By what, and where; undefined when it was not found. */
  how: string | undefined;
  /** Why there was no sweep, or none that ended; then it was not found. */
  trouble?: string;
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

/**
 * The line is told, and kept in results/<measurement>.ndjson: a measurement of hours that is killed has still measured what it has.
 * @param filters for the workloads; none means all
 */
export async function searchFor(measurement: string, defect: string, search: Search, filters: readonly string[] = []): Promise<Found> {
  const { seed, budget } = search;
  // One of many hours does not end the others.
  const row = await foundBy(defect, search, filters).catch((error: Error) => notSearched(defect, error.message));
  appendFileSync(join('results', `${measurement}.ndjson`), `${JSON.stringify({ seed, budget, ...row })}\n`);
  process.stderr.write(`${defect}: ${row.how ?? row.trouble ?? 'not found'} (${row.cases} cases, ${row.seconds} s)\n`);
  return row;
}

export function foundPercent(rows: readonly Found[]): { percent: number; found: number } {
  const found = rows.filter(({ how }) => how !== undefined).length;
  return { percent: Math.round((1_000 * found) / rows.length) / 10, found };
}

export function notSearched(defect: string, why: string): Found {
  return { defect, how: undefined, trouble: inOneLine(why), seconds: 0, cases: 0 };
}

export function toldOf(measurement: string, { defect, how, trouble, seconds }: Found): Row {
  return told(`${measurement}-${defect}`, how === undefined ? 0 : 1, `found, ${seconds} s, ${how ?? trouble ?? ''}`);
}

async function foundBy(defect: string, { seed, budget, variables = {} }: Search, filters: readonly string[]): Promise<Found> {
  forgetSweeps(defect, seed);
  const startedMs = performance.now();
  const words = ['--defect', defect, '--seed', String(seed), '--budget', budget, '--until-found', '--shrink', '0', '--replays', '0'];
  const { workloads } = await tornwireWith<{ workloads: SweptWorkload[] }>(variables, 'sweep', ...filters, ...words);
  const seconds = Math.round((performance.now() - startedMs) / 1_000);
  const cases = workloads.reduce((sum, { outcome }) => sum + ('cases' in outcome ? outcome.cases : 0), 0);
  const [how] = workloads.flatMap(howFound);
  return { defect, how: how && inOneLine(how), seconds, cases };
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 160);
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
