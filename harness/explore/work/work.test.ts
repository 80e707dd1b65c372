// Work as data, and what its answers may be.
import { describe, expect, test } from 'vitest';
import type { Step } from '../../model/faults/fault.ts';
import { fault, split } from '../../model/faults/steps.ts';
import type { Event, EventBody } from '../../model/judging/history.ts';
import type { System } from '../../model/scenario.ts';
import { answers } from './answers.ts';
import type { Script } from '../../model/scenario.ts';
import { playWork, WORKER } from './play-work.ts';
import { defineWorkload } from './workload.ts';

const system: System = { name: 'none', topology: { nodes: [], links: [] }, clients: () => ({}) };

const workload = defineWorkload({
  title: 'it works',
  system,
  length: 300,
  operations: (operation) => ({
    say: operation({
      weight: 3,
      arguments: (any) => ({ text: any.text(), at: any.whole({ min: -5, max: 99 }) }),
      run: async () => undefined,
    }),
    wait: operation({ answersUnderFault: ['ok', 'indeterminate'], run: async () => undefined }),
  }),
  observers: { watcher: { join: async () => ({}) }, other: { join: async () => ({}) } },
  recovered: [],
});

test('the same seed makes the same work, with bounds and with text beyond ASCII; each observer joins once, and one of them is slow', async () => {
  const make = async (seed: number): Promise<{ do?: string; with?: { text?: string; at?: number }; join?: string; slow?: boolean }[]> =>
    ((await workload.workload?.make(seed)) ?? []) as [];
  const work = await make(1);
  expect(await make(1)).toEqual(work);
  expect(await make(2)).not.toEqual(work);
  expect(
    work
      .filter((item) => item.join !== undefined)
      .map(({ slow }) => slow)
      .toSorted(),
  ).toEqual([false, true]);
  const said = work.flatMap((item) => (item.do === 'say' && item.with ? [item.with] : []));
  expect(said.length).toBeGreaterThan(work.length / 2);
  expect([said.some(({ text }) => text === ''), said.some(({ text = '' }) => text.length >= 4_096)]).toEqual([true, true]);
  expect(said.some(({ text = '' }) => /[^\p{ASCII}]/u.test(text))).toBe(true);
  for (const bound of [-5, 0, 99]) expect(said.some(({ at }) => at === bound)).toBe(true);
  expect(workload.workload?.operations).toEqual(['say', 'wait', 'watcher', 'other']);
});

test('each operation comes at least once, however rarely it is chosen, and in an order that the seed decides', async () => {
  const rare = defineWorkload({
    title: 'it works',
    system,
    length: 4,
    operations: (operation) => ({
      open: operation({ run: async () => undefined }),
      often: operation({ weight: 50, run: async () => undefined }),
      close: operation({ run: async () => undefined }),
    }),
    recovered: [],
  });
  const orders = new Set<string>();
  for (let seed = 1; seed <= 20; seed++) {
    const names = ((await rare.workload?.make(seed)) ?? []).map((item) => (item as { do?: string }).do);
    expect(names).toHaveLength(4);
    expect(new Set(names)).toEqual(new Set(['open', 'often', 'close']));
    orders.add(((await rare.workload?.make(seed, 1)) ?? []).map((item) => (item as { do?: string }).do).join());
  }
  // With no place left for chance as well.
  expect(orders.size).toBeGreaterThan(3);
});

function judged(...bodies: readonly [atMs: number, body: EventBody][]) {
  return judgedUnder([], ...bodies);
}

function judgedUnder(schedule: readonly Step[], ...bodies: readonly [atMs: number, body: EventBody][]) {
  const history = bodies.map(([atMs, body], index): Event => ({ seq: index + 1, atMs, wallMs: 0, ...body }));
  const operations = { say: {}, wait: { answersUnderFault: ['ok', 'indeterminate'] } } as unknown as Parameters<
    typeof answers
  >[0]['operations'];
  return answers({ operations }).judge(history, { topology: system.topology, schedule, clockSpeed: 1 });
}

const answered = (name: string, state: 'ok' | 'failed' | 'indeterminate', client = WORKER): EventBody => ({
  kind: 'operation',
  id: 1,
  client,
  name,
  state,
  value: 'why',
});
const fired: EventBody = {
  kind: 'fault',
  step: 'cut',
  fault: 'cut',
  target: 'a->b',
  state: 'fired',
  hit: { kind: 'link', connection: 1, direction: 'upstream', byteOffset: 0 },
};

test('the script has as long as all of its work takes when each operation is waited for in vain', () => {
  const slow = defineWorkload({
    title: 'it works',
    system,
    length: 4,
    operations: (operation) => ({
      start: operation({ within: '20s', run: async () => undefined }),
      ask: operation({ run: async () => undefined }),
    }),
    observers: { watcher: { join: async () => ({}) } },
    recovered: [{ what: 'it starts', within: '15s', holds: () => true }],
  });
  const [asked, more, joined, again] = [20_000 + 3_000, 2 * 20_000, 3_000 + 5_000, 15_000];
  expect(slow.within).toBe(60_000 + asked + more + joined + again);
});

test('without any fault an operation is ok; once one has struck, it may answer what it may', () => {
  expect(judged([1, answered('say', 'ok')], [5_000, fired], [6_000, answered('say', 'indeterminate')])).toMatchObject({ outcome: 'pass' });
  expect(judged([1, answered('say', 'failed')], [5_000, fired])).toMatchObject({
    outcome: 'fail',
    findings: [{ message: `'say' without any fault was refused, and may only be ok ("why")` }],
  });
  expect(judged([1, fired], [2, answered('wait', 'failed')])).toMatchObject({ outcome: 'fail' });
});

