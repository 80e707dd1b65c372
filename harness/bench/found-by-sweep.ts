// Whether sweeps of the workloads alone find a bug: it is brought in by its patch, and no scenario of it is run. What is found counts if
// the same case fails again, and does not without the patch.
import { appendFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { resultPaths } from '../results/paths.ts';
import { tornwireWith } from './base/tornwire.ts';
import { controlled } from './found/control.ts';
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
  /** Why there was no sweep, or none that ended, or why what it found does not count; then it was not found. */
  trouble?: string;
  /** Of the sweep and the control. */
  seconds: number;
  /** Of these, how long replays took that hold what was found against the clean stack. */
  controlSeconds?: number;
  cases: number;
}

interface Failure {
  oracle: string;
  message: string;
  repro?: string;
}

interface SweptWorkload {
  workload: string;
  outcome: { failsAlone: string; unclear: boolean; repro?: string } | { findings: Failure[]; untriaged: Failure[]; cases: number };
}

/** Beyond the budget of a search, for all that was found; the replay that runs then comes to its end. */
const CONTROL_MS = 180_000;

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

export function foundPercent(rows: readonly Found[]): { percent: number; found: number; minutes: number } {
  const found = rows.filter(({ how }) => how !== undefined).length;
  const minutes = Math.round(rows.reduce((sum, { seconds }) => sum + seconds, 0) / 60);
  return { percent: Math.round((1_000 * found) / rows.length) / 10, found, minutes };
}

export function notSearched(defect: string, why: string): Found {
  return { defect, how: undefined, trouble: inOneLine(why), seconds: 0, cases: 0 };
}

export function toldOf(measurement: string, { defect, how, trouble, seconds, controlSeconds }: Found): Row {
  const took = controlSeconds === undefined ? `${seconds} s` : `${seconds} s (${controlSeconds} s of them for the control)`;
  return told(`${measurement}-${defect}`, how === undefined ? 0 : 1, `found, ${took}, ${how ?? trouble ?? ''}`);
}

async function foundBy(defect: string, { seed, budget, variables = {} }: Search, filters: readonly string[]): Promise<Found> {
  forgetSweeps(defect, seed);
  const startedMs = performance.now();
  const words = ['--defect', defect, '--seed', String(seed), '--budget', budget, '--until-found', '--shrink', '0', '--replays', '0'];
  const { workloads } = await tornwireWith<{ workloads: SweptWorkload[] }>(variables, 'sweep', ...filters, ...words);
  const sweptMs = performance.now();
  const cases = workloads.reduce((sum, { outcome }) => sum + ('cases' in outcome ? outcome.cases : 0), 0);
  const finds = workloads.flatMap(findsIn);
  const result = finds.length === 0 ? { how: undefined, ...notSwept(workloads) } : await countedOf(finds, variables);
  const nowMs = performance.now();
  const told = finds.length === 0 ? {} : { controlSeconds: Math.round((nowMs - sweptMs) / 1_000) };
  return { defect, ...result, seconds: Math.round((nowMs - startedMs) / 1_000), ...told, cases };
}

/** Workloads whose recordings had no verdict: nobody has looked for the bug there. */
function notSwept(workloads: readonly SweptWorkload[]): Pick<Found, 'trouble'> {
  const unclear = workloads.flatMap(({ workload, outcome }) =>
    'failsAlone' in outcome && outcome.unclear ? [`${workload} was not swept: ${outcome.failsAlone}`] : [],
  );
  return unclear.length === 0 ? {} : { trouble: inOneLine(unclear.join('; ')) };
}

/** The first that counts; without one the first, and why it does not. */
async function countedOf(finds: readonly Find[], variables: NodeJS.ProcessEnv): Promise<Pick<Found, 'how' | 'trouble'>> {
  const untilMs = performance.now() + CONTROL_MS;
  let trouble: string | undefined;
  for (const { how, repro } of finds) {
    const why = repro === undefined ? 'its case was not saved' : await controlled(repro, variables, untilMs);
    if (why === undefined) return { how: inOneLine(how) };
    trouble ??= inOneLine(`not counted: ${why}: ${how}`);
  }
  return { how: undefined, ...(trouble !== undefined && { trouble }) };
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 160);
}

interface Find {
  /** By what, and where. */
  how: string;
  /** The saved case. */
  repro: string | undefined;
}

function findsIn({ workload, outcome }: SweptWorkload): Find[] {
  if ('failsAlone' in outcome)
    return outcome.unclear ? [] : [{ how: `${workload} without any fault: ${outcome.failsAlone}`, repro: outcome.repro }];
  return [...outcome.findings, ...outcome.untriaged].map(({ oracle, message, repro }) => ({
    how: `${workload} by ${oracle}: ${message}`,
    repro,
  }));
}

/** A sweep goes on with its ledger, and this one is to begin anew. */
function forgetSweeps(defect: string, seed: number): void {
  const { sweeps } = resultPaths('results');
  const names = existsSync(sweeps) ? readdirSync(sweeps) : [];
  for (const name of names) if (name.endsWith(`-${seed}-${defect}`)) rmSync(join(sweeps, name), { recursive: true, force: true });
}
