// A server that goes away and comes back is waited for. It is said once that it has gone, and once that it is back.
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueAddress } from './address.ts';
import { type Boss, isAway, QueueError, wordsOf } from './boss.ts';

const AGAIN_AFTER_MS = 500;

export interface Reach {
  /** @throws QueueError when the server has gone and nobody waits for it any more, and for whatever else it says. */
  <T>(ask: (boss: Boss) => Promise<T>, waits: () => boolean): Promise<T>;
}

export function reachOf(boss: Boss, address: QueueAddress, say: (line: string) => void): Reach {
  let away = false;
  return async (ask, waits) => {
    for (;;) {
      try {
        const answer = await ask(boss);
        if (away) say('the queue is back');
        away = false;
        return answer;
      } catch (error) {
        const words = `the queue ${address.shown} does not answer: ${wordsOf(error, address)}`;
        if (!isAway(error)) throw new QueueError(words, { cause: error });
        if (!waits()) throw new QueueError(words);
        if (!away) say(`${words}; it is waited for`);
        away = true;
        // The server may be away for as long as its operator needs: `waits` is the bound, and it was said above.
        await sleep(AGAIN_AFTER_MS);
      }
    }
  };
}
