// What is alive or on disk after everything was stopped. It is a leak at once, unless its node had no time to end.
import { eventsOf, type History } from '../../model/judging/history.ts';
import type { Plan } from '../../model/judging/oracle.ts';
import { lateness, type Wait } from '../evidence/starvation.ts';
import { wasKilled } from '../hang/stops.ts';
import type { Suspicion } from '../evidence/suspicion.ts';
import { listed } from '../evidence/words.ts';

export function leftOver(history: History, plan: Plan): Suspicion[] {
  const byKind = Map.groupBy(eventsOf(history, 'leftover'), (event) => JSON.stringify([event.what, event.node]));
  return [...byKind.values()].flatMap((events) => {
    const [first] = events;
    if (!first) return [];
    const owner = first.node === undefined ? '' : ` of '${first.node}'`;
    const details = listed(
      events.map((event) => event.detail),
      5,
    );
    return {
      finding: {
        message: `a ${first.what}${owner} is left after everything was stopped (${events.length}: ${details})`,
        ...(first.node !== undefined && { subject: first.node }),
        events: events.map((event) => event.seq),
      },
      ...doubtOf(events, history, plan),
    };
  });
}

type Left = ReturnType<typeof eventsOf<'leftover'>>[number];

/** What had no time to end while its node was told to stop is no leak yet: each of them must be explained. */
function doubtOf(events: readonly Left[], history: History, plan: Plan): Pick<Suspicion, 'doubt'> {
  const waits = events.flatMap((event) => stopOf(event, history, plan) ?? []);
  if (waits.length < events.length) return {};
  const { doubt } = lateness(history, waits);
  return doubt ? { doubt } : {};
}

/** How long it was waited for; undefined where that is not why it is there. */
function stopOf({ what, node, seq, atMs, asleep }: Left, history: History, plan: Plan): Wait | undefined {
  const boundMs = plan.topology.nodes.find(({ name }) => name === node)?.stopWithinMs;
  const ofNode = eventsOf(history, 'node').filter((event) => event.node === node && event.seq < seq);
  const stopping = ofNode.findLast((event) => event.state === 'stopping');
  // Who slept had all the time it wanted.
  if (boundMs === undefined || !stopping || asleep) return undefined;
  const exited = ofNode.find((event) => event.state === 'exited' && event.seq > stopping.seq);
  // A file that a node leaves although it ended by itself was forgotten, at whatever speed.
  const outlives = what === 'process' || what === 'container';
  if (!outlives && exited?.state === 'exited' && !wasKilled(exited)) return undefined;
  return { fromMs: stopping.atMs, waitedMs: atMs - stopping.atMs, boundMs };
}
