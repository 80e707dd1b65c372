// `tornwire export [case] --perfetto [file]`: the timeline of a case for a public viewer.
import { join } from 'node:path';
import type { Event } from '../../../model/judging/history.ts';
import { EXIT } from '../../../model/values/exit-code.ts';
import { perfettoTrace } from '../../../report/machines/perfetto.ts';
import { writeWhole } from '../../../results/atomic-file.ts';
import { readHistory } from '../../../results/history-reader.ts';
import { UsageError } from '../../base/usage-error.ts';
import { findCase, placeOfResults, seenFromHere } from '../../project/found.ts';

/** A viewer in a browser opens some hundred thousand; of a longer history the beginning is exported, and that is said. */
const EVENTS_MAX = 300_000;

export async function exportCase(word: string | undefined, options: { perfetto?: string | true; json?: boolean }): Promise<number> {
  if (options.perfetto === undefined) throw new UsageError('in which format? tornwire export <case> --perfetto [file]');
  const found = await findCase(placeOfResults(), word);
  const events: Event[] = [];
  const notes = await readHistory(found.history, (event) => {
    if (events.length < EVENTS_MAX) events.push(event);
  });
  if (notes.problem !== undefined) throw new UsageError(`cannot read ${seenFromHere(found.history)}: ${notes.problem}`);
  const { row } = found;
  const about = { case: seenFromHere(found.folder), ...(row && { scenario: row.scenario, verdict: row.verdict, replay: row.replay }) };
  const trace = perfettoTrace(events, about);
  const file = options.perfetto === true ? join(found.folder, 'perfetto.json') : options.perfetto;
  await writeWhole(file, `${JSON.stringify(trace)}\n`);
  const leftOut = notes.events - events.length;
  const outcome = { file: seenFromHere(file), events: events.length, leftOut };
  if (options.json) process.stdout.write(`${JSON.stringify({ version: 1, ...outcome }, null, 2)}\n`);
  else {
    const left = leftOut === 0 ? '' : `, ${leftOut} at the end left out`;
    process.stdout.write(`${outcome.file}: ${events.length} events${left}: open it at https://ui.perfetto.dev or chrome://tracing\n`);
  }
  return EXIT.pass;
}
