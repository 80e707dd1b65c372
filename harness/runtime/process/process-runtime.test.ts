import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { logLines } from '../logs/log-lines.ts';
import type { Topology } from '../../model/system/topology.ts';
import { processRuntime } from './process-runtime.ts';
import { spawnProgram } from './spawn-program.ts';
import { describeRuntime, newRunId, silence, testPrograms } from '../testing/runtime.contract.ts';

describeRuntime({ runtime: processRuntime(), processes: true, outlived: true });

const topology: Topology = {
  nodes: [
    {
      name: 'subject',
      role: 'subject',
      command: ['{node}', '{source}/subject.ts'],
      env: { HOST: '{listen.api.host}', PORT: '{listen.api.port}' },
      listens: { api: { transport: 'tcp', port: 47_613 } },
      ready: { when: 'log', contains: 'ready to serve' },
      readyWithinMs: 10_000,
      stopWithinMs: 2_000,
    },
  ],
  links: [],
};
const { signal } = new AbortController();
const taker = createServer();

afterEach(() => void taker.close());

test('a port that a program holds on all interfaces is named before anything starts', async () => {
  taker.listen(47_613, '0.0.0.0');
  await once(taker, 'listening');
  await expect(processRuntime().prepare({ runId: newRunId(), topology, proxied: [], signal })).rejects.toThrow(
    /port 47613 at 127\.\d+\.\d+\.\d+ cannot be bound \(EADDRINUSE\): it is held by process \d+ /,
  );
});

// EACCES where PATH names a folder that this user may not read: the kernel's answer then, and so by hand.
test('a command that does not exist is a node that did not come up', async () => {
  await using ground = await processRuntime().prepare({ runId: newRunId(), topology, proxied: [], signal });
  const node = { ...topology.nodes[0]!, command: ['no-such-program'] };
  await expect(ground.start(node, silence)).rejects.toThrow(
    /node 'subject' did not come up: waited for its command to start, but .*(ENOENT|EACCES)/s,
  );
});

test('a folder that does not exist is named, not the program that was to start in it', async () => {
  const spawned = await spawnProgram(['sh'], { cwd: '/no/such/folder', env: {}, log: logLines(silence), within: (start) => start() });
  expect(spawned).toEqual({ failed: 'its folder /no/such/folder is not there (spawn sh ENOENT)' });
});

test('words that the kernel does not take are a reason in words', async () => {
  const words = ['true', 'x'.repeat(200_000)];
  const spawned = await spawnProgram(words, { cwd: '/', env: {}, log: logLines(silence), within: (start) => start() });
  expect(spawned).toEqual({ failed: 'spawn E2BIG' });
});

test('starting adds little to what the program itself takes', async () => {
  await using ground = await processRuntime().prepare({ runId: newRunId(), topology, source: testPrograms, proxied: [], signal });
  const node = { ...topology.nodes[0]!, command: ['sh', '-c', 'echo ready to serve; exec sleep 600'] };
  const running = await ground.start(node, silence);
  await running.kill();
  const start = performance.now();
  const again = await ground.start(node, silence);
  const startedMs = performance.now() - start;
  expect(await again.stop()).toEqual({ killed: false });
  const stoppedMs = performance.now() - start - startedMs;
  console.log(`a shell: started in ${startedMs.toFixed(1)} ms, stopped in ${stoppedMs.toFixed(1)} ms`);
  // The bounds leave room for a busy machine; an idle one takes about a fortieth.
  expect(startedMs).toBeLessThan(1_000);
  expect(stoppedMs).toBeLessThan(1_000);
});
