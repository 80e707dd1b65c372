// What planning says to node steps: mistakes in the scenario throw, what a runtime cannot carry is refused with the
// reason, by its nature or for what this machine lacks.
import { describe, expect, test } from 'vitest';
import { type Case, RUNTIME_NAMES, type RuntimeName } from '../model/case.ts';
import type { LinkFault, LinkStep, Step, Trigger } from '../model/faults/fault.ts';
import { defineScenario, type SideProbe } from '../model/scenario.ts';
import { fault, kill, onClock, onFile, onNode } from '../model/faults/steps.ts';
import { DRIVER } from '../model/system/link.ts';
import type { Topology } from '../model/system/topology.ts';
import { NODE_FAULT_ROWS } from '../runtime/faults/faults-by-runtime.ts';
import { RUNTIMES } from '../runtime/registry/runtimes.ts';
import { networksDouble } from './testing/networks.double.ts';
import { nodeDouble } from './testing/played-case.double.ts';
import { planCase } from './plan.ts';

const spawned = nodeDouble('child', { listens: { stdio: { transport: 'stdio' } }, ready: { when: 'spawned' } });
const topology: Topology = {
  nodes: [nodeDouble('target', { listens: { main: { transport: 'tcp', port: 7000 } } }), spawned],
  links: [
    { name: 'target->child', from: 'target', to: 'child', listener: 'stdio', framing: 'ndjson' },
    { name: 'driver->target', from: DRIVER, to: 'target', listener: 'main', framing: 'http' },
  ],
};

describe.each(RUNTIME_NAMES)('on the %s runtime', (runtime) => {
  test.each(Object.entries(NODE_FAULT_ROWS))('%s is planned as the table says', async (_name, fault) => {
    const reason = RUNTIMES[runtime]().refuses({ on: 'node', fault });
    const planned = await plan([onNode(fault, { mark: 'now' })], runtime);
    const refused = reason && `by design: '${fault.kind} target' is impossible on the ${runtime} runtime: ${reason}`;
    expect('refused' in planned ? planned.refused : undefined).toBe(refused);
    expect('refused' in planned && planned.byDesign).toBe(refused !== undefined);
  });
});

test('what a machine lacks is said without blaming the design', async () => {
  expect(await plan([onNode(NODE_FAULT_ROWS['calls: error'])], 'process', 'strace does not start: apt-get install strace')).toEqual({
    refused: "'calls target' is impossible here: strace does not start: apt-get install strace",
    byDesign: false,
  });
});

