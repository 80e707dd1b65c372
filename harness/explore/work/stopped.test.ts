// What the script of a workload does once the system is told to stop, with nodes that are played.
import { expect, test } from 'vitest';
import type { NodeControl, Script } from '../../model/scenario.ts';
import { unlessStopped, untilStopped, withoutStarts } from './stopped.ts';

/** A script whose faults strike when `strikes` resolves. */
function played(strikes: Promise<void>) {
  const did: string[] = [];
  const node = (name: string): NodeControl =>
    ({
      name,
      get running() {
        return did.at(-1) !== `stop ${name}`;
      },
      stop: async () => void did.push(`stop ${name}`),
      start: async () => void did.push(`start ${name}`),
    }) as unknown as NodeControl;
  return { did, script: { node, due: () => strikes } as unknown as Script };
}

test('nodes are stopped in their order once all faults have struck; what the work waits for then fails, and starts nothing', async () => {
  const { promise: struck, resolve: strike } = Promise.withResolvers<void>();
  const { did, script } = played(struck);
  const stopping = new AbortController();
  const own = withoutStarts(script, stopping.signal);
  const said: string[] = [];
  const work = async (): Promise<void> => {
    await own.node('relay').start();
    strike();
    await unlessStopped(stopping.signal, () => new Promise(() => {})).catch((error: Error) => void said.push(error.message));
    await own
      .node('relay')
      .start()
      .catch((error: Error) => void said.push(error.message));
    await unlessStopped(stopping.signal, () => said.push('it was asked')).catch((error: Error) => void said.push(error.message));
  };
  await untilStopped(script, ['relay', 'store'], stopping, work);
  expect(did).toEqual(['start relay', 'stop relay', 'stop store']);
  expect(said).toEqual([
    'the system was told to stop',
    "'relay' is not started: the system was told to stop",
    'the system was told to stop',
  ]);
  // What a node says of itself is still the node's.
  expect(own.node('store').running).toBe(false);
});

test('work that breaks before any fault has struck fails the case, and nothing is stopped', async () => {
  const { did, script } = played(new Promise(() => {}));
  const work = (): Promise<never> => Promise.reject(new Error('this does not hold'));
  await expect(untilStopped(script, ['relay'], new AbortController(), work)).rejects.toThrow('this does not hold');
  expect(did).toEqual([]);
});
