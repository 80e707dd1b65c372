// What is alive or on disk after everything was stopped, processes once the time to stop is over (run/what-is-left.ts). It is a leak,
// unless its node had no time to end. Of temporary files a node that was killed, or whose files a fault was put on, is excused: it could not tidy up.
import { eventsOf, type History } from '../../model/judging/history.ts';
import type { Leftover } from '../../model/judging/leftover.ts';
import type { Plan } from '../../model/judging/oracle.ts';
import type { FindingCode } from '../../model/codes/findings.ts';
import { isSpawned, stdioLinksFrom, type Topology } from '../../model/system/topology.ts';
import { lateness, type Wait } from '../evidence/starvation.ts';
import type { Suspicion } from '../evidence/suspicion.ts';
import { listed } from '../../model/text/words.ts';

/** 128 + 9: how containers and shells report a death by SIGKILL. */
const KILLED_CODE = 137;

export function leftOver(history: History, plan: Plan): Suspicion[] {
  const left = eventsOf(history, 'leftover').filter((event) => !couldNotTidy(event, history, plan));
  const byKind = Map.groupBy(left, (event) => JSON.stringify([event.what, event.node, event.place]));
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
        code: CODES[first.what],
        message: `a ${first.what}${owner} is left ${WHERE[first.place ?? 'elsewhere']}after everything was stopped (${events.length}: ${details})`,
        ...(first.node !== undefined && { subject: first.node }),
        events: events.map((event) => event.seq),
      },
      ...doubtOf(events, history, plan),
    };
  });
}

const CODES = {
  process: 'TW-LEAK-PROCESS',
  container: 'TW-LEAK-CONTAINER',
  network: 'TW-LEAK-NETWORK',
  'socket-file': 'TW-LEAK-SOCKET-FILE',
  file: 'TW-LEAK-FILE',
} as const satisfies Record<Leftover['what'], FindingCode>;

const WHERE = {
  home: 'in its home ',
  tmp: 'in its temporary folder ',
  box: 'in a folder for temporary files ',
  elsewhere: '',
} as const;

/** Nobody removes files after SIGKILL, and a program whose files a fault is on may not be able to. */
function couldNotTidy({ place, node }: Left, history: History, plan: Plan): boolean {
  if (place !== 'tmp' && place !== 'box') return false;
  const hindered = new Set([...killedNodes(history, plan.topology), ...faultyFiles(plan)]);
  return node === undefined ? hindered.size > 0 : hindered.has(node);
}

/** With those who have started them over stdio: such a child has the temporary folder of its parent. */
function killedNodes(history: History, topology: Topology): string[] {
  const exits = eventsOf(history, 'node').filter((event) => event.state === 'exited' && wasKilled(event));
  const killed = new Set(exits.map(({ node }) => node));
  const parents = topology.nodes.filter(({ name }) => stdioLinksFrom(topology, name).some(({ to }) => killed.has(to)));
  return [...killed, ...parents.map(({ name }) => name)];
}

function faultyFiles({ schedule }: Plan): string[] {
  return schedule.flatMap((step) => ('on' in step && step.on === 'file' ? [step.node] : []));
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
  const its = plan.topology.nodes.find(({ name }) => name === node);
  const boundMs = its?.stopWithinMs;
  const ofNode = eventsOf(history, 'node').filter((event) => event.node === node && event.seq < seq);
  // Nobody stops a child over stdio: from when all are stopped on it has the end of its stdin, or nobody who would hear it.
  const stopping = ofNode.findLast((event) => event.state === 'stopping') ?? (its && isSpawned(its) ? stopBegan(history, seq) : undefined);
  // Who slept had all the time it wanted.
  if (boundMs === undefined || !stopping || asleep) return undefined;
  const exited = ofNode.find((event) => event.state === 'exited' && event.seq > stopping.seq);
  // A file that a node leaves although it ended by itself was forgotten, at whatever speed.
  const outlives = what === 'process' || what === 'container';
  if (!outlives && exited?.state === 'exited' && !wasKilled(exited)) return undefined;
  return { fromMs: stopping.atMs, waitedMs: atMs - stopping.atMs, boundMs };
}

function stopBegan(history: History, before: number): { seq: number; atMs: number } | undefined {
  return eventsOf(history, 'phase').findLast(({ phase, state, seq }) => phase === 'stop' && state === 'began' && seq < before);
}

function wasKilled({ code, signal }: { code: number | null; signal: string | null }): boolean {
  return signal === 'SIGKILL' || code === KILLED_CODE;
}
