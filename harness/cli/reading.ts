// The commands that read what runs have left, and start nothing of the project.
import type { Command } from 'commander';

type Done = (code: number) => void;

export const READING: readonly ((program: Command, done: Done) => void)[] = [addCompare];

function addCompare(program: Command, done: Done): void {
  program
    .command('compare')
    .description('two cases or two runs: what differed first, what is new, fixed or flaky; exit 1 when something is')
    .argument('<a>', 'the earlier one: a folder of results, `latest`, the file of a repro, or a part of a scenario of the latest run')
    .argument('<b>', 'the later one')
    .option('--json', 'print JSON')
    .action(async (a: string, b: string, options) => done(await (await import('./commands/reading/compare.ts')).compare(a, b, options)));
}
