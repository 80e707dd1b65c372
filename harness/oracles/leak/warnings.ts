// What the runtime of a node says on stderr about things that pile up or are left undone. The program goes on, so nothing else
// shows it. What is said once the node was told to stop is the disorder of its end.
import type { History } from '../../model/judging/history.ts';
import type { Plan } from '../../model/judging/oracle.ts';
import type { Suspicion } from '../evidence/suspicion.ts';

/**
 * As they are printed by hand: Node 20 to 24 (nodejs.org, "Event: 'warning'"), CPython 3.11 (asyncio, "Developing with asyncio";
 * ResourceWarning only with `-W default` or `-X dev`).
 */
const WARNINGS: readonly RegExp[] = [
  // Whoever waits for `drain` under back-pressure goes with the next one: an MCP client that writes 11 lines at once is warned by hand too.
  /^\(node:\d+\) MaxListenersExceededWarning: (?!.* drain listeners added).*/,
  /^(?:\S+:\d+: )?RuntimeWarning: coroutine '[^']+' was never awaited/,
  /^Task was destroyed but it is pending!/,
  /^(?:\S+:\d+: )?ResourceWarning: unclosed .*/,
];

export function runtimeWarnings(history: History, plan: Plan): Suspicion[] {
  const judged = new Set(plan.topology.nodes.filter(({ warnings }) => warnings !== 'ignored').map(({ name }) => name));
  const ending = new Set<string>();
  const found = new Map<string, { node: string; line: string; events: number[] }>();
  for (const event of history) {
    if (event.kind === 'node' && event.state === 'stopping') ending.add(event.node);
    if (event.kind === 'node' && event.state === 'starting') ending.delete(event.node);
    if (event.kind !== 'log' || event.stream !== 'stderr' || !judged.has(event.node) || ending.has(event.node)) continue;
    const kind = WARNINGS.findIndex((pattern) => pattern.test(event.line));
    if (kind === -1) continue;
    const key = `${kind} ${event.node}`;
    const first = found.get(key) ?? { node: event.node, line: event.line, events: [] };
    first.events.push(event.seq);
    found.set(key, first);
  }
  return [...found.values()].map(({ node, line, events }) => ({
    finding: { code: 'TW-LEAK-WARNING', message: `'${node}' is warned by its own runtime: ${line}`, subject: node, events },
  }));
}
