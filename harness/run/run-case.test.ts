// The straight line with everything outside of it played: no process, no proxy. Tests run side by side, for most of
// their time is waiting.
import { describe, expect, test } from 'vitest';
import { observationsOf } from '../model/judging/history.ts';
import { cut, fault, onNode } from '../model/faults/steps.ts';
import { IndeterminateError, type Script } from '../model/scenario.ts';
import { ALWAYS_ON } from '../oracles/table.ts';
import { mockRuntime, type MockPlan, type MockProgram } from '../runtime/mock/mock-runtime.ts';
import { InjectorError } from '../network/api/network-sink.ts';
import { networksDouble } from './testing/networks.double.ts';
import { LINK, nodeDouble, playCase, told, type CasePlay } from './testing/played-case.double.ts';

const dies: MockProgram = (life) => life.exit({ code: 7, signal: null });
const crashesSoon: MockProgram = (life) => {
  life.print('stdout', 'ready\n');
  setTimeout(() => life.exit({ code: 3, signal: null }), 50);
};

const at = (id: string, armAt: string) => fault(LINK.name, { kind: 'drop' }, { id, armAt, mustFire: 0 });

function play(script: (context: Script) => Promise<void>, more: Omit<CasePlay, 'runtime'> & { runtime?: MockPlan } = { scenario: {} }) {
  return playCase({
    oracles: ALWAYS_ON,
    ...more,
    runtime: mockRuntime(more.runtime),
    scenario: { script, ...more.scenario },
  });
}

