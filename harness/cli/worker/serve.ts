// A process of its own for the user's code. Scenarios, adapters and clients are loaded and played here, one case at a time,
// and nowhere else. Whatever they do to this process costs one row. worker-process.ts starts it with the project's root.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { brokenScenario } from '../../model/described-scenario.ts';
import { programFile } from '../../model/values/program-file.ts';
import type { NamedScenario } from '../../model/scenario.ts';
import type { Assembly } from '../base/assemble.ts';
import { scenarioNameOf } from '../base/scenario-files.ts';
import { enterBox } from '../../runtime/box/worker-box.ts';
import { redactorHere } from '../base/secrets.ts';
import { describeScenario } from './describe.ts';
import { openChannel } from './channel.ts';
import { LIFELINE, ownerOf, type Answer, type Ask } from './messages.ts';
import { machineFindingsIn, NoScenarioError, scenariosIn } from './module.ts';
import { errorLine, placeIn, type ErrorLine } from './place.ts';
import { play } from './player.ts';
import { watchStrays } from './strays.ts';

/** How long a timer that a case has left may still go off before the process ends. */
const HEAR_OUT_MS = 1_000;
const HEAR_EVERY_MS = 20;
const BEAT_EVERY_MS = 500;

const [, , root = process.cwd(), boxed] = process.argv;
if (boxed !== undefined) enterBox();
const redact = redactorHere();
const lineOf: ErrorLine = (error) => redact.text(errorLine(error, root));
const interrupted = new AbortController();
const doors = new Map<string, string>();
let assembly: Promise<Assembly> | undefined;

// Who reads what the user's code prints may have gone.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
// Signals come by way of the one who started this process: it decides what they mean.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
const watchdog = new Worker(programFile(import.meta.url, './watchdog.ts'), { workerData: { lifeline: LIFELINE } });
watchdog.unref();

const channel = openChannel({
  async order(id, ask) {
    channel.report({ id, answer: await strays.within(ownerOf(ask), () => answerTo(ask)) });
  },
  interrupt: () => interrupted.abort(new Error('interrupted')),
  close: () => end(),
});
const strays = watchStrays((error, owner) => {
  if (owner !== undefined) channel.report({ stray: lineOf(error), owner });
});
process.on('exit', (code) => {
  const place = placeIn(new Error().stack ?? '', root);
  const owner = strays.owner();
  const lastWords = `process.exit(${code}) was called${place === undefined ? '' : ` (${place})`}`;
  if (!channel.closed) channel.report({ lastWords, ...(owner !== undefined && { owner }) });
});
setInterval(() => {
  channel.report({ beat: true });
  // oxlint-disable-next-line require-post-message-target-origin -- a thread has no origin
  watchdog.postMessage('beat');
}, BEAT_EVERY_MS).unref();

async function answerTo(ask: Ask): Promise<Answer> {
  try {
    switch (ask.do) {
      case 'describe':
        return await described(ask.file);
      case 'doctor':
        return { to: 'doctor', findings: redact.value(await machineFindingsIn(ask.file)) };
      case 'availability': {
        const { scenario } = await scenarioAt(ask.scenario);
        const reason = await scenario.unavailable?.(ask.runtime);
        return { to: 'availability', ...(reason !== undefined && { reason: redact.text(reason) }) };
      }
      case 'work': {
        const { scenario } = await scenarioAt(ask.scenario);
        if (!scenario.workload) throw new NoScenarioError(`'${ask.scenario.name}' is no workload: make it with defineWorkload`);
        return { to: 'work', work: await scenario.workload.make(ask.seed, ask.length) };
      }
      case 'play': {
        const named = await scenarioAt(ask.scenario);
        assembly ??= import('../base/assemble.ts').then(({ assemble }) =>
          assemble(boxed === undefined ? undefined : { keeps: keptFolders(), doors }),
        );
        for (const [address, path] of ask.doors ?? []) doors.set(address, path);
        const { case: given, folder } = ask;
        const played = await play({ assembly: await assembly, named, given, folder, signal: interrupted.signal, strays, lineOf, redact });
        return 'stop' in played ? { to: 'stop', why: played.stop } : { to: 'play', result: played, leaves: timersRun() };
      }
      default:
        return ask satisfies never;
    }
  } catch (error) {
    return { to: 'failed', why: error instanceof NoScenarioError ? error.message : lineOf(error) };
  }
}

/** A module that lets a promise go while it is loaded has not loaded. */
async function described(file: string): Promise<Answer> {
  let letGo: string | undefined;
  const stop = strays.listen(file, (error) => (letGo = lineOf(error)));
  try {
    const named = await scenariosIn(nameOf(file), file);
    await turn();
    if (letGo !== undefined) return { to: 'failed', why: `nobody caught this while it was loaded: ${letGo}` };
    return { to: 'describe', scenarios: named.map(describedOrBroken) };
  } finally {
    stop();
  }
}

function describedOrBroken(named: NamedScenario): ReturnType<typeof describeScenario> {
  try {
    const described = describeScenario(named, root);
    return { ...described, title: redact.text(described.title), expectation: redact.text(described.expectation) };
  } catch (error) {
    return brokenScenario(named.name, named.file, lineOf(error));
  }
}

async function scenarioAt({ name, file }: { name: string; file: string }): Promise<NamedScenario> {
  const found = (await scenariosIn(nameOf(file), file)).find((named) => named.name === name);
  if (!found) throw new NoScenarioError(`it gives no scenario '${name}' any more`);
  return found;
}

function nameOf(file: string): string {
  return scenarioNameOf(join(root, 'scenarios'), file);
}

/** What programs are loaded from, and where results go. */
function keptFolders(): string[] {
  const folders = [
    root,
    join(root, 'node_modules'),
    dirname(process.execPath),
    dirname(dirname(dirname(programFile(import.meta.url, './main.ts')))),
  ];
  return folders.filter((folder) => existsSync(folder)).map((folder) => realpathSync(folder));
}

/** Of those that keep a process alive; the harness has none between cases. */
function timersRun(): boolean {
  return process.getActiveResourcesInfo().includes('Timeout');
}

/** What is left running is heard out for a moment: an error in a timer is still an error of its case. */
async function end(): Promise<void> {
  await (await assembly)?.[Symbol.asyncDispose]();
  const untilMs = performance.now() + HEAR_OUT_MS;
  while (performance.now() < untilMs && timersRun()) await new Promise((resolve) => setTimeout(resolve, HEAR_EVERY_MS).unref());
  channel.close();
  process.exit(0);
}
