// The workers of one command. They are started when they are needed, kept for many cases, and replaced when they die. What
// a dead worker had started is swept at once.
import { rm } from 'node:fs/promises';
import type { Case } from '../../model/case.ts';
import type { Isolation } from '../../model/isolation.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { ResultsError } from '../../results/atomic-file.ts';
import { withoutVerdict } from '../../results/without-verdict.ts';
import type { CaseResult } from '../../model/case-result.ts';
import type { Doors } from './doors.ts';
import type { Answer, Ask } from './messages.ts';
import { startWorker, type Died, type WorkerProcess } from './worker-process.ts';

export interface Crew extends AsyncDisposable {
  /** Of cases of processes. */
  readonly isolation: Isolation;
  /** Starts the first worker, which takes a while to come up. */
  begin(): void;
  /** Each question on its own matters: where a worker dies of several, each of them is asked again alone. In the order of `asks`. */
  askAll(asks: readonly Ask[]): Promise<(Answer | Died)[]>;
  /** Never rejects for what the user's code does. @throws ResultsError when results cannot be kept. */
  play(scenario: DescribedScenario, given: Case, folder: string): Promise<CaseResult>;
  /** Errors that nobody caught, by the folder of a case that has ended or by the file of a module. */
  onStray(listener: (line: string, owner: string) => void): void;
  /** Lets every worker end once what its cases have left running was heard out; new ones come when they are needed. */
  rest(): Promise<void>;
  interrupt(): void;
}

/** For a module to load, or to say whether it can run here. */
const QUESTION_WITHIN_MS = 10_000;
/** So often a case is begun anew because others ended its worker. */
const AGAIN_MAX = 5;

export function crewFor(root: string, isolation: Isolation): Crew {
  // What comes before anybody listens is kept: a module may throw in a timer while cases are still being planned.
  const unheard: [string, string][] = [];
  let stray = (line: string, owner: string): void => void unheard.push([line, owner]);
  const onStray = (line: string, owner: string): void => stray(line, owner);
  // Cases in containers need the machine's network.
  const open = workersOf(root, false, onStray);
  const workers = isolation.way === 'box' ? workersOf(root, true, onStray) : open;
  // Few need one, and what it is made of takes a while to load.
  let doors: Promise<Doors> | undefined;
  const doorsTo = async (outside: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    if (outside.length === 0) return new Map();
    doors ??= import('./doors.ts').then(({ doorsOf }) => doorsOf());
    return await (await doors).to(outside);
  };
  const rest = async (): Promise<void> => void (await Promise.all([open.rest(), workers.rest()]));

  return {
    isolation,
    begin: workers.begin,
    rest,
    interrupt: () => [open, workers].forEach((each) => each.interrupt()),
    async askAll(asks) {
      if (asks.length === 0) return [];
      const answers = await workers.ask(asks, QUESTION_WITHIN_MS);
      if (asks.length === 1) return answers;
      for (const [index, answer] of answers.entries())
        if (answer.to === 'died') answers[index] = (await workers.ask([asks[index] as Ask], QUESTION_WITHIN_MS))[0] as Answer | Died;
      return answers;
    },
    async play(scenario, given, folder) {
      const startedMs = performance.now();
      const isProcess = given.runtime === 'process';
      const outside = isProcess && isolation.way === 'box' ? (scenario.topology?.outside ?? []) : [];
      const ask = { do: 'play', scenario: { name: scenario.name, file: scenario.file }, case: given, folder } as const;
      const asks: Ask[] = [{ ...ask, doors: await doorsTo(outside) }];
      const players = isProcess ? workers : open;
      let [answer] = await players.ask(asks, scenario.boundMs);
      // Ended by what an earlier case had left: that case is told, and this one has another worker.
      for (let again = 1; answer?.to === 'died' && answer.byAnother && again <= AGAIN_MAX; again++)
        [answer] = await players.ask(asks, scenario.boundMs);
      if (answer?.to === 'play') return isProcess ? { ...answer.result, isolation } : answer.result;
      if (answer?.to === 'stop') throw new ResultsError(answer.why);
      if (answer?.to === 'died') await removeSourceCopy(folder);
      const reason = workers.interrupted ? 'interrupted' : 'harness';
      const about = { given, title: scenario.title, folder, reason, detail: whyNot(answer) } as const;
      return { ...withoutVerdict({ ...about, durationMs: performance.now() - startedMs }), ...(isProcess && { isolation }) };
    },
    onStray(listener) {
      stray = listener;
      for (const [line, owner] of unheard.splice(0)) listener(line, owner);
    },
    async [Symbol.asyncDispose]() {
      await rest();
      await (await doors)?.[Symbol.asyncDispose]();
    },
  };
}

/** Those that are there, and new ones where they are needed. */
function workersOf(root: string, boxed: boolean, onStray: (line: string, owner: string) => void) {
  const idle: WorkerProcess[] = [];
  const all = new Set<WorkerProcess>();
  const retired: Promise<void>[] = [];
  const stopping = new AbortController();

  const start = (): WorkerProcess => {
    const worker = startWorker(root, boxed, onStray);
    all.add(worker);
    return worker;
  };
  /** One may have ended while nobody looked: a timer of a case that is long over can do that. */
  const idleOne = async (): Promise<WorkerProcess | undefined> => {
    for (let worker = idle.pop(); worker; worker = idle.pop()) {
      if (!worker.dead) return worker;
      await giveBack(worker);
    }
    return undefined;
  };
  const giveBack = async (worker: WorkerProcess): Promise<void> => {
    if (!worker.dead) return void idle.push(worker);
    all.delete(worker);
    await sweep();
  };
  return {
    get interrupted() {
      return stopping.signal.aborted;
    },
    begin: () => void idle.push(start()),
    /** All of one worker. */
    async ask(asks: readonly Ask[], patienceMs: number): Promise<(Answer | Died)[]> {
      const worker = (await idleOne()) ?? start();
      if (stopping.signal.aborted) worker.interrupt();
      const answers = await Promise.all(asks.map((each) => worker.ask(each, patienceMs)));
      // Timers that a case has left are heard out, and not in the next one.
      if (answers.some((answer) => answer.to === 'play' && answer.leaves)) retired.push(worker.close().then(() => void all.delete(worker)));
      else await giveBack(worker);
      return answers;
    },
    async rest(): Promise<void> {
      const leaving = [...all];
      all.clear();
      idle.length = 0;
      await Promise.all([...leaving.map((worker) => worker.close()), ...retired.splice(0)]);
    },
    interrupt(): void {
      stopping.abort();
      for (const worker of all) worker.interrupt();
    },
  };
}

function whyNot(answer: Answer | Died | undefined): string {
  if (answer?.to === 'died') return `the process that played it is gone: ${answer.how}`;
  return answer?.to === 'failed' ? answer.why : 'its worker gave no answer';
}

async function removeSourceCopy(folder: string): Promise<void> {
  const { sourceCopyIn } = await import('../../run/patched-source.ts');
  await rm(sourceCopyIn(folder), { recursive: true, force: true });
}

/** Loaded only where a worker has died: a command starts its first worker before it loads anything else. */
async function sweep(): Promise<void> {
  const { sweepDeadRuns } = await import('../../runtime/registry/sweep.ts');
  await sweepDeadRuns();
}
