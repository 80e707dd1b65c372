// The life of a played program: a function of the harness's own process. It prints, is paused and ends as a process would.
import type { Address } from '../../model/system/link.ts';
import type { Node } from '../../model/system/topology.ts';
import type { LogLines, LogStream } from '../logs/log-lines.ts';
import { settlesWithin } from '../linux/poll.ts';
import type { NodeExit, RunningNode } from '../runtime.ts';
import type { Life } from '../ground/shared-ground.ts';

/** What a played program sees and can do. */
export interface MockLife {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Listeners with the addresses to bind; a helper program has its control API as `api`. */
  readonly listens: ReadonlyMap<string, Address>;
  print(stream: LogStream, bytes: string | Buffer): void;
  /** Ends it by itself. */
  exit(exit: NodeExit): void;
  /** What SIGTERM does; without it the program ends by that signal. */
  onTerm(act: () => void): void;
  onPause(act: (paused: boolean) => void): void;
  /** Run in reverse order when it ends, however it ends, as the kernel closes what a process held. */
  held(release: MockRelease): void;
}

type MockRelease = () => void | Promise<void>;

export type MockProgram = (life: MockLife) => void;

export interface Played extends Life {
  end(exit: NodeExit): void;
  term(): void;
  pause(paused: boolean): void;
}

export function play(program: MockProgram, log: LogLines, about: Pick<MockLife, 'name' | 'command' | 'env' | 'listens'>): Played {
  const exit = Promise.withResolvers<NodeExit>();
  const releases: MockRelease[] = [];
  let ended = false;
  let paused = false;
  let termPending = false;
  let onTerm = (): void => end({ code: null, signal: 'SIGTERM' });
  let onPause: (paused: boolean) => void = () => {};

  function end(how: NodeExit): void {
    if (ended) return;
    ended = true;
    log.end('stdout');
    log.end('stderr');
    void released(releases).finally(() => exit.resolve(how));
  }
  function term(): void {
    if (ended) return;
    if (paused) termPending = true;
    else onTerm();
  }

  program({
    ...about,
    print: (stream, bytes) => {
      if (!ended) log.write(stream, Buffer.from(bytes));
    },
    exit: end,
    onTerm: (act) => {
      onTerm = act;
    },
    onPause: (act) => {
      onPause = act;
    },
    held: (release) => {
      releases.push(release);
    },
  });
  return {
    exited: exit.promise,
    get ended() {
      return ended;
    },
    end,
    async kill() {
      end({ code: null, signal: 'SIGKILL' });
      await exit.promise;
    },
    term,
    pause(next) {
      if (ended || next === paused) return;
      paused = next;
      onPause(paused);
      if (paused || !termPending) return;
      termPending = false;
      onTerm();
    },
  };
}

async function released(releases: MockRelease[]): Promise<void> {
  for (const release of releases.splice(0).toReversed()) await release();
}

export function runningMock(node: Node, played: Played, log: LogLines): RunningNode {
  return {
    name: node.name,
    pid: undefined,
    exited: played.exited,
    hasEnded: () => played.ended,
    pids: () => Promise.resolve([]),
    async signal(signal) {
      if (signal === 'SIGTERM') played.term();
      else if (signal === 'SIGSTOP' || signal === 'SIGCONT') played.pause(signal === 'SIGSTOP');
      else played.end({ code: null, signal });
      return Promise.resolve();
    },
    pause: async () => Promise.resolve(played.pause(true)),
    resume: async () => Promise.resolve(played.pause(false)),
    async stop() {
      if (played.ended) return { killed: false };
      played.term();
      played.pause(false);
      if (await settlesWithin(played.exited, node.stopWithinMs)) return { killed: false };
      await played.kill();
      return { killed: true, survivors: [{ what: 'process', detail: `played ${node.name}`, node: node.name }] };
    },
    kill: () => played.kill(),
    impose: () => Promise.reject(new Error('the mock runtime refuses what lasts on a process')),
    logTail: log.tail,
  };
}
