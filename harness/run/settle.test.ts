// After the lift: views are read until they rest and agree, or the bound has passed.
import { describe, expect, test } from 'vitest';
import { eventsOf, observationsOf, type History, type RestObservation } from '../model/judging/history.ts';
import type { Json } from '../model/values/json.ts';
import type { Script } from '../model/scenario.ts';
import { mockRuntime } from '../runtime/mock/mock-runtime.ts';
import type { Link } from '../model/system/link.ts';
import { networksDouble, type NetworksDouble } from './testing/networks.double.ts';
import { nodeDouble, playCase } from './testing/played-case.double.ts';

type Values = (reading: number) => Json | Promise<Json>;

async function settled(
  views: Readonly<Record<string, Values>>,
  more: {
    restWithin?: number;
    quietFor?: number;
    truths?: readonly string[];
    script?: (script: Script) => Promise<void>;
    longestTimerMs?: number;
    links?: readonly Link[];
    networks?: NetworksDouble;
  } = {},
): Promise<History> {
  const { script = async () => {}, restWithin = 5_000, longestTimerMs, links = [], networks = networksDouble(), ...rest } = more;
  const nodes = [{ ...nodeDouble('server'), ...(longestTimerMs !== undefined && { longestTimerMs }) }];
  const readings = new Map<string, number>();
  const { history } = await playCase({
    runtime: mockRuntime(),
    networks,
    system: {
      topology: { nodes, links },
      views: Object.entries(views).map(([name, values]) => {
        const [truth = '', subject = ''] = name.split('/');
        return {
          truth,
          subject,
          read: async () => {
            readings.set(name, (readings.get(name) ?? 0) + 1);
            return values(readings.get(name) ?? 0);
          },
        };
      }),
    },
    scenario: { script, restWithin, ...rest },
  });
  return history;
}

function samples(history: History): number {
  return Math.max(0, ...observationsOf(history, 'view').map(({ sample }) => sample));
}

function restIn(history: History): Partial<RestObservation> {
  return observationsOf(history, 'rest').at(-1) ?? {};
}

function restedMs(history: History): number {
  const [began, ended] = eventsOf(history, 'phase').filter(({ phase }) => phase === 'observe');
  return (ended?.atMs ?? 0) - (began?.atMs ?? 0);
}

