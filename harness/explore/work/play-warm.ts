// Several rounds of work in one start of the nodes, each under faults of its own. A round is what a case of its own plays: begin, the work,
// the lift, everything works again, all who hold a truth agree, nothing is left. Then the workload's reset makes the system as at its start.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { HeldMore, Parameters, Script, StateView } from '../../model/scenario.ts';
import { canonicalJson } from '../../model/values/json.ts';
import { workSchema } from './make-work.ts';
import type { Workload } from './parts.ts';
import { workAndRecover } from './play-work.ts';
import { roundBegins, roundIsOver } from './rounds.ts';
import { workBoundMs } from './work-bound.ts';

const roundsSchema = z.array(
  z.strictObject({
    work: workSchema,
    dwellMs: z.number(),
    /** Of the schedule: they are armed when this round begins, and should fire in it. */
    steps: z.array(z.string()),
  }),
);

export type Round = z.infer<typeof roundsSchema>[number];

const RESET_WITHIN = '10s';
/** Two readings so far apart that are equal show rest. */
const APART_MS = 200;
/** Of the bound of the script: once so much of it is used up, no further round begins. What was not played decides nothing. */
const USED_MAX = 0.5;

export async function playWarm(workload: Workload, script: Script, parameters: Parameters): Promise<void> {
  const { warm, allowed, usual } = parameters;
  const { reset } = workload;
  if (!reset) throw new Error('the workload declares no reset any more');
  const rounds = roundsSchema.parse(warm);
  const lastMs = performance.now() + workBoundMs(workload) * USED_MAX;
  for (const [index, { work, ...round }] of rounds.entries()) {
    if (performance.now() > lastMs) return;
    await script.mark(roundBegins(index + 1));
    const context = { ...script, ...(await workload.begin?.(script)) };
    if (index === 0) await script.held('before');
    await workAndRecover(work, workload, context, round);
    await agree(workload, context);
    await script.held('after', allowed as HeldMore | undefined, usual as HeldMore | undefined);
    await script.mark(roundIsOver(index + 1));
    if (index === rounds.length - 1) return;
    const done = await script.operation('reset', () => reset(context), { within: RESET_WITHIN, client: 'reset' });
    if (done.state !== 'ok') throw new Error(`the reset failed: ${done.error.message}`);
  }
}

/** What the end of a case judges of its views, before the reset hides it. */
async function agree({ views, restWithinMs }: Workload, context: Script): Promise<void> {
  const truths = [...Map.groupBy(views, ({ truth }) => truth)].filter(([, { length }]) => length > 1);
  for (const [truth, each] of truths) {
    const rests = async (): Promise<boolean> => {
      const first = await agreed(each, context);
      await sleep(APART_MS);
      return first === (await agreed(each, context));
    };
    await context.until(`all that hold '${truth}' agree`, rests, { within: restWithinMs });
  }
}

/** @throws Error with what they hold when they differ. */
async function agreed(views: readonly StateView[], context: Script): Promise<string> {
  const values = await Promise.all(views.map(async ({ read }) => canonicalJson(await read(context))));
  const [first = ''] = values;
  if (values.some((value) => value !== first))
    throw new Error(views.map(({ subject }, index) => `${subject} holds ${values[index]}`).join('; '));
  return first;
}
