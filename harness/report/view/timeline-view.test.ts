// What the timeline draws of a history: lanes by the topology, and connections from opened to ended.
import { expect, test } from 'vitest';
import { failOrPass } from '../../model/judging/verdict.ts';
import { historyOf, type Written } from '../../oracles/testing/written-history.contract.ts';
import { rowDouble } from '../../results/case-result.double.ts';
import type { CaseRow } from '../../results/summary.ts';
import { storyOf } from '../story/story.ts';
import { timelineOf, type TimelineView } from './timeline-view.ts';

function drawn(written: readonly Written[], topology?: CaseRow['topology']): TimelineView {
  const events = historyOf(written);
  const excerpt = { events, leftOut: {}, notes: { events: events.length, bytes: 0, torn: false, unreadable: 0 } };
  const row = rowDouble(failOrPass('hang', [{ message: 'x', events: [1] }]), topology && { topology });
  return timelineOf(excerpt, storyOf(row, excerpt));
}

const frame = { kind: 'frame', connection: 1, direction: 'upstream', index: 1, type: 'line', offset: 0 } as const;
const TRAFFIC: readonly Written[] = [
  { atMs: 0, kind: 'node', node: 'worker', state: 'ready' },
  { atMs: 1, ...frame, link: 'jobs' },
  { atMs: 2, ...frame, link: 'driver->queue' },
];

test('lanes are those of the topology: its order, a link by any name, a node that nothing was heard of; the driver is the script', () => {
  const links = [
    { name: 'jobs', from: 'worker', to: 'queue' },
    { name: 'driver->queue', from: 'driver', to: 'queue' },
    { name: 'store', from: 'queue', to: '127.0.0.1:5432' },
  ];
  const view = drawn(TRAFFIC, { nodes: ['queue', 'worker'], links });
  expect(view.lanes).toEqual(['script', 'queue', 'worker', '127.0.0.1:5432']);
  expect(view.links).toEqual([
    { name: 'jobs', from: 2, to: 1 },
    { name: 'driver->queue', from: 0, to: 1 },
    { name: 'store', from: 1, to: 3 },
  ]);
});

test('without a topology a link joins what its name says, and has a lane of its own where it says nothing', () => {
  const view = drawn(TRAFFIC);
  expect(view.lanes).toEqual(['script', 'jobs', 'queue', 'worker']);
  expect(view.links).toEqual([
    { name: 'jobs', from: 1, to: 1 },
    { name: 'driver->queue', from: 0, to: 2 },
  ]);
});

test('a connection lasts from opened to closed and says how it ended; one that nobody closed lasts to the end', () => {
  const of = (connection: number) => ({ kind: 'connection', link: 'a->b', connection }) as const;
  const view = drawn([
    { atMs: 1, ...of(1), state: 'opened' },
    { atMs: 2, ...of(2), state: 'opened' },
    { atMs: 5, ...of(1), state: 'closed', ended: { client: 'eof', upstream: 'eof' } },
    { atMs: 6, ...of(3), state: 'closed', ended: { client: 'closed', upstream: 'refused' } },
    { atMs: 9, kind: 'mark', name: 'the end' },
  ]);
  expect(view.connections).toEqual([
    { link: 'a->b', connection: 1, fromMs: 1, toMs: 5, how: 'eof' },
    { link: 'a->b', connection: 2, fromMs: 2, toMs: 9 },
    { link: 'a->b', connection: 3, fromMs: 6, toMs: 6, how: 'client closed, upstream refused', isHard: true },
  ]);
});
