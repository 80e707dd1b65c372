// Which bugs that nobody reported are found by sweeps of the workloads alone: small changes of the reference stack, made by rule, half
// of them kept aside until workloads and sweep are done (fixtures/mutations). Each is looked for by the workloads that run the program
// which it changes; where no workload runs it, it is not found. A whole measurement takes hours, so it can be taken in parts:
// TORNWIRE_MUTATIONS names some (`proxyStaysCounted,roomMergesTwice`), TORNWIRE_MUTATIONS_ASIDE takes those kept aside (1) or the others
// (0), TORNWIRE_MUTATIONS_BUDGET is the time for each, its recordings too (`4min`), TORNWIRE_MUTATIONS_SEED decides the plans.
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEED_MAX } from '../model/values/seed.ts';
import { foundPercent, notSearched, searchFor, toldOf, type Found, type Search } from './found-by-sweep.ts';
import { atLeast, notMeasured, told, type Row } from './row.ts';

const PROGRAM = 'fixtures/mutations/write.ts';

interface Mutation {
  name: string;
  workloads: string[];
  aside: boolean;
}

export async function mutations(): Promise<Row[]> {
  const { TORNWIRE_MUTATIONS_BUDGET: budget = '4min', TORNWIRE_MUTATIONS_SEED: given } = process.env;
  const seed = given === undefined ? randomInt(SEED_MAX) : Number(given);
  const folder = mkdtempSync(join(tmpdir(), 'tornwire-mutations-'));
  try {
    const all = JSON.parse(execFileSync(process.execPath, [PROGRAM, folder], { encoding: 'utf8' })) as Mutation[];
    const search = { seed, budget, variables: { STACK_DEFECTS: folder } };
    mkdirSync('results', { recursive: true });
    const found: (Found & { aside: boolean })[] = [];
    for (const mutation of wanted(all, process.env)) found.push({ aside: mutation.aside, ...(await lookFor(mutation, search)) });
    return figures(found, `seed ${seed}, ${budget} each`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws Error when one is named that is not there */
export function wanted(all: readonly Mutation[], environment: NodeJS.ProcessEnv): Mutation[] {
  const { TORNWIRE_MUTATIONS: only, TORNWIRE_MUTATIONS_ASIDE: aside } = environment;
  const names = only?.split(',');
  const unknown = names?.find((name) => !all.some((mutation) => mutation.name === name));
  if (unknown !== undefined) throw new Error(`there is no mutation '${unknown}'`);
  return all.filter((mutation) => (names?.includes(mutation.name) ?? true) && (aside === undefined || mutation.aside === (aside === '1')));
}

async function lookFor({ name, workloads }: Mutation, search: Search): Promise<Found> {
  const there = readdirSync('scenarios', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.workload.ts'));
  const filters = workloads.filter((part) => there.some((file) => file.includes(part)));
  if (workloads.length > 0 && filters.length === 0) return notSearched(name, `there is no workload ${workloads.join(', ')}`);
  return searchFor('mutations', name, search, filters);
}

/** Those that were kept aside are what is promised; the others have taught. */
export function figures(rows: readonly (Found & { aside: boolean })[], how: string): Row[] {
  const [aside, others] = [rows.filter((row) => row.aside), rows.filter((row) => !row.aside)];
  const of = foundPercent(others);
  const promised = foundPercent(aside);
  return [
    ...rows.map((row) => toldOf('mutation', row)),
    ...(others.length === 0
      ? []
      : [told('mutations-others', of.percent, `% found: ${of.found} of ${others.length}, ${how}, ${of.minutes} min in all`)]),
    aside.length === 0
      ? notMeasured('mutations', 'none of those kept aside was looked for')
      : atLeast(
          'mutations',
          promised.percent,
          `% found of those kept aside: ${promised.found} of ${aside.length}, ${how}, ${promised.minutes} min in all`,
          75,
        ),
  ];
}
