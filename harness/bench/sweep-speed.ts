// How many cases of a sweep this machine plays in an hour, beside how often the same programs can be started and stopped without
// Tornwire: with fresh processes for each, and warm. Two sweeps of one workload are timed, and their difference is that of their cases:
// recordings and start-up are in both.
import { randomInt } from 'node:crypto';
import { SEED_MAX } from '../model/values/seed.ts';
import { tornwire } from './base/tornwire.ts';
import { figuresOf } from './program.ts';
import { atLeast, notMeasured, told, type Row } from './row.ts';

const WORKLOAD = 'workloads/room';
/** How many cases the two sweeps have. A start that is shared lasts longer, so more are needed to see a difference. */
const COUNTS = { fresh: [8, 88], warm: [40, 440] } as const;
/** 10,000 cases where the bare programs make 30,000, and 25,000 warm ones. */
const RATIO_MIN = { fresh: 0.333, warm: 0.833 } as const;
const NAMED = {
  fresh: { cases: 'sweep-cases', ratio: 'sweep-speed', what: 'fresh processes' },
  warm: { cases: 'sweep-warm-cases', ratio: 'sweep-warm', what: 'warm where they may be' },
} as const;

interface Swept {
  workloads: { outcome: { cases?: number; findings?: unknown[] } }[];
}

export async function sweepSpeed(): Promise<Row[]> {
  const [bare] = await figuresOf('fixtures/bench/bare-starts.ts');
  const perHour = bare?.value ?? undefined;
  return [...(bare ? [bare] : []), ...(await rowsOf('fresh', perHour)), ...(await rowsOf('warm', perHour))];
}

/** @param bare starts and stops of the same programs in an hour, where they were timed */
async function rowsOf(how: keyof typeof COUNTS, bare: number | undefined): Promise<Row[]> {
  const { cases, ratio, what } = NAMED[how];
  const [few, many] = [await timed(COUNTS[how][0], how), await timed(COUNTS[how][1], how)];
  if (many.cases <= few.cases) return [notMeasured(ratio, `${few.cases} and ${many.cases} cases were played`)];
  const anHour = Math.round(((many.cases - few.cases) * 3_600_000) / (many.ms - few.ms));
  const rows = [told(cases, anHour, `cases of ${WORKLOAD} an hour, ${what}`)];
  if (bare === undefined) return [...rows, notMeasured(ratio, 'the bare programs were not timed')];
  const each = Math.round((1_000 * anHour) / bare) / 1_000;
  return [...rows, atLeast(ratio, each, `cases for each bare start and stop of the same programs, ${what}`, RATIO_MIN[how])];
}

async function timed(wanted: number, how: keyof typeof COUNTS): Promise<{ cases: number; ms: number }> {
  const words = [WORKLOAD, '--depth', '1', '--cases', String(wanted), '--seed', String(randomInt(SEED_MAX)), '--budget', '15min'];
  const startedMs = performance.now();
  const { workloads } = await tornwire<Swept>('sweep', ...words, ...(how === 'warm' ? ['--warm'] : []));
  return { cases: workloads[0]?.outcome.cases ?? 0, ms: performance.now() - startedMs };
}
