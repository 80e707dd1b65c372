// What every runtime promises about node faults. If a cell of the table says "yes", a test shows its effect on a real
// program, with its proof of hit. For each other cell a test shows the refusal.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Imposition, NodeFaultOf } from '../../model/faults/node-fault.ts';
import { type Node, nodeNamed, type Topology } from '../../model/system/topology.ts';
import { NODE_FAULT_ROWS } from './faults-by-runtime.ts';
import { poll } from '../linux/poll.ts';
import { ask, newRunId, type RuntimeUnderTest, testPrograms } from '../testing/runtime.contract.ts';
import { type Ground, type Imposed, NotReadyError, type RunningNode, type StartConditions } from '../runtime.ts';

type Cell = keyof typeof NODE_FAULT_ROWS;

/** One node that runs, and what it has printed. */
interface Bed {
  ground: Ground;
  played: boolean;
  up(name?: string, under?: StartConditions): Promise<RunningNode>;
  printed: string[];
}

export function describeNodeFaults({ runtime, missing, processes }: RuntimeUnderTest): void {
  if (missing !== undefined) {
    test(`node faults on the ${runtime.name} runtime`, ({ skip }) => skip(missing));
    return;
  }
  describe(`node faults on the ${runtime.name} runtime:`, () => {
    const started: RunningNode[] = [];
    const printed: string[] = [];
    let ground: Ground;

    beforeAll(async () => {
      ground = await runtime.prepare({
        runId: newRunId(),
        topology,
        source: testPrograms,
        proxied: [],
        signal: new AbortController().signal,
      });
    }, 30_000);
    afterEach(async () => {
      for (const node of started.splice(0).toReversed()) await node.kill();
      expect(await ground.leftovers()).toEqual([]);
    });
    afterAll(async () => {
      await ground[Symbol.asyncDispose]();
    }, 30_000);

    async function up(name = 'target', under?: StartConditions): Promise<RunningNode> {
      printed.length = 0;
      const node = await ground.start(nodeNamed(topology, name), { line: (_stream, line) => void printed.push(line) }, under);
      started.push(node);
      return node;
    }

    for (const [name, effect] of Object.entries(EFFECTS) as [Cell, (typeof EFFECTS)[Cell]][]) {
      const step = { on: 'node', fault: NODE_FAULT_ROWS[name] } as const;
      const refusal = runtime.refuses(step);
      test(`${name} ${refusal === undefined ? 'acts, is proven and can be lifted' : 'is refused with the reason'}`, async ({ skip }) => {
        expect(refusal ?? 'none, so it acts', 'in words').toContain(' ');
        if (refusal !== undefined) return;
        const lacked = await runtime.lacks(step);
        skip(lacked !== undefined, lacked);
        await effect({ ground, up, printed, played: !processes });
      });
    }

    test('a node that is held meets what is put on it before its first instruction', async ({ skip }) => {
      const fault = { ...NODE_FAULT_ROWS['calls: error'], from: 1 };
      const lacked = runtime.refuses({ on: 'node', fault }) ?? (await runtime.lacks({ on: 'node', fault }));
      skip(lacked !== undefined, lacked);
      let imposed: Imposed | undefined;
      const node = await up('writes-at-start', { held: async (held) => void (imposed = await held.impose(fault)) });
      expect(printed).toContain('first writes: ["ENOSPC","ok"]');
      expect(await imposed?.hits()).toEqual([expect.stringMatching(/^write\(.*ENOSPC.*\(INJECTED\)$/)]);
      expect(await node.pids(), 'the tracer is not one of its processes').toEqual([node.pid]);
      expect(await node.stop()).toEqual({ killed: false });
      expect(await node.exited, 'the tracer does not change how it ends').toEqual({ code: 0, signal: null });
      await imposed?.lift();
    });

    test('a program that does not exist on the changed PATH is named by the shell that looks for it', async ({ skip }) => {
      skip(!processes, 'played programs are not looked for');
      const fault: NodeFaultOf<'environment'> = { kind: 'environment', node: 'by-name', without: ['sleep'] };
      const failure = await up('by-name', { environment: [fault] }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(NotReadyError);
      expect(String(failure)).toMatch(/ended with code 127[^]*sleep: not found/);
    });
  });
}

const EFFECTS: Record<Cell, (bed: Bed) => Promise<void>> = {
  async signal({ up, printed, played }) {
    const node = await up('with-child');
    if (played) {
      await node.signal('SIGUSR2');
      expect(await node.exited).toEqual({ code: null, signal: 'SIGUSR2' });
      return;
    }
    await until('the child is there', () => printed.includes('the child is there'));
    await node.signal('SIGUSR2');
    await until('both heard it', () => printed.includes('heard SIGUSR2') && printed.includes('the child heard SIGUSR2'));
  },
  async kill({ up }) {
    const node = await up('with-child');
    await node.kill();
    expect(await node.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await node.pids()).toEqual([]);
  },
  async 'pause, for a time or until lifted'({ up, ground, printed, played }) {
    const node = await up('with-child');
    if (!played) await until('the child is there', () => printed.includes('the child is there'));
    await node.pause();
    let answered: string | undefined;
    const answer = ask(ground.direct('with-child', 'api')).then((text) => (answered = text));
    // Proof of silence needs a time; an answer takes about a millisecond.
    expect(await poll(() => answered, { withinMs: 150 })).toBeUndefined();
    await node.resume();
    expect(await answer).not.toMatch(/^error/);
  },
  async restart({ up, ground }) {
    const first = await up();
    await first.kill();
    expect(await ask(ground.direct('target', 'api'))).toMatch(/^error/);
    await up();
    expect(await ask(ground.direct('target', 'api'))).not.toMatch(/^error/);
  },
  async 'environment: set, unset'(bed) {
    const { up, ground } = bed;
    const fault = NODE_FAULT_ROWS['environment: set, unset'];
    const node = await up('target', { environment: [fault] });
    const changed = await asked(bed, '/environment');
    expect(changed).toMatchObject({ COLOUR: 'red', STATE: join(ground.folder, 'state', 'target') });
    expect(changed).not.toHaveProperty('HOME');
    await node.stop();
    await up();
    expect(await asked(bed, '/environment'), 'lifted with the next start').not.toHaveProperty('COLOUR');
  },
  async 'environment: without a program'(bed) {
    await bed.up('target', { environment: [NODE_FAULT_ROWS['environment: without a program']] });
    expect(await asked(bed, '/run?program=ps')).toBe('ENOENT');
    expect(await asked(bed, '/run?program=sort')).toContain('sort');
  },
  async 'environment: another program first'(bed) {
    const node = await bed.up('target', { environment: [NODE_FAULT_ROWS['environment: another program first']] });
    expect(await asked(bed, '/run?program=ps')).toBe('not the usual ps');
    await node.stop();
    await bed.up();
    expect(await asked(bed, '/run?program=ps')).toMatch(/^ps from/);
  },
  'unread: stdout': (bed) => fillsAndDrains(bed, NODE_FAULT_ROWS['unread: stdout'], 'prints'),
  'unread: stderr': (bed) => fillsAndDrains(bed, NODE_FAULT_ROWS['unread: stderr'], 'prints-errors'),
  async 'limit: descriptors'(bed) {
    const imposed = await (await bed.up()).impose(NODE_FAULT_ROWS['limit: descriptors']);
    expect(await imposed.hits(), 'not reached yet').toEqual([]);
    const opened = asked(bed, '/open?count=100&ms=400');
    const proofs: string[] = [];
    await until('all descriptors are taken', async () => proofs.push(...(await imposed.hits())) > 0);
    expect(await opened).toBe('EMFILE');
    expect(proofs).toEqual([expect.stringMatching(/^process \d+ holds all 60 descriptors that it may have$/)]);
    await asked(bed, '/close');
    await imposed.lift();
    expect(await asked(bed, '/open?count=100&ms=0')).toBe('ok');
  },
  async 'limit: processes'(bed) {
    const imposed = await (await bed.up()).impose(NODE_FAULT_ROWS['limit: processes']);
    expect(await imposed.hits(), 'not reached yet').toEqual([]);
    expect(await asked(bed, '/fork?count=60')).toContain('EAGAIN');
    expect(await imposed.hits()).toEqual(['it may have no process more than 40']);
    await imposed.lift();
    expect(new Set((await asked(bed, '/fork?count=60')) as string[])).toEqual(new Set(['ok']));
  },
  async 'limit: memory'(bed) {
    const node = await bed.up();
    const imposed = await node.impose(NODE_FAULT_ROWS['limit: memory']);
    void ask(bed.ground.direct('target', 'api'), '/take?MiB=400');
    expect(await node.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await imposed.hits()).toEqual(['it may have no page more than 150 MiB']);
    await imposed.lift();
  },
  async 'network-cut'(bed) {
    const { up, ground } = bed;
    const here = ground.direct('target', 'api');
    await up('peer');
    const imposed = await (await up()).impose(NODE_FAULT_ROWS['network-cut']);
    expect(await imposed.hits()).toEqual(["'target' is on no network"]);
    expect(await ask(here)).toMatch(/^error/);
    await imposed.lift();
    expect(ground.direct('target', 'api')).toEqual(here);
    expect(await asked(bed, '/peer')).toBe('connected');
  },
  async 'calls: error'(bed) {
    await tampered(bed, NODE_FAULT_ROWS['calls: error'], ['ok', 'ENOSPC', 'ok'], /ENOSPC \(No space left on device\) \(INJECTED\)$/);
  },
  async 'calls: result without the call'(bed) {
    await tampered(bed, NODE_FAULT_ROWS['calls: result without the call'], ['ok', 'ok', 'ok'], /= 4 \(INJECTED\)$/);
    const log = await readFile(join(bed.ground.folder, 'state', 'target', 'log'), 'utf8');
    expect(log.slice(-36), 'it writes the rest; what was claimed to be written never was').toBe('012345678945678901234567890123456789');
  },
  async 'calls: delay'(bed) {
    const [first, second] = await tampered(bed, NODE_FAULT_ROWS['calls: delay'], ['ok', 'ok', 'ok'], /\(DELAYED\)$/);
    expect(second?.tookMs).toBeGreaterThan(295);
    expect(first?.tookMs).toBeLessThan(second?.tookMs ?? 0);
  },
  async 'calls: signal'(bed) {
    await tampered(bed, NODE_FAULT_ROWS['calls: signal'], ['ok', 'ok', 'ok'], /^--- SIGUSR2 /);
    await until('it heard the signal', () => bed.printed.includes('heard SIGUSR2'));
  },
};

async function fillsAndDrains({ up, ground, printed }: Bed, fault: NodeFaultOf<'unread'>, name: string): Promise<void> {
  const node = await up(name);
  const imposed = await node.impose(fault);
  await ask(ground.direct(name, 'api'), '/print?lines=16000');
  const proofs: string[] = [];
  await until('the pipe is full', async () => proofs.push(...(await imposed.hits())) > 0);
  expect(proofs).toEqual([expect.stringMatching(new RegExp(`^its ${fault.stream} is full: `))]);
  expect(printed).not.toContain('all is printed');
  expect(await ask(ground.direct(name, 'api'), '/close'), 'a program that does not wait lives on').toBe('"done"');
  await imposed.lift();
  await until('all that was printed has come', () => printed.includes('all is printed'));
}

/** Three writes, of which the second one is tampered with; and three more after the lift. */
async function tampered(bed: Bed, fault: Imposition, how: readonly string[], proof: RegExp): Promise<{ how: string; tookMs: number }[]> {
  const node = await bed.up();
  const imposed = await node.impose(fault);
  const writes = (await asked(bed, '/write?times=3')) as { how: string; tookMs: number }[];
  expect(writes.map((write) => write.how)).toEqual(how);
  expect(await node.pids()).toEqual([node.pid]);
  await imposed.lift();
  expect(await imposed.hits()).toEqual([expect.stringMatching(proof)]);
  const after = (await asked(bed, '/write?times=1')) as { how: string }[];
  expect(after.map((write) => write.how)).toEqual(['ok']);
  return writes;
}

async function asked({ ground }: Bed, path: string): Promise<unknown> {
  const text = await ask(ground.direct('target', 'api'), path);
  return JSON.parse(text.startsWith('error') ? JSON.stringify(text) : text);
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const held = await poll(async () => (await condition()) || undefined, { withinMs: 10_000 });
  if (!held) throw new Error(`it did not happen within 10 s: ${what}`);
}

function target(name: string, port: number, ...words: string[]): Node {
  return {
    name,
    role: 'target',
    command: ['{node}', '{source}/target.ts', ...words],
    env: {
      HOST: '{listen.api.host}',
      PORT: '{listen.api.port}',
      STATE: '{state}',
      ...(name === 'target' && { PEER_HOST: '{target->peer.host}', PEER_PORT: '{target->peer.port}' }),
    },
    listens: { api: { transport: 'tcp', port } },
    ready: { when: 'log', contains: 'ready to serve' },
    readyWithinMs: 10_000,
    stopWithinMs: 5_000,
  };
}

const topology: Topology = {
  nodes: [
    target('target', 7_301),
    target('peer', 7_302),
    target('with-child', 7_303, 'with-child'),
    target('writes-at-start', 7_304, 'writes-at-start'),
    target('prints', 7_305),
    target('prints-errors', 7_306, 'prints-errors'),
    { ...target('by-name', 7_307), command: ['sleep', '60'] },
  ],
  links: [{ name: 'target->peer', from: 'target', to: 'peer', listener: 'api', framing: 'http' }],
};
