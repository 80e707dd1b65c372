// The work of the relay and its store, the same whatever is planted.
import { setTimeout as sleep } from 'node:timers/promises';
import { defineWorkload, type Scenario } from 'tornwire';
import { relayBeforeStore, type RelayClients } from './system.ts';

/** @param pauseMs before each operation @param resets it declares how the store is made empty again */
export function relayWork(bug = '', lies = false, pauseMs = 0, resets = false): Scenario<RelayClients> {
  return defineWorkload({
    title: 'what was set can be got, through whatever the relay has lost meanwhile',
    system: relayBeforeStore(bug),
    length: 3,
    operations: (operation) => ({
      set: operation({
        arguments: (any) => ({ key: any.oneOf('a', 'b'), value: any.text({ longest: 300 }) }),
        async run({ ask }, { key, value }) {
          await sleep(pauseMs);
          const kept = await ask({ op: 'set', key, value });
          if (kept !== value.toWellFormed() || lies) throw new Error(`it kept ${JSON.stringify(kept)}`);
        },
      }),
      get: operation({
        arguments: (any) => ({ key: any.oneOf('a', 'b', 'none') }),
        async run({ ask }, { key }) {
          await sleep(pauseMs);
          return await ask({ op: 'get', key });
        },
      }),
    }),
    ...(resets && { reset: async ({ ask }: RelayClients) => void (await ask({ op: 'clear', key: '' })) }),
    recovered: [
      {
        what: 'what is set can be got again',
        within: '1s',
        holds: async ({ ask }) =>
          (await ask({ op: 'set', key: 'last', value: 'x' })) === 'x' && (await ask({ op: 'get', key: 'last' })) === 'x',
      },
    ],
  });
}
