// The commands and their options. Every command returns an exit code: 0 pass, 1 fail, 2 usage, 3 harness error,
// 4 unknown, 130 interrupted (docs/reference/exit-codes.md).
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { milliseconds, type Duration } from '../model/duration.ts';
import { EXIT } from '../model/verdict.ts';
import { SEED_MAX } from '../model/seed.ts';
import { NothingToRunError, UsageError } from './usage-error.ts';
import type { Crew } from './worker/crew.ts';

export const VERSION = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;

export async function main(words: readonly string[]): Promise<number> {
  let code: number = EXIT.pass;
  const program = commands((result) => {
    code = result;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    return report(error);
  }
}

function commands(done: (code: number) => void): Command {
  const program = new Command('tornwire')
    .description('Starts the real programs, breaks the links between them at an exact byte, and judges: no hang, no leak, no divergence.')
    .version(VERSION)
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'tornwire: ')) });

  program
    .command('run')
    .description('run scenarios and judge them')
    .argument('[filter]', 'a name, a part of a name or title, or @tag')
    .addOption(new Option('--runtime <name>', 'where nodes run').choices(['process', 'container', 'auto']).default('process'))
    .addOption(new Option('--engine <name>', 'which fault server').choices(['own', 'toxiproxy', 'auto']).default('auto'))
    .option('--seed <number>', 'decides every choice of the run', wholeNumber(0, SEED_MAX))
    .option('--repeat <n>', 'run every case so many times', wholeNumber(1, 100_000), 1)
    .option('--jobs <n>', 'cases side by side; by default as many as there are cores', wholeNumber(1, 64))
    .option(
      '--clock-speed <n>',
      'clocks and timers of the system run so many times faster; what fails is confirmed at 1',
      wholeNumber(1, 1_000),
    )
    .option('--defect <id>', "bring a reported bug back ('all' for each of them): the run succeeds when its oracle catches it")
    .option('--json', 'print the summary as JSON on stdout, and nothing else there')
    .action(async (filter: string | undefined, options) =>
      done(await withCrew(async (crew) => (await import('./run.ts')).run(filter, options, crew))),
    );

  program
    .command('gate')
    .description('the clean pack n times and every reported bug, judged by a policy: exit 0 only if all of it holds')
    .option('--policy <file>', 'YAML: repeats, required defects and tags, allowed rates, budget (docs/reference/gate.md)')
    .option('--changed-since <run>', 'compare with an earlier run: its folder, its summary.json, or latest')
    .option('--seed <number>', 'decides every choice of the run', wholeNumber(0, SEED_MAX))
    .option('--jobs <n>', 'cases side by side; by default as many as there are cores', wholeNumber(1, 64))
    .option('--json', "print the gate's outcome as JSON on stdout, and nothing else there")
    .action(async (options) => done(await withCrew(async (crew) => (await import('./gate.ts')).gate(options, crew))));

  program
    .command('nightly')
    .description('round after round with fresh seeds in every runtime and engine of this machine, until the budget is used up')
    .argument('[filter]', 'as for run')
    .option('--budget <time>', 'such as 90s, 30min or 8h', duration, '60min')
    .option('--seed <number>', 'decides every choice, and names the ledger that a killed nightly goes on with', wholeNumber(0, SEED_MAX))
    .option('--jobs <n>', 'cases side by side; by default as many as there are cores', wholeNumber(1, 64))
    .option('--replays <n>', 'run a failing case so many times again, to save its rate', wholeNumber(0, 1_000), 4)
    .action(async (filter: string | undefined, options) =>
      done(await withCrew(async (crew) => (await import('./nightly.ts')).nightly(filter, options, crew))),
    );

  program
    .command('repro')
    .description('replay a saved failing case and print reproduced k of n')
    .argument('<file>', 'a file of results/repros/')
    .option('--times <n>', 'replay it so many times', wholeNumber(1, 100_000), 1)
    .option('--json', 'print the summary as JSON on stdout, and nothing else there')
    .action(async (file: string, options) => done(await withCrew(async (crew) => (await import('./repro.ts')).repro(file, options, crew))));

  program
    .command('list')
    .description('list scenarios, their tags and the defects they catch')
    .argument('[filter]', 'as for run')
    .option('--json', 'print JSON')
    .addOption(new Option('--markdown <what>', 'print the generated documentation').choices(['scenarios', 'defects']).conflicts('json'))
    .action(async (filter: string | undefined, options) =>
      done(await withCrew(async (crew) => (await import('./list.ts')).list(filter, options, crew))),
    );

  program
    .command('proxy')
    .description("run the fault proxy: Toxiproxy's HTTP API and our own faults")
    .option('--listen <address>', 'where its API listens', '127.0.0.1:8474')
    .option('--seed <number>', 'decides every choice of the proxy', wholeNumber(0, SEED_MAX))
    .option('--config <file>', 'proxies to create at the start: the body of POST /populate')
    .option('--allow-remote', 'let the API bind to an address that is not loopback')
    .action(async (options) => done(await (await import('./proxy.ts')).proxy(options)));

  program
    .command('doctor')
    .description('what this machine has and lacks, with the cure')
    .option('--json', 'print JSON')
    .action(async (options) => done(await (await import('./doctor.ts')).doctor(options)));

  program
    .command('clean')
    .description('remove what a killed run left behind')
    .action(async () => done(await (await import('./clean.ts')).clean()));

  return program;
}

/** The first worker comes up while the command itself is still being loaded. */
async function withCrew(command: (crew: Crew) => Promise<number>): Promise<number> {
  const [{ crewFor }, { projectAt }] = await Promise.all([import('./worker/crew.ts'), import('./project.ts')]);
  await using crew = crewFor(projectAt(process.cwd()).root);
  crew.begin();
  return await command(crew);
}

function duration(text: string): string {
  try {
    if (milliseconds(text as Duration) > 0) return text;
  } catch {
    // Said below, with an example.
  }
  throw new InvalidArgumentError('it must be a time such as 90s, 30min or 8h.');
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() === '' || !Number.isInteger(number) || number < min || number > max)
      throw new InvalidArgumentError(`it must be a whole number from ${min} to ${max}.`);
    return number;
  };
}

/** One line for what the user or the machine did; the stack only for what nobody expected. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const kind = (error as Error).constructor.name;
  if (error instanceof UsageError || USAGE.has(kind)) {
    process.stderr.write(`tornwire: ${message}\n`);
    return EXIT.usage;
  }
  if (error instanceof NothingToRunError) {
    process.stderr.write(`tornwire: ${message}\n`);
    return EXIT.unknown;
  }
  process.stderr.write(EXPECTED.has(kind) ? `tornwire: ${message}\n` : `tornwire: ${name}: ${stack ?? message}\n`);
  return EXIT.harness;
}

/** By name, so that no command's modules are loaded just to tell their errors apart. */
const USAGE = new Set(['PolicyError', 'ReproError', 'TopologyError', 'PlanError']);
const EXPECTED = new Set(['RuntimeError', 'InjectorError', 'ResultsError', 'RecorderError', 'DefectError', 'UnknownStepError']);
