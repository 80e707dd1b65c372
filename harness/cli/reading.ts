// The commands that read what runs have left, and those that hand it on.
import type { Command } from 'commander';
import { withCrew } from './options.ts';

type Done = (code: number) => void;

export const READING: readonly ((program: Command, done: Done) => void)[] = [
  addShow,
  addReport,
  addCompare,
  addExport,
  addPack,
  addUnpack,
  addMcp,
];

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
    .option('--json', 'print JSON')
    .action(async (word: string, options) => done(await (await import('./commands/reading/report.ts')).report(word, options)));
}

function addPack(program: Command, done: Done): void {
  program
    .command('pack')
    .description('one file of a failing case that can be replayed elsewhere: repro, sources with their hashes, history and versions')
    .argument('<repro>', 'a file of results/repros/')
    .option('-o, --output <file>', 'by default <repro>.tornwire.tar.gz in this folder')
    .option('--with <path...>', 'files and folders of the project that it needs besides')
    .option('--patch', 'take the changes along that are in no commit (git diff HEAD)')
    .option('--json', 'print JSON')
    .action(async (file: string, options) =>
      done(await withCrew('addresses', async (crew) => (await import('./commands/reading/pack.ts')).pack(file, options, crew))),
    );
}

function addUnpack(program: Command, done: Done): void {
  program
    .command('unpack')
    .description('the files of such an archive in a folder of their own, and what this machine lacks to replay it; nothing is run')
    .argument('<archive>')
    .option('--into <folder>', 'by default named after the archive, in this folder')
    .option('--json', 'print JSON')
    .action(async (file: string, options) => done(await (await import('./commands/reading/unpack.ts')).unpack(file, options)));
}

function addMcp(program: Command, done: Done): void {
  program
    .command('mcp')
    .description('an MCP server over stdio for coding agents: list, run, show, repro, explain')
    .action(async () => done(await (await import('./mcp/mcp.ts')).mcp()));
}
