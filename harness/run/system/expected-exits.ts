// Which ends of nodes the run has asked for. If the run asked for an end, that end is not a crash. What had died before it was
// asked was not asked, also when the run hears of its death only afterwards.
import { constants } from 'node:os';
import type { NodeExit, RunningNode } from '../../runtime/runtime.ts';

type Asked = NodeJS.Signals | 'any';

export interface ExpectedExits {
  /** The run is about to send this node a signal; without one any end is expected. */
  expect(name: string, signal?: Asked): void;
  /** The node is started anew: what it was sent before is no excuse any more. */
  forget(name: string): void;
  /** One life of a node, from here on; what the node has been sent since `forget` counts for it too. */
  begin(life: Pick<RunningNode, 'name' | 'hasEnded'>): Life;
}

interface Life {
  /** Its end has been seen. */
  end(exit: NodeExit): { asked: boolean };
}

/** @param spawned gives the nodes that this one starts over stdio: what reaches it reaches them or ends their stdin. */
export function expectedExits(spawned: (name: string) => readonly string[]): ExpectedExits {
  const sent = new Map<string, Set<Asked>>();
  const lives = new Map<string, Set<{ hasEnded: () => boolean; sent: Set<Asked> }>>();

  const add = (name: string, signal: Asked): void => {
    sent.set(name, (sent.get(name) ?? new Set()).add(signal));
    for (const life of lives.get(name) ?? []) if (!life.hasEnded()) life.sent.add(signal);
  };

  return {
    expect(name, signal = 'any') {
      add(name, signal);
      if (signal !== 'any' && !ENDING.includes(signal)) return;
      for (const child of spawned(name)) add(child, 'any');
    },
    forget: (name) => void sent.delete(name),
    begin({ name, hasEnded = () => false }) {
      const life = { hasEnded, sent: new Set(sent.get(name)) };
      const ofNode = lives.get(name) ?? new Set();
      lives.set(name, ofNode.add(life));
      return {
        end(exit) {
          ofNode.delete(life);
          return { asked: isExpected(exit, life.sent) };
        },
      };
    },
  };
}

/** Signals that a program may answer by ending in its own way. */
const ENDING: readonly string[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

function isExpected({ code, signal }: NodeExit, signals: ReadonlySet<Asked>): boolean {
  if (signals.has('any')) return true;
  // Shells pass on an end by signal n as code 128 + n.
  return [...signals].some((sent) =>
    signal === null ? ENDING.includes(sent) || code === 128 + (constants.signals[sent as NodeJS.Signals] ?? 0) : signal === sent,
  );
}