test('where bytes came in other pieces alone it may take longer, and is refused no more than without any fault', () => {
  const struck = { ...fired, step: 'reshaped' } as EventBody;
  const invoked = { ...answered('say', 'ok'), state: 'invoked' } as unknown as EventBody;
  for (const reshaped of [
    split('a->b', { direction: 'upstream', every: 1 }),
    fault('a->b', { kind: 'coalesce', frames: 2, withinMs: 9 }, { direction: 'upstream' }),
  ]) {
    const under = (...bodies: readonly [number, EventBody][]) => judgedUnder([{ ...reshaped, id: 'reshaped' }], [2_000, struck], ...bodies);
    expect(under([5_000, invoked], [5_001, answered('say', 'failed')])).toMatchObject({
      outcome: 'fail',
      findings: [{ message: `'say' where bytes came in other pieces alone was refused, and may only be ok ("why")` }],
    });
    expect(under([5_000, invoked], [6_500, answered('say', 'failed')])).toMatchObject({ outcome: 'pass' });
    expect(under([5_000, invoked], [5_001, answered('say', 'indeterminate')])).toMatchObject({ outcome: 'pass' });
    expect(under([4_000, fired], [5_000, invoked], [5_001, answered('say', 'failed')])).toMatchObject({ outcome: 'pass' });
  }
});

test('under a limit it may answer what it may from the moment the limit is set, also when nobody sees a program come to it', () => {
  const armed = (kind: string): EventBody => ({ kind: 'fault', step: kind, fault: kind, target: 'a', state: 'armed' });
  expect(judged([1, armed('limit')], [9_000, answered('say', 'indeterminate')])).toMatchObject({ outcome: 'pass' });
  expect(judged([1, armed('restart')], [9_000, answered('say', 'indeterminate')])).toMatchObject({ outcome: 'fail' });
});

test('who is cut off may say so before the fault server does, and other clients are no work', () => {
  expect(judged([100, answered('say', 'indeterminate')], [110, fired])).toMatchObject({ outcome: 'pass' });
  expect(judged([100, answered('say', 'failed', 'script')])).toMatchObject({ outcome: 'pass' });
});

test('in each round an operation is ok until a fault has struck that was armed in it, whatever time the fault server tells', () => {
  const begins = (round: number): EventBody => ({ kind: 'mark', name: `round ${round} begins` });
  const step = (name: string, state: 'armed' | 'fired'): EventBody =>
    ({ ...fired, step: name, state, ...(state === 'armed' && { hit: undefined }) }) as EventBody;
  const [first, second] = [step('first', 'fired'), step('second', 'fired')];
  const before: [number, EventBody][] = [
    [0, begins(1)],
    [1, step('first', 'armed')],
    [2, first],
    [3, answered('say', 'failed')],
  ];
  expect(judged(...before, [5_000, begins(2)], [5_001, step('second', 'armed')], [6_000, answered('say', 'failed')])).toMatchObject({
    outcome: 'fail',
    findings: [{ message: expect.stringContaining("'say' without any fault was refused") }],
  });
  const told: [number, EventBody][] = [
    [4_999, second],
    [5_000, begins(2)],
    [5_001, step('second', 'armed')],
  ];
  expect(judged(...before, ...told, [6_500, answered('say', 'failed')])).toMatchObject({ outcome: 'pass' });
});

describe('an answer that was given up', () => {
  const invoked: EventBody = { kind: 'operation', id: 1, client: WORKER, name: 'say', state: 'invoked' };
  const machine = (share: number): EventBody => ({
    kind: 'observation',
    observation: { probe: 'machine', loopDelayP99Ms: 1, cpuPressureAvg10: 100 * share, processorWaitMs: 4_000 * share },
  });
  const second = answered('say', 'failed');

  test('is no finding on a machine that gave nobody time, nor is what came after it', () => {
    expect(judged([0, invoked], [4_000, answered('say', 'indeterminate')], [4_001, machine(0.99)], [4_010, second])).toMatchObject({
      outcome: 'unknown',
      reason: 'starved',
      findings: [{ message: expect.stringContaining('was indeterminate') }, { message: expect.stringContaining('was refused') }],
    });
  });

  test('is one where the machine took less than half of the wait', () => {
    expect(judged([0, invoked], [4_000, answered('say', 'indeterminate')], [4_001, machine(0.2)])).toMatchObject({ outcome: 'fail' });
  });

  test('is one where nobody has waited', () => {
    expect(judged([0, invoked], [30, answered('say', 'failed')], [4_001, machine(0.99)])).toMatchObject({ outcome: 'fail' });
  });
});

test('what is to hold always is one bug, after whichever operation it did not', async () => {
  const act = async (_name: string, run: () => Promise<unknown>): Promise<unknown> => await run();
  const nothing = async (): Promise<void> => {};
  const script = { held: nothing, mark: nothing, operation: act, chance: () => 0 } as unknown as Script;
  const run = nothing;
  const counts = {
    title: 'it counts',
    system,
    operations: { add: { run }, take: { run } },
    observers: {},
    recovered: [],
    always: [{ what: 'the count is never below 0', holds: async () => false }],
  } as unknown as Parameters<typeof playWork>[0];
  const saidAfter = async (name: string): Promise<string[]> => {
    const error = await playWork(counts, script, { work: [{ do: name, with: {} }], dwellMs: 0 }, async () => []).catch(
      (each: Error) => each,
    );
    return (error as Error).message.split('\n');
  };
  expect(await saidAfter('add')).toEqual(['this does not hold: the count is never below 0', "it was seen after 'add'"]);
  expect((await saidAfter('take'))[0]).toBe((await saidAfter('add'))[0]);
});