describe.concurrent('a case', () => {
  test('that goes well passes, and its history tells the phases in order', async () => {
    const { result, history, networks } = await play(async ({ mark }) => mark('half way'));
    expect(result).toMatchObject({
      verdict: { outcome: 'pass' },
      engines: ['double 1'],
      topology: { nodes: ['server'] },
      fingerprint: '',
      title: 'a played case',
    });
    expect(told(history)).toEqual([
      'boot began',
      'server starting',
      "node 'server' is ready: opened",
      'server says ready',
      'server ready',
      "node 'server' is ready: met",
      'boot ended',
      'drive began',
      'the script comes to its end: opened',
      'mark half way',
      'the script comes to its end: met',
      'drive ended',
      'settle began',
      'settle ended',
      'observe began',
      'observe ended',
      'stop began',
      'server stopping',
      "node 'server' ends after SIGTERM: opened",
      'server exited SIGTERM',
      "node 'server' ends after SIGTERM: met",
      'stop ended',
    ]);
    expect(networks.calls).toEqual(['open', 'lift all', 'drained', 'closed']);
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, i) => i + 1));
  });

  test('that no engine can carry is unknown with the reason, and nothing is started', async () => {
    const networks = networksDouble({ refused: 'no engine cuts frames' });
    const { result, history } = await play(async () => {}, { scenario: {}, networks });
    expect(result.verdict).toMatchObject({ outcome: 'unknown', reason: 'refused', detail: 'by design: no engine cuts frames' });
    expect(history).toEqual([]);
    expect(networks.calls).toEqual([]);
  });

  test('whose script lets an error go that nobody catches is unknown, ends its script at once and stops everything', async () => {
    let stray: (line: string) => void = () => undefined;
    let heard = true;
    const strays: CasePlay['strays'] = (listener) => {
      stray = listener;
      return () => void (heard = false);
    };
    const startedMs = performance.now();
    const { result, history } = await play(
      async ({ until }) => {
        stray('Error: let go (x.scenario.ts:1:1)');
        await until('never', () => false, { within: '20s' });
      },
      { scenario: {}, strays },
    );
    expect(result.verdict).toMatchObject({
      outcome: 'unknown',
      reason: 'harness',
      detail: 'stray-error: Error: let go (x.scenario.ts:1:1)',
    });
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(told(history)).toContain('server exited SIGTERM');
    expect(heard).toBe(false);
  });

  test('whose injector breaks is unknown, ends its script at once and stops everything', async () => {
    const networks = networksDouble();
    const startedMs = performance.now();
    const { result, history } = await play(
      async ({ until }) => {
        networks.break('the fault server died');
        networks.break('and again');
        await until('never', () => false, { within: '20s' });
      },
      { scenario: {}, networks },
    );
    expect(result.verdict).toMatchObject({ outcome: 'unknown', reason: 'injector', detail: 'the fault server died' });
    expect(told(history).filter((line) => line.startsWith('harness'))).toEqual(['harness injector: the fault server died']);
    expect(told(history)).toContain('server exited SIGTERM');
    expect(networks.calls.at(-1)).toBe('closed');
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  test('whose fault server does not come up is unknown, and so is one that had no time to answer', async () => {
    const networks = networksDouble();
    const deaf = Object.assign(networksDouble(), { open: () => Promise.reject(new InjectorError('not listening')) });
    expect((await play(async () => {}, { scenario: {}, networks: deaf })).result.verdict).toMatchObject({
      outcome: 'unknown',
      reason: 'injector',
      detail: 'not listening',
    });
    const starved = { probe: 'machine', loopDelayP99Ms: 5, cpuPressureAvg10: 95 } as const;
    const { result } = await play(async () => networks.break('no answer', { waitedMs: 401, boundMs: 400 }), {
      scenario: {},
      networks,
      probes: { machine: () => starved },
    });
    expect(result.verdict).toMatchObject({
      outcome: 'unknown',
      reason: 'starved',
      detail: expect.stringContaining('no answer; the machine'),
    });
  });

  test('whose fault server does not answer when its proxies are to go is judged as one that breaks before', async () => {
    const networks = networksDouble();
    const { open } = networks;
    networks.open = async (request) => {
      const mute = new AsyncDisposableStack();
      mute.defer(() => Promise.reject(new InjectorError('DELETE gave no answer', { late: { waitedMs: 401, boundMs: 400 } })));
      return { ...(await open(request)), [Symbol.asyncDispose]: () => mute.disposeAsync() };
    };
    const pressed = (cpuPressureAvg10: number) => ({ machine: () => ({ probe: 'machine', loopDelayP99Ms: 5, cpuPressureAvg10 }) as const });
    const starved = await play(async () => {}, { scenario: {}, networks, probes: pressed(95) });
    expect(starved.result.verdict).toMatchObject({ outcome: 'unknown', reason: 'starved' });
    const calm = await play(async () => {}, { scenario: {}, networks, probes: pressed(0) });
    expect(calm.result.verdict).toMatchObject({ outcome: 'unknown', reason: 'injector', detail: 'DELETE gave no answer' });
  });

  test('whose injector does not arm a step at a mark is unknown, whatever the script asserts afterwards', async () => {
    const networks = networksDouble({ breaksOn: 'drop client->server' });
    const schedule = [fault(LINK.name, { kind: 'drop' }, { armAt: 'now' })];
    const { result, history } = await play(
      async ({ mark }) => {
        await mark('now');
        throw new Error('not reached');
      },
      { scenario: { schedule }, networks },
    );
    expect(result.verdict).toMatchObject({ outcome: 'unknown', reason: 'injector' });
    expect(told(history).join()).not.toContain('not reached');
  });

  test('whose injector broke before the script does not play the script', async () => {
    const networks = networksDouble({ onArm: () => networks.break('died in boot') });
    let played = false;
    const { result } = await play(
      async () => {
        played = true;
      },
      { scenario: { schedule: [fault(LINK.name, { kind: 'drop' })] }, networks },
    );
    expect(result.verdict).toMatchObject({ outcome: 'unknown', reason: 'injector' });
    expect(played).toBe(false);
  });

  test('whose boot fails skips the script, stops what came up, and is the fault of the system', async () => {
    let played = false;
    const nodes = [nodeDouble('server'), nodeDouble('second', { after: ['server'] }), nodeDouble('third', { after: ['second'] })];
    const { result, history } = await play(
      async () => {
        played = true;
      },
      { scenario: {}, nodes, runtime: { programs: { second: dies } } },
    );
    expect(played).toBe(false);
    expect(result.verdict.outcome).toBe('fail');
    const lines = told(history);
    expect(lines).toContain('second exited 7 unasked');
    expect(lines).toContain("node 'second' is ready: unmet");
    expect(lines).toContain('server exited SIGTERM');
    expect(lines.join()).not.toMatch(/third|drive began/);
  });

  test('that is interrupted is unknown, and everything has ended', async () => {
    const interrupt = new AbortController();
    const { result, history, networks } = await play(
      async ({ until }) => {
        interrupt.abort(new Error('Ctrl+C'));
        await until('never', () => false, { within: '20s' });
      },
      { scenario: {}, signal: interrupt.signal },
    );
    expect(result.verdict).toMatchObject({ outcome: 'unknown', reason: 'interrupted' });
    expect(told(history)).toContain('server exited SIGTERM');
    expect(told(history).at(-1)).toBe('stop ended');
    expect(networks.calls.at(-1)).toBe('closed');
  });

  test('that goes without the answer to a request has it waited for, and an end by the stop is none', async () => {
    const ended = new AbortController();
    const { result, history } = await play(
      async ({ operation, defer }) => {
        defer(() => void setTimeout(() => ended.abort(), 500));
        const hung = new Promise<never>((_, reject) =>
          ended.signal.addEventListener('abort', () => reject(new IndeterminateError('socket hang up'))),
        );
        void operation('get', () => hung, { within: '200ms' });
      },
      { scenario: {} },
    );
    expect(told(history)).toContain('an answer to get of script: unmet');
    expect(result.verdict).toMatchObject({ outcome: 'fail', oracle: 'hang' });
  });

  test('that leaves something behind is a leak of it', async () => {
    const leftovers = () => [{ what: 'file', detail: '/tmp/forgotten', node: 'server' } as const];
    const { result, history } = await play(async () => {}, { scenario: {}, runtime: { leftovers } });
    expect(told(history)).toContain('leftover file /tmp/forgotten');
    expect(result.verdict).toMatchObject({ outcome: 'fail', oracle: 'leak' });
  });

  test('whose node does not end on SIGTERM is told to, and the history holds the end that was not kept', async () => {
    const stubborn: MockProgram = (life) => {
      life.onTerm(() => {});
      life.print('stdout', 'ready\n');
    };
    const { result, history } = await play(async () => {}, { scenario: {}, runtime: { programs: { server: stubborn } } });
    expect(told(history)).toContain("node 'server' ends after SIGTERM: unmet");
    expect(result.verdict).toMatchObject({ outcome: 'fail', oracle: 'hang' });
  });

  test('whose node ends by itself fails by the crash oracle', async () => {
    const { result, history } = await play(
      async ({ until, node }) => {
        await until('the end', () => !node('server').running, { within: '5s' });
      },
      { scenario: {}, runtime: { programs: { server: crashesSoon } } },
    );
    expect(told(history)).toContain('server exited 3 unasked');
    expect(result.verdict).toMatchObject({ outcome: 'fail', oracle: 'crash' });
    expect(result.fingerprint).not.toBe('');
  });
});

