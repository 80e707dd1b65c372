// The schedule's side of node faults, with played nodes: when each acts, what it leaves in the history, and that
// nothing of it is left after the lift. What they do to real programs is the runtimes' contract.
import { describe, expect, test } from 'vitest';
import type { Imposition } from '../../model/faults/node-fault.ts';
import { calls, cut, environment, freeze, kill, limit, onNode, restart, unread } from '../../model/faults/steps.ts';
import { type MockProgram, mockRuntime } from '../../runtime/mock/mock-runtime.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { networksDouble } from '../testing/networks.double.ts';
import { LINK, playCase, told } from '../testing/played-case.double.ts';

const CUT = cut(LINK.name, { how: 'fin' });

/** Says the variable that it was given. */
const server: MockProgram = (life) => life.print('stdout', `ready in ${life.env['COLOUR'] ?? 'no colour'}\n`);

describe.concurrent('a node fault', () => {
  test('on the environment is there from the first start, again at the next one, and gone after its lift', async () => {
    const schedule = [environment('server', { set: { COLOUR: 'red' } })];
    const { history } = await playCase({
      runtime: mockRuntime({ programs: { server } }),
      scenario: {
        schedule,
        async script({ node, lift }) {
          for (let start = 0; start < 2; start += 1) {
            await node('server').kill();
            await node('server').start();
            await lift('environment server').catch(() => undefined);
          }
        },
      },
    });
    expect(told(history).filter((line) => /says|environment/.test(line))).toEqual([
      'environment server armed',
      'server says ready in red',
      'environment server fired',
      'server says ready in red',
      'environment server fired',
      'environment server lifted',
      'server says ready in no colour',
    ]);
    const fired = history.find((event) => event.kind === 'fault' && event.state === 'fired');
    expect(fired).toMatchObject({ hit: { node: 'server', evidence: 'it started with COLOUR=red' } });
  });

  test('that reacts to another step acts once that one has fired, and only once', async () => {
    const networks = networksDouble();
    const { result, history } = await playCase({
      runtime: mockRuntime({ programs: { server } }),
      networks,
      scenario: {
        schedule: [CUT, kill('server', { fired: CUT.id })],
        async script({ node, until, fired }) {
          networks.fire(CUT.id);
          networks.fire(CUT.id);
          await fired('kill server', { within: '2s' });
          await until('it is dead', () => !node('server').running, { within: '2s' });
        },
      },
    });
    expect(told(history).filter((line) => /^kill|exited/.test(line))).toEqual([
      'kill server armed',
      'server exited SIGKILL',
      'kill server fired',
      'kill server lifted',
    ]);
    expect(result.verdict.outcome, 'its death was asked for').toBe('pass');
  });

  test('that meets a node before it is ready strikes when it is, and is not proven before', async () => {
    const networks = networksDouble();
    const { history } = await playCase({
      runtime: mockRuntime({ programs: { server } }),
      networks,
      scenario: {
        schedule: [CUT, kill('server', { fired: CUT.id })],
        async script({ node, fired }) {
          await node('server').kill();
          networks.fire(CUT.id);
          await node('server').start();
          await fired('kill server', { within: '2s' });
        },
      },
    });
    expect(told(history).filter((line) => /^kill|exited|server ready/.test(line))).toEqual([
      'server ready',
      'server exited SIGKILL',
      'kill server armed',
      'server ready',
      'server exited SIGKILL',
      'kill server fired',
      'kill server lifted',
    ]);
  });

  test('that restarts a node while it is being started waits until it is ready', async () => {
    const networks = networksDouble();
    const slow: MockProgram = (life) => void setTimeout(() => life.print('stdout', 'ready\n'), 50);
    const { result, history } = await playCase({
      runtime: mockRuntime({ programs: { server: slow } }),
      networks,
      scenario: {
        schedule: [CUT, restart('server', { fired: CUT.id })],
        async script({ node, fired }) {
          await node('server').kill();
          const started = node('server').start();
          networks.fire(CUT.id);
          await fired('restart server', { within: '2s' });
          await started;
        },
      },
    });
    expect(result.verdict.outcome).toBe('pass');
    expect(told(history).filter((line) => /^restart|exited|server ready/.test(line))).toEqual([
      'server ready',
      'server exited SIGKILL',
      'restart server armed',
      'server ready',
      'server exited SIGKILL',
      'server ready',
      'restart server fired',
      'restart server lifted',
      'server exited SIGTERM',
    ]);
  });

  test('that freezes a node lets it go on when all faults are lifted, at the latest', async () => {
    const { history } = await playCase({
      runtime: mockRuntime({ programs: { server } }),
      scenario: { schedule: [freeze('server', { mark: 'now' })], script: ({ mark }) => mark('now') },
    });
    const lines = told(history).filter((line) => /pause|resumed|drive ended|settle ended/.test(line));
    expect(lines).toEqual([
      'pause server armed',
      'server paused',
      'pause server fired',
      'drive ended',
      'server resumed',
      'pause server lifted',
      'settle ended',
    ]);
  });

  test('that lasts is on every process that the node is, with its proofs, until it is lifted', async () => {
    const imposed: string[] = [];
    const { history } = await playCase({
      runtime: imposing(imposed, ['refused a write']),
      scenario: {
        schedule: [limit('server', { descriptors: 9 }), calls('server', { calls: ['write'], inject: { what: 'error', error: 'EIO' } })],
        async script({ node, fired, lift }) {
          await fired('calls server', { within: '2s' });
          await node('server').kill();
          await node('server').start();
          await fired('calls server', { within: '2s', times: 2 });
          await lift('calls server');
          await node('server').kill();
          await node('server').start();
        },
      },
    });
    expect(imposed).toEqual(['limit held', 'calls held', 'limit held', 'calls held', 'lift calls', 'limit held', 'lift limit']);
    expect(told(history)).toContain('calls server lifted');
    expect(history.find((event) => event.kind === 'fault' && event.step === 'calls server' && event.state === 'fired')).toMatchObject({
      hit: { kind: 'node', node: 'server', evidence: 'refused a write' },
    });
  });

  test('that leaves output unread waits until the node is ready, whose readiness must be read', async () => {
    const imposed: string[] = [];
    await playCase({
      runtime: imposing(imposed, []),
      scenario: { schedule: [unread('server', 'stdout', { mustFire: 0 })] },
    });
    expect(imposed).toEqual(['unread running', 'lift unread']);
  });

  test('that is a signal excuses an end by that signal and no other', async () => {
    const play = async (ended: NodeJS.Signals): Promise<readonly string[]> => {
      let end = (): void => {};
      const dying: MockProgram = (life) => {
        server(life);
        end = () => life.exit({ code: null, signal: ended });
      };
      const { history } = await playCase({
        runtime: deaf(mockRuntime({ programs: { server: dying } })),
        scenario: {
          schedule: [onNode({ kind: 'signal', node: 'server', signal: 'SIGUSR1' }, { mark: 'now' })],
          async script({ mark, node, until }) {
            await mark('now');
            end();
            await until('it is dead', () => !node('server').running, { within: '2s' });
          },
        },
      });
      return told(history);
    };
    expect(await play('SIGUSR1')).toContain('server exited SIGUSR1');
    expect(await play('SIGSEGV')).toContain('server exited SIGSEGV unasked');
  });
});

/** Signals come to nothing here: the test says how its program ends. */
function deaf(runtime: Runtime): Runtime {
  return {
    ...runtime,
    async prepare(request) {
      const ground = await runtime.prepare(request);
      return { ...ground, start: async (...words) => ({ ...(await ground.start(...words)), signal: async () => {} }) };
    },
  };
}

/** A runtime whose nodes take everything, and say so. */
function imposing(told: string[], hits: readonly string[]): Runtime {
  const runtime = mockRuntime({ programs: { server } });
  return {
    ...runtime,
    refuses: () => undefined,
    async prepare(request) {
      const ground = await runtime.prepare(request);
      return {
        ...ground,
        async start(node, sink, under) {
          const impose = async ({ kind }: Imposition, atStart = false): ReturnType<Awaited<ReturnType<typeof ground.start>>['impose']> => {
            told.push(`${kind} ${atStart ? 'held' : 'running'}`);
            const proofs = kind === 'calls' ? [...hits] : [];
            return { hits: async () => proofs.splice(0), lift: async () => void told.push(`lift ${kind}`) };
          };
          const running = await ground.start(node, sink, under);
          await under?.held?.({ ...running, impose });
          return { ...running, impose };
        },
      };
    },
  };
}
