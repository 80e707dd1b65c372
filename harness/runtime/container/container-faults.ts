// Faults that last on a container. The engine sets the limits of its control group and its place on the network. The rest
// acts on its processes from outside.
import { refusalsIn } from '../linux/control-group.ts';
import { NEIGHBOURS, type StartedContainer } from './docker-container.ts';
import { connectEngine } from './docker-engine.ts';
import { FROM_OUTSIDE } from '../faults/from-outside.ts';
import type { HoldOf, HoldTable } from '../faults/holds.ts';
import type { NodeProcesses } from '../faults/node-processes.ts';
import { leaveUnread } from '../faults/unread-output.ts';
import type { Imposed, PipeWritable } from '../runtime.ts';

const MIB = 1024 * 1024;

export interface ContainerProcesses extends NodeProcesses {
  started: StartedContainer;
  /** Takes it off its network; gives the way back. */
  cutOff: () => Promise<() => Promise<void>>;
}

export function containerHolds(pipeWritable: PipeWritable | undefined): HoldTable<ContainerProcesses> {
  return {
    ...FROM_OUTSIDE,
    unread: {
      lacks: async () =>
        pipeWritable ? undefined : 'the native calls do not load, so nobody sees that a pipe is full: install without --omit=optional',
      put: leaveUnread,
    },
    group: {
      lacks: async () => await (await connectEngine()).cannotLimit(),
      put: limitGroup,
    },
    'network-cut': { lacks: async () => undefined, put: cutFromNetwork },
  };
}

async function cutFromNetwork(_hold: HoldOf<'network-cut'>, { name, started, cutOff }: ContainerProcesses): Promise<Imposed> {
  const back = await cutOff();
  const proofs = [`'${name}' is on no network`];
  return {
    hits: async () => proofs.splice(0),
    async lift() {
      if (started.ended) return;
      await back();
      await hearSoonAgain(started.initPid);
    },
  };
}

/** Older engines set an interface's neighbour timers only when the container starts. Only root may: else the kernel's seconds hold. */
async function hearSoonAgain(initPid: number): Promise<void> {
  const writes = Object.entries(NEIGHBOURS).map(([name, value]) => `echo ${value} > /proc/sys/net/ipv4/neigh/eth0/${name}`);
  const { execa } = await import('execa');
  await execa('nsenter', ['-t', String(initPid), '-n', 'sh', '-c', writes.join('; ')], { reject: false, timeout: 2_000, stdio: 'ignore' });
}

async function limitGroup({ processes, memoryMiB }: HoldOf<'group'>, { started }: ContainerProcesses): Promise<Imposed> {
  const { initPid } = started;
  const before = { pids: refusalsIn(initPid, 'pids') ?? 0, memory: refusalsIn(initPid, 'memory') ?? 0 };
  const unproven = new Set<'pids' | 'memory'>([
    ...(processes === undefined ? [] : ['pids' as const]),
    ...(memoryMiB === undefined ? [] : ['memory' as const]),
  ]);
  await started.limit({ processes, memoryBytes: memoryMiB === undefined ? undefined : memoryMiB * MIB });
  return {
    async hits() {
      const killed = unproven.has('memory') && started.ended && (await started.ranOutOfMemory());
      const reached = [...unproven].filter((what) => (refusalsIn(initPid, what) ?? 0) > before[what] || (what === 'memory' && killed));
      for (const what of reached) unproven.delete(what);
      return reached.map((what) =>
        what === 'pids' ? `it may have no process more than ${processes}` : `it may have no page more than ${memoryMiB} MiB`,
      );
    },
    async lift() {
      if (!started.ended) await started.limit({});
    },
  };
}
