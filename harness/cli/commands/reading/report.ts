// `tornwire report [run or case]`: writes the report of a run anew, or with the cases that are asked for in full.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT } from '../../../model/values/exit-code.ts';
import { UsageError } from '../../base/usage-error.ts';
import { writeReport } from '../../campaign/run-report.ts';
import { findCase, findRun, placeOfResults, seenFromHere } from '../../project/found.ts';

/** @returns 0 once the file is there, whatever the verdicts in it are. */
export async function report(word: string | undefined, options: { out?: string; json?: boolean }): Promise<number> {
  const place = placeOfResults();
  const run = await findRun(place, word ?? 'latest');
  const found = run ? { run, only: undefined } : await caseIn(word);
  const out = options.out === undefined ? undefined : resolve(options.out);
  const file = await writeReport(found.run.folder, found.run.summary, found.only, out);
  const { size: bytes } = await stat(file);
  const seen = seenFromHere(file);
  process.stdout.write(`${options.json === true ? JSON.stringify({ version: 1, file: seen, bytes }, null, 2) : seen}\n`);
  return EXIT.pass;

  async function caseIn(named: string | undefined) {
    const { run: itsRun, row } = await findCase(place, named);
    if (!itsRun || !row) throw new UsageError(`no summary beside the case '${named}': a report tells of a run`);
    return { run: itsRun, only: row.folder ?? row.scenario };
  }
}
