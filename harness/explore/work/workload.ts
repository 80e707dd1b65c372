// Work, apart from what breaks: what a system is asked, what it may answer, and what must hold. A workload with one list of work
// and one schedule is an ordinary scenario, so it is run, judged, saved and replayed like one.
import { defineScenario, type Scenario } from '../../model/scenario.ts';
import type { Json } from '../../model/values/json.ts';
import { answers } from './answers.ts';
import { makeWork } from './make-work.ts';
import { playWork } from './play-work.ts';
import { workBoundMs } from './work-bound.ts';
import type { SaidOperation, Workload, WorkloadSettings } from './parts.ts';

/** `work` of its parameters is a list of work; without it the case's seed makes one. */
export function defineWorkload<Clients extends object, State extends object = object>(
  settings: WorkloadSettings<Clients, State>,
): Scenario<Clients> {
  const { begin, operations: sayAll, observers = {}, always = [], recovered, length = 12, tags = [], ...scenario } = settings;
  const operations = sayAll((operation) => operation as SaidOperation);
  const workload = { begin, operations, observers, always, recovered, length } as unknown as Workload;
  const make = (seed: number, count = length): Promise<readonly Json[]> => makeWork(workload, seed, count);
  return {
    ...defineScenario<Clients>({
      ...scenario,
      expectation: 'each operation answers as it may, and once all faults are lifted everything works again and nothing is left',
      tags: ['workload', ...tags],
      within: workBoundMs(workload),
      oracles: [answers(workload)],
      script: (context, parameters) => playWork(workload, context, parameters, make),
    }),
    workload: { operations: [...Object.keys(operations), ...Object.keys(observers)], make },
  };
}
