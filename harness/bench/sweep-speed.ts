// How many cases of a sweep this machine plays in an hour, beside how often the same programs can be started and stopped without
// Tornwire. Two sweeps of one workload are timed, and their difference is that of their cases: recordings and start-up are in both.
import { randomInt } from 'node:crypto';
import { SEED_MAX } from '../model/values/seed.ts';
import { tornwire } from './base/tornwire.ts';
import { figuresOf } from './program.ts';
import { atLeast, notMeasured, told, type Row } from './row.ts';

const WORKLOAD = 'workloads/room';
const [FEW, MANY] = [8, 88];
/** 10,000 cases where the bare programs make 30,000. */
const RATIO_MIN = 0.333;

interface Swept {
  workloads: { outcome: { cases?: number; findings?: unknown[] } }[];
}

export async function sweepSpeed(): Promise<Row[]> {
  const [bare] = await figuresOf('fixtures/bench/bare-starts.ts');
  const [few, many] = [await timed(FEW), await timed(MANY)];
  if (many.cases <= few.cases) return [notMeasured('sweep-speed', `${few.cases} and ${many.cases} cases were played`)];
  const anHour = Math.round(((many.cases - few.cases) * 3_600_000) / (many.ms - few.ms));
  const rows = [told('sweep-cases', anHour, `cases of ${WORKLOAD} an hour, fresh processes`)];
  if (bare?.value === null || bare === undefined) return [...rows, notMeasured('sweep-speed', 'the bare programs were not timed')];
  const ratio = Math.round((1_000 * anHour) / bare.value) / 1_000;
  return [bare, ...rows, atLeast('sweep-speed', ratio, 'cases for each bare start and stop of the same programs', RATIO_MIN)];
}

async function timed(wanted: number): Promise<{ cases: number; ms: number }> {
  const words = [WORKLOAD, '--depth', '1', '--cases', String(wanted), '--seed', String(randomInt(SEED_MAX)), '--budget', '15min'];
  const startedMs = performance.now();
  const { workloads } = await tornwire<Swept>('sweep', ...words);
  return { cases: workloads[0]?.outcome.cases ?? 0, ms: performance.now() - startedMs };
}