describe.concurrent('faults', () => {
  test('of the start are armed before any node runs, those of a mark in the order of the schedule', async () => {
    const schedule = [at('b', 'one'), cut(LINK.name, { how: 'fin', id: 'first', mustFire: 0 }), at('a', 'one'), at('c', 'two')];
    const { history, networks } = await play(
      async ({ mark }) => {
        await mark('two');
        await mark('one');
      },
      { scenario: { schedule } },
    );
    expect(networks.calls).toEqual(['open', 'arm first', 'arm c', 'arm b', 'arm a', 'lift all', 'drained', 'closed']);
    const lines = told(history);
    expect(lines.indexOf('first armed')).toBeLessThan(lines.indexOf('server starting'));
    expect(lines.indexOf('mark two')).toBeLessThan(lines.indexOf('c armed'));
    expect(lines.filter((line) => line.endsWith(' lifted'))).toEqual(['first lifted', 'c lifted', 'b lifted', 'a lifted']);
  });

  test('that the script lifts are lifted once, and only those that were armed', async () => {
    const { history, networks } = await play(
      async ({ lift, mark }) => {
        await mark('one');
        await lift('a');
        await lift('a');
        await lift('never-armed');
      },
      { scenario: { schedule: [at('a', 'one'), at('never-armed', 'elsewhere')] } },
    );
    expect(networks.calls).toEqual(['open', 'arm a', 'lift a', 'lift all', 'drained', 'closed']);
    expect(told(history).filter((line) => line.endsWith(' lifted'))).toEqual(['a lifted']);
  });

  test('that fire are in the history with their proof, wake the script, and are the decisions of the result', async () => {
    const networks = networksDouble({ onArm: ({ id }) => void setTimeout(() => networks.fire(id, { connection: 2, byteOffset: 17 }), 20) });
    const { result, history } = await play(async ({ fired }) => fired('cut client->server', { within: '5s' }), {
      scenario: { schedule: [cut(LINK.name, { how: 'fin' })] },
      networks,
    });
    expect(result.verdict.outcome).toBe('pass');
    expect(result.decisions).toEqual([{ step: 'cut client->server', connection: 2, byteOffset: 17, frameIndex: null }]);
    expect(told(history)).toContain('cut client->server fired');
  });

  test('that never fired make the verdict unknown', async () => {
    const { result } = await play(async () => {}, { scenario: { schedule: [cut(LINK.name, { how: 'fin' })] } });
    expect(result.verdict).toMatchObject({ outcome: 'unknown', reason: 'vacuous' });
  });

  test('on a node are carried out at their mark, and an exit that they caused is no crash', async () => {
    const schedule = [
      onNode({ kind: 'restart', node: 'server' }, { mark: 'now' }),
      onNode({ kind: 'pause', node: 'server', forMs: 5 }, { mark: 'now' }),
    ];
    const { result, history } = await play(
      async ({ mark, until }) => {
        await mark('now');
        // From here: the restart has had all the time that it wanted.
        const resumed = new Promise((resolve) => setTimeout(() => resolve(true), 300));
        await until('the pause is over', () => resumed, { within: '2s' });
      },
      { scenario: { schedule } },
    );
    const lines = told(history);
    const from = lines.indexOf('mark now');
    expect(lines.slice(from + 1, from + 16)).toEqual([
      'restart server armed',
      'server exited SIGKILL',
      'server starting',
      "node 'server' is ready: opened",
      'server says ready',
      'server ready',
      "node 'server' is ready: met",
      'restart server fired',
      'restart server lifted',
      'pause server armed',
      'server paused',
      'pause server fired',
      'the pause is over: opened',
      'server resumed',
      'pause server lifted',
    ]);
    expect(result.verdict.outcome).toBe('pass');
  });

  test('that the schedule does not have are a mistake in the scenario, answered with those it has', async () => {
    const nodes = [nodeDouble('server')];
    const mistaken = play(async ({ lift }) => lift('cot'), { scenario: { schedule: [at('cut', 'one')] }, nodes });
    await expect(mistaken).rejects.toThrow("no step 'cot'; there are cut");
  });
});

