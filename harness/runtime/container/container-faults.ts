// Faults that last on a container. The engine sets the limits of its control group and its place on the network. The rest
// acts on its processes from outside.
import { execa } from 'execa';
import type { Imposition, NodeFaultOf } from '../../model/faults/node-fault.ts';
import { refusalsIn } from '../linux/control-group.ts';
import { NEIGHBOURS, type StartedContainer } from './docker-container.ts';
import { imposeFromOutside, together } from '../faults/impose-from-outside.ts';
import type { NodeProcesses } from '../faults/node-processes.ts';
import type { Imposed } from '../runtime.ts';

const MIB = 1024 * 1024;

export async function imposeOnContainer(
  fault: Imposition,
  started: StartedContainer,
  cutOff: () => Promise<() => Promise<void>>,
  node: NodeProcesses,
  atStart: boolean,
): Promise<Imposed> {
  if (fault.kind === 'network-cut') return await cutFromNetwork(node.name, started, cutOff);
  const outside = await imposeFromOutside(fault, node, atStart);
  return fault.kind === 'limit' ? together([outside, await limitGroup(fault, started)]) : outside;
}

async function cutFromNetwork(name: string, started: StartedContainer, cutOff: () => Promise<() => Promise<void>>): Promise<Imposed> {
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
  await execa('nsenter', ['-t', String(initPid), '-n', 'sh', '-c', writes.join('; ')], { reject: false, timeout: 2_000, stdio: 'ignore' });
}

async function limitGroup({ processes, memoryMiB }: NodeFaultOf<'limit'>, started: StartedContainer): Promise<Imposed> {
  if (processes === undefined && memoryMiB === undefined) return { hits: async () => [], lift: async () => {} };
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
