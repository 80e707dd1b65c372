// The commands and their options. Every command returns an exit code: 0 pass, 1 fail, 2 usage, 3 harness error,
// 4 unknown, 130 interrupted (docs/reference/exit-codes.md).
import { Command, Option } from 'commander';
import { USER_RUNTIMES } from '../model/case.ts';
import type { ISOLATIONS } from '../model/isolation.ts';
import { docPage } from '../model/values/doc-page.ts';
import { EXIT } from '../model/values/exit-code.ts';
import { SEED_MAX } from '../model/values/seed.ts';
import { failureOf } from './failure.ts';
import { VERSION } from './base/version.ts';
import type { InitOptions } from './commands/init.ts';
import type { ReproOptions } from './commands/repro.ts';
import { duration, isolation, reportWhen, wholeNumber, withCrew } from './options.ts';
import type { takeQueueAddress } from './queue/address.ts';
import { READING } from './reading.ts';

export async function main(words: readonly string[]): Promise<number> {
  let code: number = EXIT.pass;
  const program = commands((result) => {
    code = result;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    const { text, exitCode } = failureOf(error);
    process.stderr.write(text);
    return exitCode;
  }
}

type Done = (code: number) => void;

/** What the list of commands does not show: the packs of checks, and where pages are. */
function helpAfter(): string {
  return `
Ready-made checks:
  tornwire check mcp -- <command>                    an MCP server over stdio
  tornwire check mcp --http 3000/mcp -- <command>    an MCP server over streamable HTTP
  tornwire check websocket --port 8080 -- <command>  a WebSocket server
  tornwire check agent --model openai -- <command>   a coding agent that prints JSON lines

Documentation, by question: ${docPage('README.md')}
Exit codes: 0 pass, 1 fail, 2 usage, 3 harness error, 4 unknown, 130 interrupted.`;
}

/** Also read by the generated reference. */
export function commands(done: Done): Command {
  const program = new Command('tornwire')
    .description('Starts the real programs, breaks the links between them at an exact byte, and judges: no hang, no leak, no divergence.')
    .version(VERSION)
    .exitOverride()
    .showSuggestionAfterError(true)
    .addHelpText('after', helpAfter)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'tornwire: ')) });
  for (const add of [
    addInit,
    addRun,
    addCheck,
    addGate,
    addNightly,
    addSweep,
    addWorker,
    addRepro,
    addShrink,
    ...READING,
    addList,
    addProxy,
    addDoctor,
    addImages,
    addSelftest,
    addExplain,
    addClean,
  ])
    add(program, done);
  return program;
}

function addInit(program: Command, done: Done): void {
  program
    .command('init')
    .description('write an adapter, a smoke scenario for each link and a workflow, from what is there: an MCP server, Compose, a Procfile')
    .argument('[command...]', 'what to start, behind --: init -- node server.js')
    .option('--from <file>', 'what to take, where there is more than one: compose.yaml, Procfile, ...')
    .option('--dry-run', 'print the files and write none')
    .option('--force', 'replace files that are there')
    .option('--check', 'start and write nothing: say what is wrong with adapters and scenarios, with file and line')
    .option('--json', 'print JSON')
    .action(async (command: readonly string[], options) => done(await initOrCheck(command, options)));
}

async function initOrCheck(command: readonly string[], options: { check?: boolean } & InitOptions): Promise<number> {
  if (options.check !== true) return (await import('./commands/init.ts')).init(command, options);
  return await withCrew('addresses', async (crew) => (await import('./commands/init-check.ts')).initCheck(crew, options.json));
}

function addRun(program: Command, done: Done): void {
  program
    .command('run')
    .description('run scenarios and judge them')
    .argument('[filters...]', 'a name, a part of a name or title, or @tag; not before one leaves out what it matches')
    .addOption(new Option('--runtime <name>', 'where nodes run').choices([...USER_RUNTIMES, 'auto']).default(USER_RUNTIMES[0]))
    .addOption(new Option('--engine <name>', 'which fault server').choices(['own', 'toxiproxy', 'auto']).default('auto'))
    .addOption(reportWhen())
    .addOption(isolation())
    .option('--seed <number>', 'decides every choice of the run', wholeNumber(0, SEED_MAX))
    .option('--repeat <n>', 'run every case so many times', wholeNumber(1, 100_000), 1)
    .option('--jobs <n>', 'cases side by side; by default as many as there are cores', wholeNumber(1, 64))
    .option(
      '--clock-speed <n>',
      'clocks and timers of the system run so many times faster; what fails is confirmed at 1',
      wholeNumber(1, 1_000),
    )
    .option('--defect <id>', "bring a reported bug back ('all' for each of them): the run succeeds when its oracle catches it")
    .option('--sarif <file>', 'write what failed as SARIF 2.1.0, at the lines of the scenarios')
    .option('--json', 'print the summary as JSON on stdout, and nothing else there')
    .action(async (filters: string[], options) =>
      done(await withCrew(options.isolation, async (crew) => (await import('./commands/run.ts')).run(filters, options, crew))),
    );
}

