// Stdio links through the real straight line: a caller that starts its child from a variable, the shim and the fault
// proxy between them, and the oracles that are always on.
import { readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { playCase } from '../testing/play-case.ts';
import type { Step } from '../../model/faults/fault.ts';
import type { Event } from '../../model/judging/history.ts';
import { defineScenario, type Script } from '../../model/scenario.ts';
import { cut, fault, onNode, respond } from '../../model/faults/steps.ts';
import type { Topology } from '../../model/system/topology.ts';
import { stateOf } from '../../runtime/linux/proc.ts';
import type { Verdict } from '../../model/judging/verdict.ts';
import type { Networks } from '../../network/network.ts';
import { toxiproxyNetworks } from '../../network/toxiproxy-network.ts';

const PROGRAMS = join(import.meta.dirname, '../../runtime/testing/test-programs');
const LINK = 'caller->answerer';

test.each(['with a proxy', 'dialled directly'])('a child over stdio is its parent’s to start: %s', async (how) => {
  const networks = how === 'with a proxy' ? toxiproxyNetworks({ where: 'process' }) : DIRECT;
  const { verdict, history } = await play({ networks }, async (script) => {
    expect(await ask(script, 'hello')).toMatchObject({
      status: 200,
      said: { answer: 'HELLO', args: ['--own', '--appended', 'a b'], node: 'answerer', greeting: 'from the topology' },
    });
    expect(script.node('answerer').running).toBe(true);
  });
  expect(verdict).toEqual(PASS);
  // Its parent closes its stdin while the stop's SIGTERM is on its way to the parent's group: either may come first.
  expect(['ready,exited 0', 'ready,exited SIGTERM']).toContain(lifeOf(history, 'answerer').join());
  const frames = history.flatMap((event) => (event.kind === 'frame' && event.link === LINK ? [event] : []));
  expect(frames.map(({ connection, direction, index }) => [connection, direction, index])).toEqual(
    how === 'with a proxy'
      ? [
          [1, 'upstream', 1],
          [2, 'downstream', 1],
        ]
      : [],
  );
});

test('a caller that takes only a path gets an executable file, which passes on its arguments', async () => {
  const { verdict } = await play({ byPath: true }, async (script) => {
    expect((await ask(script, 'x')).said).toMatchObject({ args: ['--own', '--appended', 'a b'], node: 'answerer' });
  });
  expect(verdict).toEqual(PASS);
});

test('a stray line and a cut in the middle of a line hit the stdout of the child', async () => {
  const schedule = [
    fault(LINK, { kind: 'stray-line', line: 'a warning' }, { frame: { index: 2 } }),
    cut(LINK, { how: 'fin', frame: { index: 3 }, atByte: 5 }),
  ];
  const { verdict, history } = await play({ schedule }, async (script) => {
    expect(await ask(script, 'one')).toMatchObject({ status: 200 });
    expect(await ask(script, 'two')).toEqual({ status: 502, said: 'a warning' });
    expect(await ask(script, 'three')).toEqual({ status: 502, said: '{"ans' });
  });
  expect(verdict).toEqual(PASS);
  const fired = history.flatMap((event) => (event.kind === 'fault' && event.state === 'fired' ? [event] : []));
  expect(fired).toMatchObject([
    { fault: 'stray-line', hit: { connection: 2, direction: 'downstream', frameIndex: 2 } },
    { fault: 'cut', hit: { connection: 2, direction: 'downstream', frameIndex: 3, offsetInFrame: 5 } },
  ]);
});

test('a line for a child is answered in its place, on its stdout, and the child never gets it', async () => {
  const schedule = [respond(LINK, { message: '{"answer":"NO"}' }, { frame: { index: 2 } })];
  const { verdict, history } = await play({ schedule }, async (script) => {
    expect(await ask(script, 'one')).toMatchObject({ said: { answer: 'ONE' } });
    expect(await ask(script, 'two')).toEqual({ status: 200, said: { answer: 'NO' } });
    expect(await ask(script, 'three')).toMatchObject({ said: { answer: 'THREE' } });
  });
  expect(verdict).toEqual(PASS);
  const fired = history.flatMap((event) => (event.kind === 'fault' && event.state === 'fired' ? [event] : []));
  expect(fired).toMatchObject([{ fault: 'respond', hit: { connection: 1, direction: 'upstream', frameIndex: 2 } }]);
});

test('a child can be killed like any node, and its parent sees that', async () => {
  const schedule = [onNode({ kind: 'kill', node: 'answerer' }, { mark: 'now' })];
  const { verdict, history } = await play({ schedule }, async (script) => {
    expect(await ask(script, 'one')).toMatchObject({ status: 200 });
    await script.mark('now');
    expect(await ask(script, 'two')).toEqual({ status: 502, said: 'the child said no more' });
  });
  expect(verdict).toEqual(PASS);
  expect(lifeOf(history, 'answerer')).toEqual(['ready', 'exited SIGKILL']);
});

const node = (code: string): string[] => [
  '{node}',
  '-e',
  `const say = () => require('fs').writeSync(1, '{"said":1}\\n'); process.stdin.once('data', () => { say(); ${code} });`,
  '--',
];
/** Node ignores SIGPIPE. */
const shell = (code: string): string[] => ['sh', '-c', `read asked; echo '{"said":1}'; ${code}`];

test.each([
  [
    'an uncaught error',
    node(`throw new Error('boom');`),
    /ended with code 1 without being asked: Error: boom\n[^]*\n {2}\| Error: boom\n {2}\| {5}at /,
  ],
  ['a code of its own', node(`console.error('gave up'); process.exit(7);`), /ended with code 7 without being asked\n {2}\| gave up$/],
  ['SIGSEGV, even', node(`process.kill(process.pid, 'SIGSEGV');`), /ended by SIGSEGV without being asked/],
  ['SIGPIPE, although its parent reads on', shell('kill -PIPE $$'), /ended by SIGPIPE without being asked/],
])('a child that ends by %s while nobody has asked it to end has crashed', async (_how, child, says) => {
  const { verdict } = await play({ child }, async (script) => {
    await ask(script, 'go');
    await script.until('the child has gone', () => !script.node('answerer').running, { within: '5s' });
  });
  expect(verdict).toMatchObject({ outcome: 'fail', findings: [{ oracle: 'crash', subject: 'answerer' }] });
  expect(verdict.outcome === 'fail' && verdict.findings[0].message).toMatch(says);
});

test('a child that crashed before its parent was told to stop has crashed, also when the run hears of it only afterwards', async () => {
  const { verdict } = await play({ child: node('setTimeout(() => process.exit(7), 100);') }, async (script) => {
    await ask(script, 'go');
    const [child = 0] = await script.node('answerer').pids();
    // Without a turn of the event loop nobody here hears anything.
    while (isAlive(child));
    await script.node('caller').stop();
  });
  expect(verdict).toMatchObject({
    outcome: 'fail',
    findings: [{ oracle: 'crash', message: "'answerer' ended with code 7 without being asked" }],
  });
});

test.each([
  ['it is done, with code 0', 'ask=go', undefined, node('process.exit(0);')],
  ['its stdin has ended, with code 1', 'close=stdin', 'end of stdin', node(`process.stdin.on('end', () => process.exit(1));`)],
  ['its parent told it to, with code 143', 'signal=SIGTERM', 'signal', node(`process.on('SIGTERM', () => process.exit(143));`)],
  ['its parent told it to, by that signal', 'signal=SIGTERM', 'signal', node('')],
  ['its parent killed it', 'signal=SIGKILL', 'signal', node(`process.on('SIGTERM', () => {});`)],
  ['nobody reads its output, with code 1', 'close=stdout', 'closed output', node(`setInterval(say, 5);`)],
  ['nobody reads its output, by SIGPIPE', 'close=stdout', 'closed output', shell('while sleep 0.01; do echo more; done')],
])('a child that ends because %s has not crashed', async (_why, query, by, child) => {
  const { verdict, history } = await play({ child }, async (script) => {
    await ask(script, 'go');
    if (query !== 'ask=go') await tell(script, query);
    await script.until('the child has gone', () => !script.node('answerer').running, { within: '5s' });
  });
  expect(lifeOf(history, 'answerer')).toHaveLength(2);
  const exit = history.find((event) => event.kind === 'node' && event.node === 'answerer' && event.state === 'exited');
  expect(exit).toMatchObject(by === undefined ? { asked: false } : { asked: true, byParent: by });
  expect(verdict).toEqual(PASS);
});

test('a code that the node lists is no crash, whoever asked', async () => {
  const child = node(`process.on('SIGTERM', () => process.exit(1));`);
  const { verdict } = await play({ child, exits: [1] }, async (script) => {
    await ask(script, 'go');
    await tell(script, 'signal=SIGTERM');
    await script.until('the child has gone', () => !script.node('answerer').running, { within: '5s' });
  });
  expect(verdict).toEqual(PASS);
});

test('a relay that dies is the harness’s fault, never the system’s', async () => {
  const { verdict } = await play({}, async (script) => {
    await ask(script, 'x');
    process.kill(relayOf(), 'SIGKILL');
    await script.until('the caller’s child is gone', async () => (await ask(script, 'y')).status === 502, { within: '3s' });
  });
  expect(verdict).toMatchObject({ outcome: 'unknown', detail: expect.stringContaining(`the relay of stdio link '${LINK}'`) as string });
});

test('what a child leaves behind is a leak of that child', async () => {
  const { verdict, history } = await play({}, async (script) => void (await ask(script, 'leave something')));
  expect(verdict).toMatchObject({ outcome: 'fail', findings: [{ oracle: 'leak' }] });
  expect(leftoversOf(history)).toEqual([{ node: 'answerer', detail: expect.stringMatching(/^\d+ sleep 600, started /) as string }]);
});

test('a child that does not end with its parent is a leak by its own name, and the shim is in nobody’s way', async () => {
  const { verdict, history } = await play({ flags: ['--impatient', '--stubborn'] }, async (script) => void (await ask(script, 'x')));
  expect(verdict).toMatchObject({ outcome: 'fail', findings: [{ oracle: 'leak', subject: 'answerer' }] });
  const child = {
    node: 'answerer',
    detail: expect.stringMatching(/^\d+ \S+ \S+answerer.ts --own --appended a b --impatient --stubborn, started /) as string,
  };
  expect(leftoversOf(history)).toEqual([child]);
});

test('a child sees the end of a parent that is killed, which starts another one when it is started again', async () => {
  const { verdict, history } = await play({}, async (script) => {
    const { said } = await ask(script, 'x');
    await script.node('caller').kill();
    await script.until('the child is gone', () => !isAlive((said as { pid: number }).pid), { within: '3s' });
    await script.node('caller').start();
    const again = (await ask(script, 'y')).said;
    expect(again).toMatchObject({ answer: 'Y', node: 'answerer' });
    await script.node('answerer').kill();
  });
  expect(verdict).toEqual(PASS);
  expect(lifeOf(history, 'answerer')).toEqual(['ready', 'exited 0', 'ready', 'exited SIGKILL']);
  expect(leftoversOf(history)).toEqual([]);
});

test('a child that ignores the end of its stdin lives on when its parent is killed, and is left over', async () => {
  const { verdict, history } = await play({ flags: ['--stubborn'] }, async (script) => {
    await ask(script, 'x');
    await script.node('caller').kill();
  });
  expect(verdict).toMatchObject({ outcome: 'fail', findings: [{ oracle: 'leak', subject: 'answerer' }] });
  expect(leftoversOf(history)).toMatchObject([{ node: 'answerer' }]);
});

test('a child may need longer than its parent to end, up to the bound of its own node', async () => {
  const { verdict, history } = await play({ flags: ['--impatient', '--slow'] }, async (script) => void (await ask(script, 'x')));
  expect(verdict).toEqual(PASS);
  expect(lifeOf(history, 'answerer')).toEqual(['ready', 'exited 0']);
});

test('stdio links are refused where nodes are containers, and a restart of a child is refused anywhere', async () => {
  const networks = toxiproxyNetworks({ where: 'container' });
  expect(await networks.route(topology({}), [], 'auto')).toEqual({
    refused: `link '${LINK}': stdio links run in the process runtime only`,
    byDesign: true,
  });
  const schedule = [onNode({ kind: 'restart', node: 'answerer' }, { mark: 'now' })];
  await expect(play({ schedule }, async () => {})).rejects.toThrow(/'answerer' is started by whoever dials it/);
});

interface Play {
  networks?: Networks;
  byPath?: boolean;
  flags?: readonly string[];
  /** In place of answerer.ts. */
  child?: readonly string[];
  exits?: NonNullable<Topology['nodes'][number]['exits']>;
  schedule?: readonly Step[];
}

const PASS = expect.objectContaining({ outcome: 'pass' }) as Verdict;
const DIRECT: Networks = {
  ...toxiproxyNetworks({ where: 'process' }),
  route: async () => ({ routing: new Map() }),
};

function play(how: Play, script: (script: Script) => Promise<void>): Promise<{ verdict: Verdict; history: Event[] }> {
  const scenario = defineScenario({
    title: 'a caller and its child',
    expectation: 'they understand each other',
    system: { name: 'stdio', topology: topology(how), source: { folder: PROGRAMS, defects: PROGRAMS }, clients: () => ({}) },
    schedule: how.schedule ?? [],
    script,
    restWithin: '500ms',
  });
  return playCase(scenario, how.networks);
}

function topology({ byPath = false, flags = [], child: command = ['{node}', '{source}/answerer.ts', '--own'], exits }: Play): Topology {
  const child = byPath ? { CHILD_PATH: `{${LINK}.path}` } : { CHILD_COMMAND: `{${LINK}.command}` };
  return {
    nodes: [
      {
        name: 'caller',
        role: 'caller',
        command: ['{node}', '{source}/caller.ts', '--appended', 'a b', ...flags],
        env: { HOST: '{listen.api.host}', PORT: '{listen.api.port}', ...child },
        listens: { api: { transport: 'tcp', port: 47_631 } },
        ready: { when: 'log', contains: 'caller is ready' },
        readyWithinMs: 10_000,
        stopWithinMs: 2_000,
      },
      {
        name: 'answerer',
        role: 'answerer',
        command,
        env: { GREETING: 'from the topology' },
        listens: { stdio: { transport: 'stdio' } },
        ready: { when: 'spawned' },
        readyWithinMs: 10_000,
        stopWithinMs: 3_000,
        ...(exits && { exits }),
      },
    ],
    links: [
      { name: 'driver->caller', from: 'driver', to: 'caller', listener: 'api', framing: 'http' },
      { name: LINK, from: 'caller', to: 'answerer', listener: 'stdio', framing: 'ndjson' },
    ],
  };
}

function ask(script: Script, text: string): Promise<{ status: number | undefined; said: unknown }> {
  return tell(script, `ask=${encodeURIComponent(text)}`);
}

function tell(script: Script, query: string): Promise<{ status: number | undefined; said: unknown }> {
  const address = script.direct('caller', 'api');
  if (address.transport !== 'tcp') throw new Error('the caller listens on TCP');
  return new Promise((resolve, reject) => {
    const asking = get({ host: address.host, port: address.port, path: `/?${query}`, agent: false, timeout: 5_000 }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode, said: body.startsWith('{') && body.endsWith('}') ? (JSON.parse(body) as unknown) : body }),
      );
    });
    asking.on('timeout', () => asking.destroy(new Error('the caller gave no answer within 5 s')));
    asking.on('error', reject);
  });
}

function lifeOf(history: readonly Event[], node: string): string[] {
  return history.flatMap((event) => {
    if (event.kind !== 'node' || event.node !== node) return [];
    return event.state === 'exited' ? [`exited ${event.signal ?? event.code}`] : [event.state];
  });
}

function leftoversOf(history: readonly Event[]): unknown[] {
  return history.flatMap((event) => (event.kind === 'leftover' ? [{ node: event.node, detail: event.detail }] : []));
}

/** This process has started it. */
function relayOf(): number {
  const ours = readdirSync('/proc').filter((pid) => {
    const [words, status] = ['cmdline', 'status'].map((file) => textOf(`/proc/${pid}/${file}`));
    return words?.includes('\0relay\0') === true && new RegExp(`^PPid:\\s+${process.pid}$`, 'm').test(status ?? '');
  });
  return Number(ours[0]);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** One whose end nobody has asked for yet is dead. */
function isAlive(pid: number): boolean {
  return (stateOf(pid) ?? 'Z') !== 'Z';
}
