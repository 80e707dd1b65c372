// Stdio links of the driver: the script is the parent, and the judges see the child as they see any other.
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { fault } from '../../model/faults/steps.ts';
import type { Step } from '../../model/faults/fault.ts';
import { defineScenario, type Scenario, type Script, type ScriptChild } from '../../model/scenario.ts';
import type { Node } from '../../model/system/topology.ts';
import { playCase } from '../testing/play-case.ts';

const ROOT = join(import.meta.dirname, '../../..');
const LINK = 'driver->server';
const SERVER = ['sh', '-c', 'while read -r line; do echo "got $line"; done'];

test('the block of the how-to is a whole test of a server', async () => {
  const howTo = await readFile(join(ROOT, 'docs/how-to/your-own-system.md'), 'utf8');
  const block = /without a client program[^]*?```ts\n([^]*?)```/.exec(howTo)?.[1] ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'tw-how-to-'));
  try {
    const file = join(folder, 'how-to.scenario.ts');
    const doors = block.replaceAll(/from 'tornwire(\/clients)?'/g, (_from, room: string = '') => {
      return `from '${pathToFileURL(join(ROOT, `harness${room}/index.ts`)).href}'`;
    });
    await writeFile(file, doors);
    const { default: scenario } = (await import(file)) as { default: Scenario };
    expect((await playCase(scenario)).verdict).toMatchObject({ outcome: 'pass' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a fault hits the child that it names, and each child is one of its own', async () => {
  const said: string[] = [];
  const schedule = [fault(LINK, { kind: 'stray-line', line: 'a warning' }, { connection: 2, frame: { index: 1 } })];
  const { verdict, history } = await play({ schedule }, async (script) => {
    for (const name of ['one', 'two']) said.push(await answerOf(await script.child(LINK), name));
  });
  expect(verdict).toMatchObject({ outcome: 'pass' });
  expect(said).toEqual(['got one', 'a warning']);
  const lives = history.flatMap((event) => (event.kind === 'node' && event.node === 'server' ? [event.state] : []));
  expect(lives.toSorted()).toEqual(['exited', 'exited', 'ready', 'ready']);
});

test('a child that crashes is a crash of its node, with what it said', async () => {
  const { verdict } = await play({ command: ['sh', '-c', 'read -r line; echo "out of order" >&2; exit 3'] }, async (script) => {
    const child = await script.child(LINK);
    child.stdout.resume();
    child.stdin.write('go\n');
    expect(await child.exited).toEqual({ code: 3, signal: null });
    await script.until('its end is known', () => !script.node('server').running, { within: '5s' });
  });
  expect(verdict).toMatchObject({
    outcome: 'fail',
    findings: [{ oracle: 'crash', subject: 'server', message: "'server' ended with code 3 without being asked\n  | out of order" }],
  });
});

test('a child that does not end with its stdin is a leak', async () => {
  const { verdict } = await play({ command: ['sh', '-c', 'read -r line; echo "got $line"; exec sleep 60'] }, async (script) => {
    await answerOf(await script.child(LINK), 'go');
  });
  expect(verdict).toMatchObject({ outcome: 'fail', findings: [{ oracle: 'leak', subject: 'server' }] });
});

async function answerOf({ stdin, stdout }: ScriptChild, question: string): Promise<string> {
  stdin.write(`${question}\n`);
  const [chunk] = (await once(stdout, 'data')) as [Buffer];
  return chunk.toString().split('\n')[0]!;
}

function play(
  how: { command?: readonly string[]; schedule?: readonly Step[] },
  script: (script: Script) => Promise<void>,
): ReturnType<typeof playCase> {
  const server: Node = {
    name: 'server',
    role: 'server',
    command: how.command ?? SERVER,
    env: {},
    listens: { stdio: { transport: 'stdio' } },
    ready: { when: 'spawned' },
    readyWithinMs: 10_000,
    stopWithinMs: 1_000,
  };
  return playCase(
    defineScenario({
      title: 'a server over stdio',
      expectation: 'it answers',
      system: {
        name: 'server',
        topology: { nodes: [server], links: [{ name: LINK, from: 'driver', to: 'server', listener: 'stdio', framing: 'ndjson' }] },
        clients: () => ({}),
      },
      schedule: how.schedule ?? [],
      script,
      restWithin: '500ms',
    }),
  );
}