function addCheck(program: Command, done: Done): void {
  program
    .command('check')
    .description('ready-made checks of an MCP server, a WebSocket server or a coding agent, without any file')
    .argument('<pack>', 'agent, mcp, websocket, or the file or package of a pack of your own')
    .argument('[command...]', 'behind --: the program and its arguments')
    .option('--call <name>', 'a request (for mcp: a tool) that may be called; without it none is')
    .option('--args <json>', 'its arguments')
    .option('--slow <name>', 'a request that takes some seconds: for what happens beside it')
    .option('--slow-args <json>', 'its arguments')
    .option('--http <port/path>', 'for mcp: the server speaks streamable HTTP at this port and path, such as 3000/mcp; without it stdio')
    .option('--header <header...>', 'with --http: what each request bears, such as "Authorization: Bearer …"; its value is a secret')
    .option('--port <n>', 'for websocket: the port that the server listens at')
    .option('--path <path>', 'for websocket: where it is upgraded, with its query (default /)')
    .option('--hello <text>', 'for websocket: a message that is answered')
    .option('--expect <text>', 'for websocket: what is in the answer: text, or a JSON object with some of its members')
    .option('--model <api>', 'for agent: a model on loopback that speaks the API of openai or anthropic')
    .option('--model-url-env <name>', 'for agent: the variable that gets the address of this model')
    .option('--prompt <text>', 'for agent: what is written to its stdin')
    .option('--set <name=value...>', 'a setting of a pack of your own')
    .option(
      '--env <name=value...>',
      'a variable of the program; NAME alone takes it from here. Its value stands in no file if it may be a secret. HOME is an empty folder unless it is named',
    )
    .option('--only <check...>', 'these checks alone')
    .option('--strict', 'habits that are not kept are broken too: what well-kept programs do although no rule demands it')
    .option('--save', 'write the checks as scenarios into the project, and run nothing')
    .option('--json', 'print the outcome as JSON on stdout, and nothing else there')
    .option('--junit <file>', 'write a JUnit report')
    .option('--sarif <file>', 'write a SARIF 2.1.0 report')
    .addOption(isolation())
    .option('--seed <number>', 'decides every choice of the run', wholeNumber(0, SEED_MAX))
    .option('--jobs <n>', 'checks side by side; by default as many as there are cores', wholeNumber(1, 64))
    .action(async (pack: string, command: string[], options) => {
      (await import('./project/target.ts')).keepTarget(command, process.cwd(), options);
      done(
        await withCrew(
          options.isolation,
          async (crew) => (await import('./commands/check.ts')).check(pack, command, options, crew),
          process.cwd(),
        ),
      );
    });
}

function addGate(program: Command, done: Done): void {
  program
    .command('gate')
    .description('the clean pack n times and every reported bug, judged by a policy: exit 0 only if all of it holds')
    .option('--policy <file>', `YAML: repeats, required defects and tags, allowed rates, budget (${docPage('reference/gate.md')})`)
    .option('--changed-since <run>', 'compare with an earlier run: its folder, its summary.json, or latest')
    .addOption(reportWhen())
    .addOption(isolation())
    .option('--seed <number>', 'decides every choice of the run', wholeNumber(0, SEED_MAX))
    .option('--jobs <n>', 'cases side by side; by default as many as there are cores', wholeNumber(1, 64))
    .option('--sarif <file>', 'write what failed as SARIF 2.1.0, at the lines of the scenarios')
    .option('--json', "print the gate's outcome as JSON on stdout, and nothing else there")
    .action(async (options) =>
      done(await withCrew(options.isolation, async (crew) => (await import('./commands/gate.ts')).gate(options, crew))),
    );
}

