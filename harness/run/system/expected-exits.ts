// Which ends of nodes the run has asked for. If the run asked for an end, that end is not a crash.
import { constants } from 'node:os';
import type { NodeExit } from '../../runtime/runtime.ts';

export interface ExpectedExits {
  /** The run is about to send this node a signal; without one any end is expected. */
  expect(name: string, signal?: NodeJS.Signals | 'any'): void;
  /** The node is started anew: what it was sent before is no excuse any more. */
  forget(name: string): void;
  covers(name: string, exit: NodeExit): boolean;
}

/** @param spawned gives the nodes that this one starts over stdio: what reaches it reaches them or ends their stdin. */
export function expectedExits(spawned: (name: string) => readonly string[]): ExpectedExits {
  const expected = new Map<string, Set<NodeJS.Signals | 'any'>>();
  return {
    expect(name, signal = 'any') {
      expected.set(name, (expected.get(name) ?? new Set()).add(signal));
      if (signal !== 'any' && !ENDING.includes(signal)) return;
      for (const child of spawned(name)) expected.set(child, (expected.get(child) ?? new Set()).add('any'));
    },
    forget: (name) => void expected.delete(name),
    covers: (name, exit) => isExpected(exit, expected.get(name)),
  };
}

/** Signals that a program may answer by ending in its own way. */
const ENDING: readonly string[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

function isExpected({ code, signal }: NodeExit, signals: ReadonlySet<NodeJS.Signals | 'any'> = new Set()): boolean {
  if (signals.has('any')) return true;
  // Shells pass on an end by signal n as code 128 + n.
  return [...signals].some((sent) =>
    signal === null ? ENDING.includes(sent) || code === 128 + (constants.signals[sent as NodeJS.Signals] ?? 0) : signal === sent,
  );
}
