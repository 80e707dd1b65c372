// What a case has shown, and what is tried next because of it.
import { describe, expect, test } from 'vitest';
import type { Event, EventBody, History } from '../../model/judging/history.ts';
import type { LinkStep } from '../../model/faults/fault.ts';
import type { FaultPoint } from '../plan/fault-point.ts';
import { newIn, shownBy } from './novelty.ts';
import { feedbackIn } from './feedback-told.ts';
import { variationsOf } from './variations.ts';

function historyOf(...bodies: readonly EventBody[]): History {
  return bodies.map((body, index): Event => ({ seq: index + 1, atMs: index, wallMs: index, ...body }));
}

const log = (line: string): EventBody => ({ kind: 'log', node: 'relay', stream: 'stderr', line });
const ended = (client: string): EventBody => ({
  kind: 'connection',
  link: 'relay->store',
  connection: 1,
  state: 'closed',
  ended: { client, upstream: 'end of file' },
});

describe('what a case has shown', () => {
  test('is the same where only numbers and identifiers differ', () => {
    expect(shownBy(historyOf(log('lost connection 7 to 127.0.0.1:40001')))).toEqual(
      shownBy(historyOf(log('lost connection 12 to 127.0.0.1:39'))),
    );
    expect(shownBy(historyOf(log('lost connection 7')))).not.toEqual(shownBy(historyOf(log('gave up connection 7'))));
  });

  test('tells ends of connections apart, and what is held by powers of two', () => {
    expect(shownBy(historyOf(ended('reset')))).not.toEqual(shownBy(historyOf(ended('end of file'))));
    const held = (sockets: number, node = 'relay'): History =>
      historyOf({ kind: 'observation', observation: { probe: 'held', node, at: 'after', counts: { 'fd socket': sockets } } });
    expect(shownBy(held(5))).toEqual(shownBy(held(6)));
    expect(shownBy(held(5))).not.toEqual(shownBy(held(40)));
    // The script is no part of the system.
    expect(shownBy(held(40, 'driver'))).toEqual(new Set());
  });
});

test('a case is varied by other work, and by a fault elsewhere; the seed decides which', () => {
  const at = (link: string): FaultPoint => ({
    key: link,
    link,
    class: link,
    fault: 'cut',
    weight: 0,
    schedule: [{ id: `cut ${link}`, on: 'link', link } as LinkStep],
    dwellMs: 1,
  });
  const points = ['a', 'b', 'c', 'd'].map(at);
  const [other, beside] = variationsOf(at('a'), points, 1) as [FaultPoint, FaultPoint];
  expect(other).toMatchObject({ schedule: at('a').schedule, workSeed: expect.any(Number) });
  expect(beside.workSeed).toBeUndefined();
  expect(beside.schedule).toHaveLength(2);
  expect(variationsOf(at('a'), points, 1)).toEqual([other, beside]);
  expect(variationsOf(at('a'), [at('a')], 1)).toHaveLength(1);
});

test('what was kept is told by its kinds, and what came of the variations adds up', () => {
  expect(newIn(new Set(['log relay x', 'held relay fd 3', 'frame a']), new Set(['frame a']))).toEqual(['log', 'held']);
  const cases = [
    { key: 'a', outcome: 'clean' },
    { key: 'a (varied: other work)', outcome: 'clean' },
    { key: 'a, and b (varied: another fault)', outcome: 'found' },
  ] as const;
  expect(feedbackIn([{ novelties: ['log', 'held'] }, { novelties: ['log'] }], cases)).toEqual({
    kept: 2,
    newBy: { frame: 0, log: 2, end: 0, held: 1 },
    varied: 2,
    outcomes: { found: 1, clean: 1, 'not reached': 0, unclear: 0 },
  });
});