function addNightly(program: Command, done: Done): void {
  program
    .command('nightly')
    .description('round after round with fresh seeds in every runtime and engine of this machine, until the budget is used up')
    .argument('[filters...]', 'as for run')
    .option('--budget <time>', 'such as 90s, 30min or 8h', duration, '60min')
    .addOption(reportWhen())
    .addOption(isolation())
    .option('--seed <number>', 'decides every choice, and names the ledger that a killed nightly goes on with', wholeNumber(0, SEED_MAX))
    .option('--jobs <n>', 'cases side by side; by default as many as there are cores', wholeNumber(1, 64))
    .option('--replays <n>', 'run a failing case so many times again, to save its rate', wholeNumber(0, 1_000), 4)
    .option('--json', 'print the finished cases as JSON on stdout, and nothing else there')
    .action(async (filters: string[], options) =>
      done(await withCrew(options.isolation, async (crew) => (await import('./commands/nightly.ts')).nightly(filters, options, crew))),
    );
}

function addSweep(program: Command, done: Done): void {
  program
    .command('sweep')
    .description(
      'break workloads wherever they can break: record what is said, try every fault at every class of frames, make findings small',
    )
    .argument('[filters...]', 'which workloads (*.workload.ts), as for run')
    .option('--budget <time>', 'such as 90s, 30min or 8h; shared by the workloads', duration, '10min')
    .option('--cases <n>', 'at most so many cases for each workload, whatever the budget', wholeNumber(1, 10_000_000))
    .option('--depth <n>', 'faults at once: 1, or 2 for pairs at reconnects as well', wholeNumber(1, 2), 2)
    .option('--only <text>', 'fault points whose name holds this text')
    .option('--seed <number>', 'decides the plan, and names the ledger that a sweep goes on with', wholeNumber(0, SEED_MAX))
    .option('--jobs <n>', 'cases side by side; by default as many as there are cores, and more while these are idle', wholeNumber(1, 64))
    .option('--replays <n>', 'replay the smallest case of a finding so many times, for its rate', wholeNumber(0, 1_000), 4)
    .option('--shrink <n>', 'try so many smaller cases for a finding', wholeNumber(0, 10_000), 40)
    .option('--defect <id>', 'bring a reported bug back')
    .option(
      '--warm',
      'fault points share a start of the nodes where the workload declares a reset; what is not clean, and a sample of what is, is played in fresh ones',
    )
    .option('--until-found', 'the first finding ends the sweep')
    .option('--json', 'print the outcome as JSON on stdout, and nothing else there')
    .addOption(queue('workers take its cases from there, on any number of machines; without it this machine plays them'))
    .option(
      '--lost-after <time>',
      'with --queue: a worker that was not heard of for so long is lost, and its case is taken again',
      duration,
      '30s',
    )
    .addOption(isolation())
    .action(async (filters: string[], given) => {
      const options = { ...given, ...(given.queue !== undefined && { queue: (await queueAddresses())(given.queue, 'sweep') }) };
      done(await withCrew(options.isolation, async (crew) => (await import('./exploration/sweep.ts')).sweep(filters, options, crew)));
    });
}

function addWorker(program: Command, done: Done): void {
  program
    .command('worker')
    .description('play cases of sweeps that were started elsewhere with --queue, until it is told to end')
    .addOption(queue('where they wait').makeOptionMandatory())
    .option('--jobs <n>', 'cases side by side; by default as many as there are cores', wholeNumber(1, 64))
    .option('--idle-exit <time>', 'end when there was nothing to do for so long', duration)
    .option('--once', 'play one case and end')
    .addOption(isolation())
    .action(async (options) => {
      const address = (await queueAddresses())(options.queue, 'worker');
      done(await withCrew(options.isolation, async (crew) => (await import('./exploration/worker.ts')).worker(address, options, crew)));
    });
}

function queue(what: string): Option {
  return new Option('--queue <url>', `a PostgreSQL, as postgres://user@host:5432/database: ${what}`).env('TORNWIRE_QUEUE');
}

async function queueAddresses(): Promise<typeof takeQueueAddress> {
  return (await import('./queue/address.ts')).takeQueueAddress;
}

function addRepro(program: Command, done: Done): void {
  program
    .command('repro')
    .description('replay a saved failing case and print reproduced k of n')
    .argument('<file>', 'a file of results/repros/, or an archive of tornwire pack')
    .addOption(reportWhen())
    .addOption(isolation())
    .option('--times <n>', 'replay it so many times', wholeNumber(1, 100_000), 1)
    .option('--trust', 'run what the file does to programs and files also where its scenario does not')
    .option('--json', 'print the summary as JSON on stdout, and nothing else there')
    .action(async (file: string, options) => done(await reproOrArchive(file, options)));
}

