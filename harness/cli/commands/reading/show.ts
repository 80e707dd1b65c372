// `tornwire show [case]`: what happened, in a terminal of 100 columns. With --follow it shows what happens while a run goes on.
import { EXIT } from '../../../model/values/exit-code.ts';
import { storyFrom } from '../../../report/show/story-from.ts';
import { storyText } from '../../../report/show/story-text.ts';
import type { CaseRow } from '../../../results/summary.ts';
import { UsageError } from '../../base/usage-error.ts';
import { findCase, placeOfResults, seenFromHere, type FoundCase } from '../../project/found.ts';

export interface ShowOptions {
  follow?: boolean;
  json?: boolean;
}

export async function show(word: string | undefined, options: ShowOptions): Promise<number> {
  const place = placeOfResults();
  if (options.follow === true) return await (await import('./follow.ts')).follow(place, options.json === true);
  const found = await findCase(place, word);
  const row = rowIn(found);
  const story = await storyFrom(row, found.history);
  const history = seenFromHere(found.history);
  process.stdout.write(
    options.json ? `${JSON.stringify({ version: 1, history, case: row, story }, null, 2)}\n` : `${storyText(row, story, history)}\n`,
  );
  return EXIT.pass;
}

/** @throws UsageError where only the history is there: without its row there is no verdict to tell. */
function rowIn({ row, folder }: FoundCase): CaseRow {
  if (row) return row;
  throw new UsageError(
    `the case in ${seenFromHere(folder)} has no row in a summary.json two folders above: it has not ended (--follow shows it), or was killed`,
  );
}
