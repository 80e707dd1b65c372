// Work, apart from what breaks: what a system is asked, what it may answer, and what must hold. A workload with one list of work
// and one schedule is an ordinary scenario, so it is run, judged, saved and replayed like one.
import { defineScenario, type Scenario } from '../../model/scenario.ts';
import { milliseconds } from '../../model/time/duration.ts';
import type { Json } from '../../model/values/json.ts';
import { answers } from './answers.ts';
import { makeWork } from './make-work.ts';
import { playWarm } from './play-warm.ts';
import { playWork } from './play-work.ts';
import { workBoundMs } from './work-bound.ts';
import type { SaidOperation, Workload, WorkloadSettings } from './parts.ts';

/** `work` of its parameters is a list of work; without it the case's seed makes one. With `warm` it plays rounds (play-warm.ts). */
export function defineWorkload<Clients extends object, State extends object = object>(
  settings: WorkloadSettings<Clients, State>,
): Scenario<Clients> {
  const { begin, operations: sayAll, observers = {}, always = [], recovered, reset, length = 12, tags = [], ...scenario } = settings;
  const operations = sayAll((operation) => operation as SaidOperation);
  const { system, truths, restWithin = '3s' } = scenario;
  const views = (system.views ?? []).filter(({ truth }) => truths === undefined || truths.includes(truth));
  const rest = { views, restWithinMs: milliseconds(restWithin) };
  const workload = { begin, operations, observers, always, recovered, reset, length, ...rest } as unknown as Workload;
  const make = (seed: number, count = length): Promise<readonly Json[]> => makeWork(workload, seed, count);
  return {
    ...defineScenario<Clients>({
      ...scenario,
      expectation: 'each operation answers as it may, and once all faults are lifted everything works again and nothing is left',
      tags: ['workload', ...tags],
      within: workBoundMs(workload),
      oracles: [answers(workload)],
      script: (context, parameters) =>
        parameters['warm'] === undefined ? playWork(workload, context, parameters, make) : playWarm(workload, context, parameters),
    }),
    workload: { operations: [...Object.keys(operations), ...Object.keys(observers)], make, ...(reset && { resets: true }) },
  };
}