describe.concurrent('a script', () => {
  test('that throws is a finding with its words', async () => {
    const { result, history } = await play(async () => {
      throw new TypeError('two windows, not three');
    });
    expect(told(history)).toContain('script failed: TypeError: two windows, not three');
    expect(result.verdict).toMatchObject({
      outcome: 'fail',
      oracle: 'script',
      findings: [{ message: 'TypeError: two windows, not three' }],
    });
  });

  test('whose wait comes to its bound ends there: an open obligation with what was last seen, and two dumps a second apart', async () => {
    let went = false;
    const { result, history } = await play(async ({ until }) => {
      await until(
        'three windows',
        () => {
          throw new Error('2 of 3');
        },
        { within: 40 },
      );
      went = true;
    });
    expect(went).toBe(false);
    const lines = told(history);
    const from = lines.indexOf('three windows: opened');
    expect(lines.slice(from, from + 5)).toEqual([
      'three windows: opened',
      'stacks',
      'stacks',
      'three windows: unmet',
      'the script comes to its end: met',
    ]);
    expect(history.find((event) => event.kind === 'obligation' && event.state === 'unmet')).toMatchObject({
      boundMs: 40,
      lastSeen: '2 of 3',
    });
    const dumps = history.filter((event) => event.kind === 'observation' && event.observation.probe === 'stacks');
    expect((dumps[1]?.atMs ?? 0) - (dumps[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
    expect(result.verdict).toMatchObject({ outcome: 'fail', oracle: 'hang' });
  });

  test('whose condition comes true while the evidence is taken is late, and the history says both', async () => {
    const { history } = await play(async ({ until }) => {
      const startedMs = performance.now();
      await until('a late answer', () => performance.now() - startedMs > 600, { within: 100 });
    });
    expect(told(history).filter((line) => line.startsWith('a late answer'))).toEqual([
      'a late answer: opened',
      'a late answer: unmet',
      'a late answer: met',
    ]);
  });

  test('that takes longer than its bound is cut off with two dumps, and does not start nodes behind the run', async () => {
    const { promise: later, resolve: startLater } = Promise.withResolvers<void>();
    let refusal: unknown;
    let zombie: Promise<void> | undefined;
    const { history } = await play(
      async ({ node }) => {
        await node('server').stop();
        zombie = later.then(() => node('server').start()).catch((error: unknown) => void (refusal = error));
        await zombie;
      },
      { scenario: { within: 50 } },
    );
    expect(told(history)).toContain('the script comes to its end: unmet');
    startLater();
    await zombie;
    expect(String(refusal)).toContain("node 'server' was not started: the run is over");
  });

  test('that tells a node to stop while somebody else has it stopped tells it once, and again once it was started anew', async () => {
    const { history } = await play(async ({ node }) => {
      await Promise.all([node('server').stop(), node('server').stop()]);
      await node('server').start();
      await node('server').stop();
    });
    expect(told(history).filter((line) => line === 'server stopping')).toHaveLength(2);
  });

  test('that ends, or has a node stopped, while the node is being started leaves none that runs', async () => {
    const slow: MockProgram = (life) => void setTimeout(() => life.print('stdout', 'ready\n'), 50);
    const stillRun: boolean[] = [];
    const restarting = (stops: boolean) =>
      play(
        async ({ node }) => {
          await node('server').kill();
          void node('server').start();
          if (stops) await node('server').stop();
          stillRun.push(stops && node('server').running);
        },
        { scenario: {}, runtime: { programs: { server: slow } } },
      );
    const both = await Promise.all([restarting(true), restarting(false)]);
    expect(stillRun).toEqual([false, false]);
    for (const { history, result } of both) {
      expect(result.verdict.outcome).toBe('pass');
      expect(told(history).filter((line) => /^server (ready|exited)/.test(line))).toEqual([
        'server ready',
        'server exited SIGKILL',
        'server ready',
        'server exited SIGTERM',
      ]);
    }
  });

  test('gets the answer of an operation, its error, or that nobody knows', async () => {
    const states: string[] = [];
    const { history, result } = await play(async ({ operation }) => {
      const ok = await operation('add', async () => ({ id: 1 }), { within: '1s', client: 'alice' });
      const failed = await operation('remove', () => Promise.reject(new Error('409 taken')), { within: '1s' });
      const lost = await operation('move', () => Promise.reject(new IndeterminateError('closed before the reply')), { within: '1s' });
      const unowed = await operation('notify', () => new Promise<never>(() => {}), { within: 30, owed: false });
      states.push(ok.state, failed.state, lost.state, unowed.state);
      expect(ok).toEqual({ state: 'ok', value: { id: 1 } });
    });
    expect(states).toEqual(['ok', 'failed', 'indeterminate', 'indeterminate']);
    expect(history.filter((event) => event.kind === 'operation' && event.state !== 'invoked')).toMatchObject([
      { name: 'add', client: 'alice', state: 'ok', value: { id: 1 } },
      { name: 'remove', client: 'script', state: 'failed', value: '409 taken' },
      { name: 'move', state: 'indeterminate', value: 'closed before the reply' },
      { name: 'notify', state: 'indeterminate', value: 'no answer within 30 ms' },
    ]);
    const owed = told(history).filter((line) => line.startsWith('an answer to'));
    expect(owed).toEqual(
      ['add of alice', 'remove of script', 'move of script'].flatMap((what) => [
        `an answer to ${what}: opened`,
        `an answer to ${what}: met`,
      ]),
    );
    expect(result.verdict.outcome).toBe('pass');
  });

  test('whose operation gets no answer leaves an open obligation and two dumps, and goes on', async () => {
    let aborted = false;
    const { history } = await play(async ({ operation, mark }) => {
      await operation(
        'ask',
        (signal) =>
          new Promise(() => {
            signal.addEventListener('abort', () => (aborted = true));
          }),
        { within: 30 },
      );
      await mark('went on');
    });
    const lines = told(history);
    const from = lines.indexOf('an answer to ask of script: opened');
    expect(lines.slice(from, from + 6)).toEqual([
      'an answer to ask of script: opened',
      'ask indeterminate',
      'stacks',
      'stacks',
      'an answer to ask of script: unmet',
      'mark went on',
    ]);
    expect(aborted).toBe(true);
  });

  test('undoes what it deferred in reverse order, before the nodes are stopped, also when it throws', async () => {
    const order: string[] = [];
    const server: MockProgram = (life) => {
      life.onTerm(() => {
        order.push('stop');
        life.exit({ code: 0, signal: null });
      });
      life.print('stdout', 'ready\n');
    };
    await play(
      async ({ defer }) => {
        defer(() => void order.push('first'));
        defer(async () => void order.push('second'));
        throw new Error('half way');
      },
      { scenario: {}, runtime: { programs: { server } } },
    );
    expect(order).toEqual(['second', 'first', 'stop']);
  });

  test('draws the same chances from the same seed', async () => {
    const drawn: number[] = [];
    const draw = async ({ chance }: Script) => void drawn.push(chance('cut', 1), chance('cut', 2));
    await play(draw);
    await play(draw);
    expect(drawn.slice(0, 2)).toEqual(drawn.slice(2));
    expect(drawn[0]).not.toBe(drawn[1]);
  });

  test('writes down how long a side probe had no answer, also where its own end cuts the probe short', async () => {
    const askedMs: number[] = [];
    const ask = () => new Promise<void>(() => askedMs.push(performance.now()));
    const { history } = await play(
      async ({ mark, until }) => {
        await mark('one');
        await until('the second one has waited', () => performance.now() - (askedMs[1] ?? Infinity) > 150, { within: '5s' });
      },
      { scenario: { schedule: [at('a', 'one')] }, system: { sides: [{ name: 'ping', boundMs: 100, everyMs: 10, ask }] } },
    );
    const seen = observationsOf(history, 'side');
    expect(seen.map(({ latencyMs }) => latencyMs)).toEqual([null, null]);
    // The first was given up after four times its bound.
    expect(seen[0]?.waitedMs).toBeGreaterThan(390);
    expect(seen[1]?.waitedMs).toBeGreaterThan(150);
  });

  test('asks its side probes only while faults are in force', async () => {
    const sides = [{ name: 'ping', boundMs: 100, everyMs: 10, ask: async () => {} }];
    const { history } = await play(
      async ({ mark, lift, until }) => {
        await mark('one');
        const startedMs = performance.now();
        await until('some time', () => performance.now() - startedMs > 60, { within: '1s' });
        await lift('a');
        await mark('lifted');
        await until('more time', () => performance.now() - startedMs > 160, { within: '1s' });
      },
      { scenario: { schedule: [at('a', 'one')] }, system: { sides } },
    );
    const lines = told(history);
    const asked = lines.flatMap((line, i) => (line === 'side' ? [i] : []));
    expect(asked.length).toBeGreaterThan(0);
    expect(Math.min(...asked)).toBeGreaterThan(lines.indexOf('a armed'));
    // One may have been under way as the fault was lifted.
    expect(asked.filter((i) => i > lines.indexOf('mark lifted')).length).toBeLessThanOrEqual(1);
  });
});