test.each<[string, Step, RegExp]>([
  ['a kill before anything runs', kill('target', {}), /no node runs yet at the start/],
  ['a reaction to a step that is not there', kill('target', { fired: 'cot' }), /waits for step 'cot', which is not in the schedule/],
  ['a restart of a child', onNode({ kind: 'restart', node: 'child' }, { mark: 'now' }), /only that node can start it again/],
  ['an unread child', onNode({ kind: 'unread', node: 'child', stream: 'stdout' }, { mark: 'now' }), /who also reads what it prints/],
  [
    'a pause of more than a year',
    onNode({ kind: 'pause', node: 'target', forMs: 4e10 }, { mark: 'now' }),
    /forMs is 40000000000, which is longer than a year/,
  ],
  ['a corruption that alters nothing', linkStep({ kind: 'corrupt', offset: 0, mask: 0 }), /fault\.mask: Too small/],
  ['a split into nothing', linkStep({ kind: 'split', every: 0 }), /fault\.every: Too small/],
  ['a frame before the first', linkStep({ kind: 'drop' }, { frame: { index: 0 } }), /trigger\.frame\.index: Too small/],
  [
    'a connection counted in two ways',
    linkStep({ kind: 'drop' }, { connection: 1, nthAfterArming: 1 } as unknown as Trigger),
    /trigger: .*\(connection\).*\(nthAfterArming\), not both/,
  ],
  [
    'a split in two ways',
    linkStep({ kind: 'split', every: 1, sizes: [3] } as unknown as LinkFault),
    /fault: a split needs one of every, sizes or offsets/,
  ],
  ['a mark without a name', { ...linkStep({ kind: 'drop' }), armAt: { mark: '' } }, /armAt.*: a mark has a name/],
  ['a mark of a node step without a name', kill('target', { mark: '' }), /armAt.*: a mark has a name/],
  [
    'a mark of a file step without a name',
    onFile('target', '{state}/x', { kind: 'half-line' }, { armAt: '' }),
    /armAt.*: a mark has a name/,
  ],
  ['a mark of a clock step without a name', onClock('target', { kind: 'jump', byMs: 1 }, { armAt: '' }), /armAt.*: a mark has a name/],
  [
    'a fault that takes no trigger and has one',
    fault('driver->target', { kind: 'reset' }, { times: 1 }),
    /'reset driver->target' on link 'driver->target' is impossible on tcp \(http\): it lasts until it is lifted, so it cannot be counted/,
  ],
  ['a fault that the streams of a child cannot carry', linkStep({ kind: 'refuse' }), /impossible on stdio \(ndjson\): /],
  ['a frame that the framing has not', linkStep({ kind: 'drop' }, { frame: { matches: { type: 'text' } } }), /has no frame of type 'text'/],
  [
    'a head that comes from the other side',
    fault('driver->target', { kind: 'drop' }, { frame: { matches: { type: 'request-head' } } }),
    /a request-head goes upstream only, and this step acts downstream/,
  ],
  [
    'more firings than there can be',
    fault('driver->target', { kind: 'drop' }, { times: 2, mustFire: 3 }),
    /2 times at most, and must fire 3/,
  ],
  [
    'a bound on firings that judges nothing',
    fault('driver->target', { kind: 'drop' }, { firesAtMost: 3 }),
    /fires once at most by itself, so firesAtMost 3 judges nothing/,
  ],
  ['a bound below what must be', fault('driver->target', { kind: 'reset' }, { firesAtMost: 0 }), /must fire 1 times, and may fire 0 times/],
  ['a reaction to itself', kill('target', { fired: 'kill target' }), /waits for a step that waits for itself/],
  ['a limit from the start of a child', onNode({ kind: 'limit', node: 'child', descriptors: 9 }), /break the stdio link/],
])('%s is a mistake in the scenario', async (_what, step, message) => {
  await expect(plan([step], 'process')).rejects.toThrow(message);
  await expect(plan([step], 'process')).rejects.toMatchObject({ exitCode: 2 });
});

test('what one engine or runtime cannot carry is no mistake where another one can', async () => {
  const counted = fault('driver->target', { kind: 'accept-then-close' }, { times: 9, mayFire: true, firesAtMost: 3 });
  expect(await plan([counted, fault('target->child', { kind: 'stall' })], 'container')).not.toHaveProperty('refused');
});

test('a probe that asks a node which is not there is a mistake in the scenario', async () => {
  const side = { name: 'it answers', node: 'targt', boundMs: 100, everyMs: 100, ask: async () => {} };
  await expect(plan([], 'process', undefined, [side])).rejects.toThrow("no node 'targt'; there are target, child");
});

function linkStep(what: LinkFault, trigger: Trigger = {}): LinkStep {
  return fault('target->child', what, { direction: 'downstream', ...trigger });
}

function plan(
  schedule: readonly Step[],
  runtime: RuntimeName,
  lacked?: string,
  sides: readonly SideProbe[] = [],
): ReturnType<typeof planCase> {
  const scenario = defineScenario({
    title: 'a planned case',
    expectation: 'whatever the test expects',
    system: { name: 'planned', topology, clients: () => ({}), sides },
    script: async () => {},
  });
  const given: Case = { scenario: 'a/b', parameters: {}, seed: 1, schedule, runtime, engine: 'auto', clockSpeed: 1 };
  return planCase({ name: 'a/b', file: 'b.scenario.ts', scenario }, given, networksDouble(), {
    name: runtime,
    refuses: (step) => RUNTIMES[runtime]().refuses(step),
    lacks: async () => lacked,
  });
}
