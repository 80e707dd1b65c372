// What a node starts and leaves behind is found whatever it does to its environment, group, session or parent. By hand each of
// these sleepers lives on when the node has ended.
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Node, Topology } from '../../model/system/topology.ts';
import { stateOf } from '../linux/proc.ts';
import { systemCalls } from '../linux/system-calls.ts';
import { newRunId, silence } from '../testing/runtime.contract.ts';
import { processRuntime } from './process-runtime.ts';

const SLEEPERS = {
  'with a clean environment': 'env -i sleep 60.1 &',
  'in a group of its own': 'set -m; env -i sleep 60.2 & set +m',
  'in a session of its own': 'env -i setsid sleep 60.3 &',
  'forked twice, in a session of its own': `env -i setsid sh -c 'sleep 60.4 &'`,
  'with its environment as it was': 'sleep 60.5 &',
};

const signal = new AbortController().signal;

function topologyOf(script: string): Topology {
  const leaver: Node = {
    name: 'leaver',
    role: 'subject',
    command: ['sh', '-c', script],
    env: {},
    listens: {},
    ready: { when: 'log', contains: 'ready' },
    readyWithinMs: 20_000,
    stopWithinMs: 2_000,
  };
  return { nodes: [leaver], links: [] };
}

test('whoever a node leaves is found, named and ended', async ({ skip }) => {
  skip('missing' in systemCalls(), 'without the native calls only a box finds orphans that carry no mark');
  const script = `${Object.values(SLEEPERS).join('\n')}\necho ready; exec sleep 600`;
  const topology = topologyOf(script);
  const ground = await processRuntime().prepare({ runId: newRunId(), topology, proxied: [], signal });
  const node = await ground.start(topology.nodes[0]!, silence);
  const own = spawn('sleep', ['60.6'], { detached: true, stdio: 'ignore' });
  try {
    await expect.poll(async () => (await node.pids()).length, { message: 'the node has them all', timeout: 20_000 }).toBe(6);
    process.kill(node.pid as number, 'SIGKILL');
    await node.exited;
    const left = await ground.leftovers();
    const slept = left.map(({ detail }) => /sleep (60\.\d)/.exec(detail)?.[1]);
    expect(slept.toSorted()).toEqual(['60.1', '60.2', '60.3', '60.4', '60.5']);
    expect(new Set(left.map((each) => each.node))).toEqual(new Set(['leaver']));
    expect(left[0]?.detail).toMatch(/^\d+ sleep 60\.\d, started \d+\.\d s before, now a child of \d+ \(.+\)$/);
    await ground[Symbol.asyncDispose]();
    // Whoever inherits them asks how they ended in his own time.
    for (const { pid } of left) expect(stateOf(pid as number) ?? 'Z').toBe('Z');
    expect(own.exitCode, 'what the harness itself has started is its own').toBeNull();
    expect(process.kill(own.pid as number, 0)).toBe(true);
  } finally {
    own.kill('SIGKILL');
    await ground[Symbol.asyncDispose]();
  }
});
