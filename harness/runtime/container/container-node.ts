// A node that runs as a container. Its init process forwards signals to the node's group and ends with the node's first
// process. The kernel then ends everything else inside, so nothing can outlive the node.
import type { Node } from '../../model/system/topology.ts';
import { allAsleep } from '../linux/asleep.ts';
import { type ContainerProcesses, containerHolds } from './container-faults.ts';
import { imposeBy } from '../faults/holds.ts';
import { firstChildOf, processesBeside } from '../linux/control-group.ts';
import type { StartedContainer } from './docker-container.ts';
import type { LogLines, LogStream } from '../logs/log-lines.ts';
import { sendSignal } from '../linux/marked-processes.ts';
import type { NodeSite } from '../faults/node-processes.ts';
import { settlesWithin } from '../linux/poll.ts';
import { commandLineOf } from '../linux/proc.ts';
import { type Leftover, type RunningNode, RuntimeError } from '../runtime.ts';

const KILL_WITHIN_MS = 10_000;

export function runningContainer(
  node: Node,
  started: StartedContainer,
  log: LogLines,
  site: NodeSite & Pick<ContainerProcesses, 'cutOff'>,
): RunningNode {
  let seen: number | undefined;
  // Right after the start its init process may not have forked yet.
  const pid = (): number | undefined => (seen ??= firstChildOf(started.initPid));
  const unlessEnded = async (act: () => Promise<void>): Promise<void> => {
    if (!started.ended) await act();
  };
  return {
    name: node.name,
    get pid() {
      return pid();
    },
    exited: started.exited,
    pids: () => pidsOf(started),
    signal: (signal) => unlessEnded(() => started.signal(signal)),
    pause: () => unlessEnded(() => started.pause()),
    resume: () => unlessEnded(() => started.resume()),
    stop: () => stopContainer(node, started),
    kill: () => unlessEnded(() => endContainer(started)),
    impose(fault, atStart = false) {
      const processes = {
        ...site,
        started,
        name: node.name,
        pid: pid(),
        pids: () => pidsOf(started),
        stopReading: (stream: LogStream) => started.stopReading(stream),
      };
      return imposeBy(containerHolds(site.pipeWritable), fault, processes, atStart);
    },
    logTail: log.tail,
  };
}

/** SIGKILL, then waits. @throws RuntimeError when the engine does not let it end. */
export async function endContainer(started: StartedContainer): Promise<void> {
  if (started.ended) return;
  // A frozen container cannot be killed through the engine; a signal sent by ourselves is the first thing it sees
  // when it is resumed, so none of its code runs in between.
  for (const pid of processesBeside(started.initPid) ?? []) killIfAllowed(pid);
  started.readOn();
  await started.resume();
  await started.signal('SIGKILL');
  if (!(await settlesWithin(started.exited, KILL_WITHIN_MS)))
    throw new RuntimeError(`a container survived SIGKILL for ${KILL_WITHIN_MS} ms`);
}

async function stopContainer(node: Node, started: StartedContainer): Promise<{ killed: boolean; survivors?: Leftover[] }> {
  if (started.ended) return { killed: false };
  started.readOn();
  await started.resume();
  await started.signal('SIGTERM');
  if (await settlesWithin(started.exited, node.stopWithinMs)) return { killed: false };
  const pids = await pidsOf(started);
  const asleep = (await allAsleep(pids)) && ({ asleep: true } as const);
  const survivors = pids.map((pid): Leftover => ({
    what: 'process',
    detail: `${pid} ${commandLineOf(pid)}`,
    node: node.name,
    pid,
    ...asleep,
  }));
  await endContainer(started);
  return { killed: true, survivors };
}

async function pidsOf(started: StartedContainer): Promise<number[]> {
  if (started.ended) return [];
  return processesBeside(started.initPid) ?? (await started.top()).filter((pid) => pid !== started.initPid);
}

function killIfAllowed(pid: number): void {
  try {
    sendSignal(pid, 'SIGKILL');
  } catch {
    // Somebody else's process by number: the engine's own signal follows.
  }
}
