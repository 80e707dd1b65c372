// Nodes on a terminal, through the real straight line: what the program sees there, what is typed, and how it ends.
import { readdirSync, readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { playCase } from '../testing/play-case.ts';
import { defineScenario, type Script } from '../../model/scenario.ts';
import type { Node } from '../../model/system/topology.ts';
import type { Event } from '../../model/judging/history.ts';
import type { Verdict } from '../../model/judging/verdict.ts';

/** Says what it runs on, then says back what it reads. A shell knows Ctrl+C and Ctrl+D as any program does. */
const SHELL = `for fd in 0 1 2; do test -t $fd && echo "$fd is a terminal"; done
stty size
set -- $(cut -d' ' -f1,5,6,8 /proc/$$/stat)
test "$1 $1 $1" = "$2 $3 $4" && echo 'leads its session, in the foreground'
echo "$TERM"
echo 'on stderr' >&2
printf ready
while read -r line; do echo "got: $line"; done
echo 'no more'`;

test('a program on a terminal sees one, gets what is typed, and ends at Ctrl+D', async () => {
  const { verdict, history } = await play({ tty: { columns: 100, rows: 30 }, exits: [0] }, async ({ node, logged, until }) => {
    await node('shell').type('hello\r');
    expect(await logged('shell', 'got:', { within: '5s' })).toBe('got: hello');
    await node('shell').type('\u0004');
    await until('it has ended', () => !node('shell').running, { within: '5s' });
    await expect(node('shell').type('x')).rejects.toThrow("node 'shell' does not run");
  });
  expect(verdict).toMatchObject({ outcome: 'pass' });
  const lines = history.flatMap((event) => (event.kind === 'log' ? [event.line] : []));
  expect(lines).toEqual([
    '0 is a terminal',
    '1 is a terminal',
    '2 is a terminal',
    '30 100',
    'leads its session, in the foreground',
    'xterm-256color',
    'on stderr',
    // The terminal shows what is typed, as it does by hand.
    'readyhello',
    'got: hello',
    'no more',
  ]);
  expect(terminalsOpenHere()).toEqual([]);
});

test('Ctrl+C at a terminal is an interrupt, and SIGTERM ends who runs on one', async () => {
  const interrupted = await play({ tty: true, exits: ['SIGINT'] }, async ({ node, until }) => {
    await node('shell').type('\u0003');
    await until('it has ended', () => !node('shell').running, { within: '5s' });
  });
  expect(interrupted.verdict).toMatchObject({ outcome: 'pass' });
  const stopped = await play({ tty: true }, async ({ node }) => expect(node('shell').running).toBe(true));
  expect(stopped.verdict).toMatchObject({ outcome: 'pass' });
  expect(stopped.history.flatMap((event) => (event.kind === 'node' && event.state === 'exited' ? [event.signal] : []))).toEqual([
    'SIGTERM',
  ]);
});

test('a node without a terminal says so when somebody types', async () => {
  const { verdict } = await play({}, async ({ node }) => {
    await expect(node('shell').type('x')).rejects.toThrow("node 'shell' has no terminal: give it tty: true in the topology");
  });
  expect(verdict).toMatchObject({ outcome: 'pass' });
});

function play(
  given: Pick<Node, 'tty' | 'exits'>,
  script: (script: Script) => Promise<void>,
): Promise<{ verdict: Verdict; history: Event[] }> {
  const shell: Node = {
    name: 'shell',
    role: 'shell',
    command: ['sh', '-c', given.tty === undefined ? 'echo ready; exec sleep 600' : `trap - TERM; ${SHELL}`],
    env: {},
    listens: {},
    ready: given.tty === undefined ? { when: 'log', contains: 'ready' } : { when: 'log', contains: 'on stderr' },
    readyWithinMs: 10_000,
    stopWithinMs: 5_000,
    ...given,
  };
  return playCase(
    defineScenario({
      title: 'a node on a terminal',
      expectation: 'it is as by hand',
      system: { name: 'terminal', topology: { nodes: [shell], links: [] }, clients: () => ({}) },
      schedule: [],
      script,
    }),
  );
}

/** Our side of each is closed when its program has ended. */
function terminalsOpenHere(): string[] {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return targets.filter((target) => target.endsWith('/ptmx'));
}
