// The few ways in which the programs are joined. Each tells Tornwire its topology, and a hand which programs to start.
import type { Framing, Link } from '../../model/system/link.ts';
import type { Node, Topology } from '../../model/system/topology.ts';
import type { Script, StateView, System } from '../../model/scenario.ts';
import { askDirectly, lines, messages, requests, talkOn, type Opened, type Talk } from './talk.ts';
import type { Shape, Speech, Words } from './pair.ts';

/** The number that all of them hold. */
export const NUMBER = 'the number';
const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 3_000;

type Settings = Partial<Pick<Node, 'longestTimerMs' | 'stopWithinMs' | 'env'>> & { framing?: Framing; pongWithinMs?: number };
/** What the link between two programs may have, at most. */
type Bounds = Pick<Link, 'dialsAtMost' | 'connectionsAtMost'>;

function node(name: string, command: readonly string[], port: number, unix: boolean, settings: Settings = {}): Node {
  const { longestTimerMs, stopWithinMs = STOP_WITHIN_MS, env = {} } = settings;
  const address: Record<string, string> = unix
    ? { SOCKET: '{listen.main.path}' }
    : { HOST: '{listen.main.host}', PORT: '{listen.main.port}' };
  return {
    name,
    role: name,
    command,
    env: { HOME: '{home}', ...address, ...env },
    listens: { main: unix ? { transport: 'unix', file: `${name}.sock` } : { transport: 'tcp', port } },
    ready: { when: 'log', contains: 'ready' },
    readyWithinMs: READY_WITHIN_MS,
    stopWithinMs,
    ...(longestTimerMs !== undefined && { longestTimerMs }),
  };
}

function link(from: string, to: string, framing: Framing, pongWithinMs?: number): Link {
  return { name: `${from}->${to}`, from, to, listener: 'main', framing, ...(pongWithinMs !== undefined && { pongWithinMs }) };
}

function system(topology: Topology, front: string, opened: Opened, views: readonly StateView<Talk>[]): System<Talk> {
  return { name: 'a pair', topology, clients: (script) => talkOn(script, `driver->${front}`, opened), views };
}

const heldBy = (name: string, line = '"get"'): StateView<Talk> => ({
  truth: NUMBER,
  subject: name,
  read: (script: Script) => askDirectly(script, name, line),
});
const DRIVER_COUNT: StateView<Talk> = { truth: NUMBER, subject: 'driver', read: ({ added }) => Promise.resolve(added()) };

/** One program that listens. With `starter`, that program starts it: its words come behind. */
export function server(program: string, settings: Settings & { unix?: boolean; starter?: string } = {}): Shape {
  const { unix = false, starter, framing = 'ndjson' } = settings;
  const words = (of: Words): readonly string[] => [...(starter === undefined ? [] : of(starter)), ...of(program)];
  return {
    speech: unix ? 'unix' : 'tcp',
    system: (of) =>
      system({ nodes: [node('server', words(of), 7000, unix, settings)], links: [link('driver', 'server', framing)] }, 'server', lines, [
        heldBy('server'),
        DRIVER_COUNT,
      ]),
    hand: (of) => ({ options: unix ? ['--unix'] : [], env: handEnv(settings), programs: [words(of)] }),
  };
}

function handEnv({ env = {} }: Settings): Readonly<Record<string, string>> {
  return env;
}

/** One program that speaks HTTP or WebSocket. */
export function spoken(speech: 'http' | 'websocket', program: string, settings: Settings = {}): Shape {
  const { framing = speech, pongWithinMs } = settings;
  return {
    speech,
    system: (of) =>
      system(
        { nodes: [node('server', of(program), 7000, false, settings)], links: [link('driver', 'server', framing, pongWithinMs)] },
        'server',
        speech === 'http' ? requests : messages,
        [],
      ),
    hand: (of) => ({ options: [], env: handEnv(settings), programs: [of(program)] }),
  };
}

/** A program in front of another one, which it dials. */
export function relay(
  front: string,
  back: string,
  settings: Settings & { unix?: boolean; speech?: Speech; counts?: boolean; bounds?: Bounds } = {},
): Shape {
  const { unix = false, framing = 'ndjson', speech = unix ? 'unix' : 'tcp', pongWithinMs } = settings;
  const dials: Record<string, string> = unix
    ? { BACK_SOCKET: '{front->back.path}' }
    : { BACK_HOST: '{front->back.host}', BACK_PORT: '{front->back.port}' };
  return {
    speech,
    system: (of) => ({
      ...system(
        {
          nodes: [
            node('back', of(back), 7001, unix),
            node('front', of(front), 7002, false, { ...settings, env: { ...dials, ...settings.env } }),
          ],
          links: [link('driver', 'front', 'ndjson'), { ...link('front', 'back', framing, pongWithinMs), ...settings.bounds }],
        },
        'front',
        lines,
        framing === 'ndjson' ? [heldBy('back'), heldBy('front', '"copy"'), ...(settings.counts === true ? [DRIVER_COUNT] : [])] : [],
      ),
    }),
    hand: (of) => ({ options: [], env: handEnv(settings), programs: [of(back), of(front)] }),
  };
}

/** A parent that starts a child and talks to it over stdin and stdout. */
export function family(parent: string, child: string, settings: Settings & { alone?: boolean } = {}): Shape {
  const { framing = 'ndjson', alone = false } = settings;
  const spawned: (words: readonly string[]) => Node = (command) => ({
    name: 'child',
    role: 'child',
    command,
    env: { HOME: '{home}', ...settings.env },
    listens: { stdio: { transport: 'stdio' } },
    ready: { when: 'spawned' },
    readyWithinMs: READY_WITHIN_MS,
    stopWithinMs: settings.stopWithinMs ?? STOP_WITHIN_MS,
  });
  const stdio: Link = { name: 'parent->child', from: 'parent', to: 'child', listener: 'stdio', framing };
  const elder = (of: Words): Node =>
    node('parent', of(parent), 7003, false, { ...settings, env: { CHILD: '{parent->child.command}', ...settings.env } });
  return {
    speech: 'stdio',
    system: (of) =>
      system({ nodes: [elder(of), spawned(of(child))], links: [link('driver', 'parent', 'ndjson'), stdio] }, 'parent', lines, [
        heldBy('parent'),
        DRIVER_COUNT,
      ]),
    // The child alone is spoken to over its stdin; with its parent it gets the words of the parent's variable.
    hand: (of) =>
      alone
        ? { options: ['--stdio'], env: handEnv(settings), programs: [of(child)] }
        : { options: [], env: { ...settings.env, CHILD: JSON.stringify(of(child)) }, programs: [of(parent)] },
  };
}