function addShrink(program: Command, done: Done): void {
  program
    .command('shrink')
    .description('make a saved failure small: fewer faults, less work, simpler arguments, and how often it comes back')
    .argument('<file>', 'a file of results/repros/')
    .addOption(isolation())
    .option('--tries <n>', 'try so many smaller cases', wholeNumber(0, 10_000), 80)
    .option('--replays <n>', 'replay the smallest case so many times, for its rate', wholeNumber(0, 1_000), 9)
    .option('--within <time>', 'no smaller case is tried after it', duration, '10min')
    .option('--trust', 'run what the file does to programs and files also where its scenario does not')
    .option('--json', 'print the outcome as JSON on stdout, and nothing else there')
    .action(async (file: string, options) =>
      done(
        await withCrew(options.isolation, async (crew) => (await import('./exploration/shrink-saved.ts')).shrinkSaved(file, options, crew)),
      ),
    );
}

/** The sources of an archive are a project of their own, in which it is replayed. */
async function reproOrArchive(given: string, options: { isolation: (typeof ISOLATIONS)[number] } & ReproOptions): Promise<number> {
  let file = given;
  if (/\.(tar\.gz|tgz)$/.test(given)) {
    const { project, repro } = await (await import('./commands/reading/unpack.ts')).unpackForReplay(given, options.trust === true);
    process.chdir(project);
    file = repro;
  }
  return await withCrew(options.isolation, async (crew) => (await import('./commands/repro.ts')).repro(file, options, crew));
}

function addList(program: Command, done: Done): void {
  program
    .command('list')
    .description('list scenarios, their tags and the defects they catch')
    .argument('[filters...]', 'as for run')
    .option('--json', 'print JSON')
    .addOption(new Option('--markdown <what>', 'print the generated documentation').choices(['scenarios', 'defects']).conflicts('json'))
    .action(async (filters: string[], options) =>
      done(await withCrew('addresses', async (crew) => (await import('./commands/list.ts')).list(filters, options, crew))),
    );
}

function addProxy(program: Command, done: Done): void {
  program
    .command('proxy')
    .description("run the fault proxy: Toxiproxy's HTTP API and our own faults")
    .option('--listen <address>', 'where its API listens', '127.0.0.1:8474')
    .option('--seed <number>', 'decides every choice of the proxy', wholeNumber(0, SEED_MAX))
    .option('--config <file>', 'proxies to create at the start: the body of POST /populate')
    .option('--allow-remote', 'let the API bind to an address that is not loopback')
    .action(async (options) => done(await (await import('./commands/proxy.ts')).proxy(options)));
}

function addDoctor(program: Command, done: Done): void {
  program
    .command('doctor')
    .description('what this machine has and lacks, with the cure')
    .option('--json', 'print JSON')
    .action(async (options) => done(await (await import('./commands/doctor.ts')).doctor(options)));
}

function addImages(program: Command, done: Done): void {
  program
    .command('images')
    .description('build the images that --runtime container starts, with or without a registry')
    .option('--no-registry', 'ask no registry: build from Debian packages')
    .option('--json', 'print the names of the images as JSON on stdout, and what is done on stderr')
    .action(async (options: { registry: boolean; json?: boolean }) => done(await (await import('./commands/images.ts')).images(options)));
}

function addSelftest(program: Command, done: Done): void {
  program
    .command('selftest')
    .description('tiny programs with one planted bug each and their clean twins, by hand and judged: can verdicts be believed here?')
    .argument('[filter]', 'a part of a pair, or @oracle, @language, @transport')
    .option('--repeat <n>', 'judge every twin so many times', wholeNumber(1, 1_000), 1)
    .option('--load <k>', 'busy loops beside it: k times as many as there are cores', wholeNumber(0, 64), 0)
    .addOption(isolation())
    .option('--quick', 'few pairs that have something of everything')
    .option('--jobs <n>', 'cases side by side; by default twice as many as there are cores', wholeNumber(1, 64))
    .option('--seed <number>', 'decides every choice of the run', wholeNumber(0, SEED_MAX))
    .option('--json', 'print the outcome as JSON on stdout, and nothing else there')
    .action(async (filter: string | undefined, options) => done(await (await import('./commands/selftest.ts')).selftest(filter, options)));
}

function addExplain(program: Command, done: Done): void {
  program
    .command('explain')
    .description('what a message means, what usually causes it and how to look closer')
    .argument('[code]', 'what stands behind the message in brackets, such as TW-LEAK-PROCESS; without one all codes are listed')
    .option('--json', 'print JSON')
    .action(async (code: string | undefined, options) => done((await import('./commands/help/explain.ts')).explain(code, options)));
}

function addClean(program: Command, done: Done): void {
  program
    .command('clean')
    .description('remove what a killed run left behind')
    .option('--json', 'print what was removed as JSON')
    .action(async (options) => done(await (await import('./commands/clean.ts')).clean(options)));
}
