// The nodes that run now. Each is watched from the moment it is ready. The history gets its end, and whether the run asked
// for it.
import type { RunningNode } from '../../runtime/runtime.ts';
import type { ExpectedExits } from './expected-exits.ts';
import type { Recorder } from '../record/recorder.ts';

export interface RunningNodes {
  get(name: string): RunningNode | undefined;
  names(): readonly string[];
  watch(started: RunningNode): void;
}

export function runningNodes(recorder: Recorder, exits: ExpectedExits): RunningNodes {
  const running = new Map<string, RunningNode>();

  const watch = (started: RunningNode): void => {
    const { name } = started;
    const pid = started.pid !== undefined && { pid: started.pid };
    running.set(name, started);
    recorder.record({ kind: 'node', node: name, state: 'ready', ...pid });
    const life = exits.begin(started);
    void started.exited.then(({ code, signal, byParent, lastWords = [] }) => {
      if (running.get(name) === started) running.delete(name);
      for (const line of lastWords) recorder.record({ kind: 'log', node: name, stream: 'stderr', line });
      recorder.record({
        kind: 'node',
        node: name,
        state: 'exited',
        ...pid,
        code,
        signal,
        asked: life.end({ code, signal }).asked || byParent !== undefined,
        ...(byParent && { byParent }),
      });
    });
  };

  return { get: (name) => running.get(name), names: () => [...running.keys()], watch };
}
