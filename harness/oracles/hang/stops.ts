// A node that was told to stop must end by itself within its own bound.
import { eventsOf, type Event, type History } from '../../model/judging/history.ts';
import type { Plan } from '../../model/judging/oracle.ts';
import { lateness } from '../evidence/starvation.ts';
import type { Suspicion } from '../evidence/suspicion.ts';
import { lasting } from '../evidence/words.ts';

/** 128 + 9: how containers and shells report a death by SIGKILL. */
const KILLED_CODE = 137;

export function slowStops(history: History, plan: Plan): Suspicion[] {
  const nodeEvents = eventsOf(history, 'node');
  const historyEndMs = history.at(-1)?.atMs ?? 0;
  return nodeEvents.flatMap((stopping, index) => {
    const bound = plan.topology.nodes.find((node) => node.name === stopping.node)?.stopWithinMs;
    if (stopping.state !== 'stopping' || bound === undefined) return [];
    const exited = nodeEvents.slice(index + 1).find((event) => event.node === stopping.node && event.state === 'exited');
    if (alreadyOwed(history, stopping)) return [];
    const endMs = exited?.atMs ?? historyEndMs;
    const tookMs = endMs - stopping.atMs;
    const killed = exited?.state === 'exited' && wasKilled(exited);
    const endedByItself = exited !== undefined && (!killed || killFired(history, stopping.node, stopping.seq, exited.seq));
    if (endedByItself ? tookMs <= bound : exited === undefined && tookMs < bound) return [];
    const how = killed ? `killed after ${lasting(tookMs)}` : exited ? `it took ${lasting(tookMs)}` : `still there after ${lasting(tookMs)}`;
    const { doubt, unexplained } = lateness(history, [{ fromMs: stopping.atMs, waitedMs: tookMs, boundMs: bound }]);
    const details = unexplained === undefined ? how : `${how}; ${unexplained}`;
    return [
      {
        finding: {
          message: `'${stopping.node}' did not end within ${lasting(bound)} of being told to stop (${details})`,
          subject: stopping.node,
          events: exited ? [stopping.seq, exited.seq] : [stopping.seq],
        },
        ...(doubt && { doubt }),
      },
    ];
  });
}

export function wasKilled({ code, signal }: { code: number | null; signal: string | null }): boolean {
  return signal === 'SIGKILL' || code === KILLED_CODE;
}

/** The stop was opened as an obligation of its own, so it is judged there. */
function alreadyOwed(history: History, stopping: { seq: number; node: string }): boolean {
  return eventsOf(history, 'obligation').some(
    ({ seq, state, about }) => seq > stopping.seq && state === 'opened' && about?.kind === 'stop' && about.node === stopping.node,
  );
}

/** The schedule itself killed the node while it was stopping. */
function killFired(history: History, node: string, afterSeq: number, beforeSeq: number): boolean {
  const isKill = (event: Event): boolean =>
    event.kind === 'fault' && event.state === 'fired' && event.fault === 'kill' && event.target === node;
  return history.some((event) => event.seq > afterSeq && event.seq < beforeSeq && isKill(event));
}
