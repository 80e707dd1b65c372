import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Leftover } from '../model/judging/leftover.ts';
import type { Node } from '../model/system/topology.ts';
import { whatIsLeft } from './what-is-left.ts';

const nodes = [{ name: 'server', stopWithinMs: 1_000 } as Node];
const never = new AbortController().signal;

/** A process of 'server' that lives for so long, and what is left as long as it does. */
function leaving(seconds: string): { ground: { leftovers(): Promise<readonly Leftover[]> }; gone: Promise<unknown>; kill(): void } {
  const child = spawn('sleep', [seconds], { stdio: 'ignore' });
  const left: Leftover[] = [{ what: 'process', detail: `sleep ${seconds}`, node: 'server' }];
  return {
    ground: { leftovers: async () => (child.exitCode === null && child.signalCode === null ? left : []) },
    gone: once(child, 'exit'),
    kill: () => void child.kill('SIGKILL'),
  };
}

test('a process that ends a moment after its node is not left', async () => {
  const { ground, gone } = leaving('0.3');
  expect(await whatIsLeft(ground, { nodes }, performance.now(), never)).toEqual([]);
  await gone;
});

test('a process that outlives the bound of its node is left, and nobody waits longer', async () => {
  const { ground, gone, kill } = leaving('30');
  const startedMs = performance.now();
  expect(await whatIsLeft(ground, { nodes }, startedMs, never)).toMatchObject([{ detail: 'sleep 30' }]);
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1_000);
  kill();
  await gone;
});

test('a file is left at once, and after an interrupt nobody waits', async () => {
  const startedMs = performance.now();
  const file: Leftover = { what: 'file', detail: '/tmp/forgotten', node: 'server' };
  expect(await whatIsLeft({ leftovers: async () => [file] }, { nodes }, startedMs, never)).toEqual([file]);
  const { ground, gone, kill } = leaving('30');
  expect(await whatIsLeft(ground, { nodes }, startedMs, AbortSignal.abort())).toHaveLength(1);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  kill();
  await gone;
});
