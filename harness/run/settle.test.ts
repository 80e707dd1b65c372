// After the lift: views are read until they rest and agree, or the bound has passed.
import { describe, expect, test } from 'vitest';
import { eventsOf, observationsOf, type History } from '../model/judging/history.ts';
import type { Json } from '../model/values/json.ts';
import { mockRuntime } from '../runtime/mock/mock-runtime.ts';
import { playCase } from './testing/played-case.double.ts';

type Values = (reading: number) => Json | Promise<Json>;

async function settled(
  views: Readonly<Record<string, Values>>,
  more: { restWithin?: number; truths?: readonly string[]; script?: () => Promise<void> } = {},
): Promise<History> {
  const { script = async () => {}, restWithin = 5_000, ...rest } = more;
  const readings = new Map<string, number>();
  const { history } = await playCase({
    runtime: mockRuntime(),
    system: {
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
    expect(restedMs(history)).toBeGreaterThanOrEqual(500);
    expect(restedMs(history)).toBeLessThan(2_500);
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
});
