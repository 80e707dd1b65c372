// The script of every workload: begin, the list of work, lift, recover, and leave as it was found.
import { isDeepStrictEqual } from 'node:util';
import type { HeldMore, Parameters, Script } from '../../model/scenario.ts';
import type { Duration } from '../../model/time/duration.ts';
import type { Json } from '../../model/values/json.ts';
import { hash32 } from '../../model/values/seed.ts';
import { workSchema, type WorkItem } from './make-work.ts';
import type { Watching, Workload, WorkObserver } from './parts.ts';
import { DUE_WITHIN, stopsSchema, unlessStopped, untilStopped, withoutStarts } from './stopped.ts';
import { tricklesSchema, trickleTo } from './trickle.ts';
import { ANSWER_WITHIN, SEES_WITHIN } from './work-bound.ts';

/** How the answers of the work are told from those of other operations of a script. */
export const WORKER = 'work';
/** The mark that is passed once all faults are lifted. */
export const LIFTED = 'all faults are lifted';
/** The marks that are passed before the first item of the work, and after half of them: faults that wait for no frame begin there. */
export const WORK_MARKS = ['the work begins', 'half of the work is done'] as const;

interface Joined {
  name: string;
  observer: WorkObserver<Script>;
  watching: Watching;
}

export async function playWork(
  workload: Workload,
  script: Script,
  parameters: Parameters,
  make: (seed: number) => Promise<readonly Json[]>,
): Promise<void> {
  const { work, allowed, usual, dwellMs, trickles, stops } = parameters;
  const items = workSchema.parse(work ?? (await make(hash32(Math.floor(script.chance('work') * 2 ** 32)))));
  const stopping = new AbortController();
  const given = withoutStarts(script, stopping.signal);
  const context = { ...given, ...(await workload.begin?.(given)) };
  const round = { dwellMs: typeof dwellMs === 'number' ? dwellMs : 0 };
  const nodes = stops === undefined ? undefined : stopsSchema.parse(stops);
  if (!nodes) await script.held('before');
  const trickling = await Promise.all(tricklesSchema.parse(trickles ?? []).map((each) => trickleTo(script, each)));
  if (nodes) return await untilStopped(context, nodes, stopping, () => workThrough(items, workload, context, stopping.signal));
  await workAndRecover(items, workload, context, round);
  for (const each of trickling) await each.isGivenUp(script);
  for (const each of trickling) each.leave();
  await script.held('after', allowed as HeldMore | undefined, usual as HeldMore | undefined);
}

/**
 * From the first item of the work until everything works again and all who have joined have left.
 * @param steps of the schedule: each of them may have its time to fire, though it need not fire
 */
export async function workAndRecover(
  items: readonly WorkItem[],
  workload: Workload,
  context: Script,
  { dwellMs, steps }: { dwellMs: number; steps?: readonly string[] },
): Promise<void> {
  const joined = await workThrough(items, workload, context);
  await context.due(DUE_WITHIN, steps);
  if (dwellMs > 0) await context.passed(`${dwellMs}ms` as Duration, 'the fault stays in force for a while after the work');
  await context.liftAll();
  await context.mark(LIFTED);
  for (const { watching } of joined) watching.resume?.();
  for (const { what, holds, within } of workload.recovered) await context.until(what, () => holds(context), { within });
  for (const each of joined) await seesTheTruth(each, context);
  for (const { watching } of joined) await watching.leave?.();
}

/**
 * Gives who has joined.
 * @param stopping once the system is told to stop, nothing more is begun
 * @throws AbortError then
 */
async function workThrough(items: readonly WorkItem[], workload: Workload, context: Script, stopping?: AbortSignal): Promise<Joined[]> {
  const joined: Joined[] = [];
  const [begins, half] = WORK_MARKS;
  await context.mark(begins);
  for (const [index, item] of items.entries()) {
    if (index === Math.ceil(items.length / 2)) await context.mark(half);
    const given: Given = { workload, context, stopping };
    if ('join' in item) await join(item, given, joined);
    else await operate(item, given);
    await holdsAlways(item, given);
    stopping?.throwIfAborted();
  }
  if (items.length < 2) await context.mark(half);
  return joined;
}

interface Given {
  workload: Workload;
  context: Script;
  stopping: AbortSignal | undefined;
}

async function operate(item: Extract<WorkItem, { do: string }>, { workload, context, stopping }: Given): Promise<void> {
  const operation = workload.operations[item.do];
  if (!operation) throw new Error(`the workload has no operation '${item.do}' any more`);
  const { within = ANSWER_WITHIN } = operation;
  // Whether it may stay without an answer is judged with the faults in view.
  const act = (): Promise<unknown> => unlessStopped(stopping, () => operation.run(context, item.with));
  await context.operation(item.do, act, { within, client: WORKER, owed: false });
}

async function join(
  { join: name, slow }: Extract<WorkItem, { join: string }>,
  { workload, context, stopping }: Given,
  joined: Joined[],
): Promise<void> {
  const observer = workload.observers[name];
  if (!observer) throw new Error(`the workload has no observer '${name}' any more`);
  const act = async (): Promise<void> => {
    const watching = await observer.join(context);
    if (slow) watching.pause?.();
    joined.push({ name, observer, watching });
  };
  await context.operation(`${name} joins`, () => unlessStopped(stopping, act), { within: ANSWER_WITHIN, client: WORKER, owed: false });
}

/** What cannot be told while something is broken is told later. */
async function holdsAlways(item: WorkItem, { workload, context, stopping }: Given): Promise<void> {
  for (const { what, holds } of workload.always) {
    let does = true;
    try {
      does = await unlessStopped(stopping, () => holds(context));
    } catch {
      continue;
    }
    if (stopping?.aborted) return;
    // What was done last is below the sentence, for it tells no bug from another.
    if (!does) throw new Error(`this does not hold: ${what}\nit was seen after '${'do' in item ? item.do : item.join}'`);
  }
}

async function seesTheTruth({ name, observer: { sees, within = SEES_WITHIN }, watching }: Joined, context: Script): Promise<void> {
  if (!sees || !watching.view) return;
  const look = async (): Promise<boolean> => {
    const [seen, truth] = [await watching.view?.(), await sees(context)];
    if (seen === undefined) return true;
    if (isDeepStrictEqual(seen, truth)) return true;
    throw new Error(`it sees ${JSON.stringify(seen)} where ${JSON.stringify(truth)} is`);
  };
  await context.until(`observer '${name}' sees what there is`, look, { within });
}
