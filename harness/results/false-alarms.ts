// How often the judges were wrong in the last campaign against clean code: results/false-alarms.json. It is a measurement
// of one commit on one machine. So it names the commit and how it was measured, and a gate prints it as it is.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { rateOf } from '../model/values/rate.ts';
import { writeWhole } from './atomic-file.ts';
import type { FalseAlarms } from './gate-outcome.ts';
import type { ResultPaths } from './paths.ts';

const schema = z.object({
  times: z.int().min(0),
  of: z.int().min(1),
  measuredAt: z.string(),
  commit: z.string().nullable(),
  how: z.string(),
});

/** A file that is not there or cannot be read means that nothing was measured. */
export async function readFalseAlarms(paths: ResultPaths): Promise<FalseAlarms | 'not measured'> {
  const text = await readFile(paths.falseAlarms, 'utf8').catch(() => '{}');
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) return 'not measured';
  const { times, of, ...about } = parsed.data;
  return { ...about, ...rateOf(times, of) };
}

export async function writeFalseAlarms(paths: ResultPaths, measured: Omit<FalseAlarms, 'low' | 'high'>): Promise<void> {
  const { times, of, measuredAt, commit, how } = measured;
  await writeWhole(paths.falseAlarms, `${JSON.stringify({ times, of, measuredAt, commit, how }, null, 2)}\n`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
