// What the system owes: a reply, a recovery, an end. An obligation is opened, and later it is met or unmet. Each of these
// is an event.
import type { Owed } from '../../model/judging/history.ts';
import type { Recorder } from './recorder.ts';

export interface Obligation {
  readonly id: number;
  met(): void;
  unmet(lastSeen: string): void;
}

export interface Obligations {
  open(what: string, about: Owed, boundMs: number): Obligation;
}

export function obligationsIn(recorder: Recorder): Obligations {
  let count = 0;
  return {
    open(what, about, boundMs) {
      const id = ++count;
      recorder.record({ kind: 'obligation', id, what, about, state: 'opened', boundMs });
      return {
        id,
        met: () => void recorder.record({ kind: 'obligation', id, what, about, state: 'met', boundMs }),
        unmet: (lastSeen) => void recorder.record({ kind: 'obligation', id, what, about, state: 'unmet', boundMs, lastSeen }),
      };
    },
  };
}
