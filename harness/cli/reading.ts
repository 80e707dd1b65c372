// The commands that read what runs have left, and start nothing of the project.
import type { Command } from 'commander';

type Done = (code: number) => void;

export const READING: readonly ((program: Command, done: Done) => void)[] = [addShow, addReport, addCompare, addExport];

function addCompare(program: Command, done: Done): void {
  program
    .command('compare')
    .description('two cases or two runs: what differed first, what is new, fixed or flaky; exit 1 when something is')
    .argument('<a>', 'the earlier one: a folder of results, `latest`, the file of a repro, or a part of a scenario of the latest run')
    .argument('<b>', 'the later one')
    .option('--json', 'print JSON')
    .action(async (a: string, b: string, options) => done(await (await import('./commands/reading/compare.ts')).compare(a, b, options)));
}

function addShow(program: Command, done: Done): void {
  program
    .command('show')
    .description('what happened in a case: the sentence, expected and actual, the events around the first wrong one, the replay line')
    .argument(
      '[case]',
      'its folder, its number or a part of its scenario in the latest run, or its repro; by default the first that failed',
    )
    .option('--follow', 'what happens in the run that goes on, and each verdict as it falls')
    .option('--json', 'print JSON; with --follow one value on each line')
    .action(async (word: string | undefined, options) => done(await (await import('./commands/reading/show.ts')).show(word, options)));
}

function addExport(program: Command, done: Done): void {
  program
    .command('export')
    .description('the timeline of a case for a public viewer: ui.perfetto.dev, chrome://tracing')
    .argument('[case]', 'as for show')
    .option('--perfetto [file]', 'Trace Event Format; by default perfetto.json beside the history')
    .option('--json', 'print JSON')
    .action(async (word: string | undefined, options) =>
      done(await (await import('./commands/reading/export.ts')).exportCase(word, options)),
    );
}

function addReport(program: Command, done: Done): void {
  program
    .command('report')
    .description('write what happened as one HTML file that opens anywhere: a run, or the cases that are named in full')
    .argument('[run or case]', 'a folder of results, `latest`, the file of a repro, or a part of a scenario of the latest run', 'latest')
    .option('--out <file>', 'where to; by default report.html in the folder of the run')
    .action(async (word: string, options) => done(await (await import('./commands/reading/report.ts')).report(word, options)));
}