describe.concurrent('the rest after the faults', () => {
  test('is over after two equal readings at least 200 ms apart that agree, whatever the order of their keys', async () => {
    const history = await settled({ 'windows/room': () => ({ a: 1, b: 2 }), 'windows/bridge': () => ({ b: 2, a: 1 }) });
    const views = observationsOf(history, 'view');
    expect(views.map(({ subject, sample }) => `${subject} ${sample}`).toSorted()).toEqual(['bridge 1', 'bridge 2', 'room 1', 'room 2']);
    const first = Math.max(...views.filter(({ sample }) => sample === 1).map(({ atMs }) => atMs));
    const second = Math.min(...views.filter(({ sample }) => sample === 2).map(({ atMs }) => atMs));
    // A timer may come a millisecond early.
    expect(second - first).toBeGreaterThanOrEqual(199);
    expect(restedMs(history)).toBeLessThan(2_000);
  });

  test('goes on while a view still moves, although all agree', async () => {
    const moving: Values = (reading) => Math.min(reading, 3);
    expect(samples(await settled({ 'windows/room': moving, 'windows/bridge': moving }))).toBe(4);
  });

  test('goes on while views disagree, although none moves, up to its bound', async () => {
    const history = await settled({ 'windows/room': () => 1, 'windows/bridge': () => 2 }, { restWithin: 500 });
    expect(samples(history)).toBeGreaterThanOrEqual(3);
    // Once more as long, which tells a slow system from one whose views stay apart.
    expect(restedMs(history)).toBeGreaterThanOrEqual(1_000);
    expect(restedMs(history)).toBeLessThan(15_000);
  });

  test('ends when a late view has come to agree', async () => {
    const history = await settled({ 'windows/room': () => 1, 'windows/bridge': (reading) => (reading < 3 ? 0 : 1) });
    expect(samples(history)).toBe(4);
  });

  test('compares only views of one truth', async () => {
    expect(samples(await settled({ 'windows/room': () => 1, 'agents/room': () => 2 }))).toBe(2);
  });

  test('reads only the truths that the scenario requires', async () => {
    const views = { 'windows/room': () => 1, 'agents/room': () => 2, 'agents/bridge': () => 3 };
    const history = await settled(views, { truths: ['windows'] });
    expect(new Set(observationsOf(history, 'view').map(({ truth }) => truth))).toEqual(new Set(['windows']));
  });

  test('holds a view that cannot be read as unreadable, with the reason', async () => {
    const refused: Values = () => Promise.reject(new Error('ECONNREFUSED'));
    const history = await settled({ 'windows/room': () => 1, 'windows/bridge': refused }, { restWithin: 0 });
    const bridge = observationsOf(history, 'view').find(({ subject }) => subject === 'bridge');
    expect(bridge).toMatchObject({ value: { unreadable: 'ECONNREFUSED' }, unreadable: true });
  });

  test('gives a view that hangs two seconds', async () => {
    const hangs: Values = (reading) => (reading === 1 ? new Promise<Json>(() => {}) : 1);
    const history = await settled({ 'windows/room': hangs }, { restWithin: 0 });
    expect(observationsOf(history, 'view')[0]?.value).toEqual({ unreadable: 'no answer within 2 s' });
  });

  test('is waited for also after a script that failed, and a system without views needs none', async () => {
    const script = () => Promise.reject(new Error('half way'));
    expect(samples(await settled({ 'windows/room': () => 1 }, { script }))).toBe(2);
    expect(restedMs(await settled({}))).toBeLessThan(150);
  });

  test('lasts as long as the longest declared timer, so that what a timer brings back is seen', async () => {
    let firstMs: number | undefined;
    const registersAgain: Values = () => (performance.now() - (firstMs ??= performance.now()) >= 500 ? ['dead agent'] : []);
    const views = { 'agents/registry': registersAgain, 'agents/truth': () => [] };
    const history = await settled(views, { restWithin: 1_000, longestTimerMs: 700 });
    expect(restIn(history)).toMatchObject({ agreedAfterMs: null, wantedMs: 900 });
    expect(observationsOf(history, 'view').findLast(({ subject }) => subject === 'registry')?.value).toEqual(['dead agent']);
  });

  test('takes no longer than its bound, and says what kept it from being quiet', async () => {
    const history = await settled(
      { 'windows/room': () => 1 },
      { restWithin: 600, longestTimerMs: 60_000, ...talking({ payload: 'tick', type: 'text' }) },
    );
    expect(restIn(history)).toMatchObject({ wantedMs: 60_200, boundMs: 600, moved: expect.stringContaining('text frame') });
    expect(restedMs(history)).toBeLessThan(30_000);
  });

  test('is not disturbed by pings and by heartbeats that the link declares', async () => {
    const tick = { payload: '{"op":"tick","n":7}', type: 'text' };
    for (const [frame, heartbeats] of [[{ type: 'ping' }, undefined] as const, [tick, [{ type: 'text', contains: '"tick"' }]] as const]) {
      const history = await settled({ 'windows/room': () => 1 }, { quietFor: 400, ...talking(frame, heartbeats) });
      const { quietMs, moved } = restIn(history);
      expect([moved, (quietMs as number) >= 399]).toEqual([undefined, true]);
    }
  });

  test('is awaited without views where a timer is declared or the scenario wants quiet', async () => {
    expect(restIn(await settled({}, { quietFor: 300 })).quietMs).toBeGreaterThanOrEqual(299);
    expect(restIn(await settled({}, { longestTimerMs: 100 })).wantedMs).toBe(300);
  });
});

/** A link that carries this frame every 50 ms, for as long as the case is played. */
function talking(
  frame: { type: string; payload?: string },
  heartbeats?: Link['heartbeats'],
): { links: readonly Link[]; networks: NetworksDouble; script: (script: Script) => Promise<void> } {
  const networks = networksDouble();
  const link: Link = {
    name: 'a->b',
    from: 'server',
    to: 'server',
    listener: 'api',
    framing: 'websocket',
    ...(heartbeats && { heartbeats }),
  };
  let index = 0;
  const say = (): void =>
    networks.sink.frame({ link: link.name, connection: 1, direction: 'upstream', index: ++index, offset: index, ...frame });
  return {
    links: [link],
    networks,
    script: async ({ defer }) => {
      say();
      const timer = setInterval(say, 50);
      defer(() => clearInterval(timer));
    },
  };
}
