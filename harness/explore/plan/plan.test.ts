// The plan of a sweep, made of a conversation that was written by hand.
import { describe, expect, test } from 'vitest';
import type { Event, EventBody, History } from '../../model/judging/history.ts';
import type { Topology } from '../../model/system/topology.ts';
import { whyImpossible } from '../../network/impossible.ts';
import { conversationIn } from '../conversation/conversation.ts';
import { LIFTED } from '../work/play-work.ts';
import { inOrder, mixedWith, randomRound, withAnother } from './choose.ts';
import { coverageOf, type PointOutcome } from './coverage.ts';
import type { FaultPoint } from './fault-point.ts';
import { LINK_FAULTS_AT_FRAMES } from './faults-at-frames.ts';
import { pairsIn } from './pairs.ts';
import { pointsOfNodes } from './faults-of-nodes.ts';
import { pointsIn, withoutPoints } from './points.ts';
import { pointsThroughout } from './throughout.ts';

const TOPOLOGY = {
  nodes: ['store', 'relay'].map((name) => ({
    name,
    role: name,
    command: ['{node}'],
    env: {},
    listens: { tcp: { transport: 'tcp', port: 7000 } },
    ready: { when: 'log', contains: 'x' },
    readyWithinMs: 1,
    stopWithinMs: 1,
  })),
  links: [
    { name: 'relay->store', from: 'relay', to: 'store', listener: 'tcp', framing: 'json-lines' },
    { name: 'client->relay', from: 'driver', to: 'relay', listener: 'tcp', framing: 'json-lines' },
  ],
} as unknown as Topology;

const possible = (): undefined => undefined;

function historyOf(...bodies: readonly EventBody[]): History {
  return bodies.map((body, index): Event => ({ seq: index + 1, atMs: index, wallMs: index, ...body }));
}

function said(link: string, direction: 'upstream' | 'downstream', index: number, payload: string, connection = 1): EventBody {
  return { kind: 'frame', link, connection, direction, index, type: 'line', offset: 0, bytes: payload.length + 1, payload };
}

const DRIVE: EventBody = { kind: 'phase', phase: 'drive', state: 'began' };
const BOOT = said('relay->store', 'upstream', 1, '{"op":"hello"}');
const SETS = [2, 3, 4].map((index) => said('relay->store', 'upstream', index, `{"op":"set","key":"k${index}"}`));
const ANSWER = said('client->relay', 'downstream', 1, '{"value":7,"ok":true}');
const ROWS = [BOOT, DRIVE, ...SETS, ANSWER];
/** The name of what happens to a node by itself. */
const NODE_FAULT = /^(restart|freeze|stop) /;
const CALM = conversationIn([historyOf(...ROWS), historyOf(...ROWS)]);

test('a link without fault points is named with the reason', () => {
  const points = pointsIn(conversationIn([historyOf(DRIVE, ...SETS)]), TOPOLOGY, possible);
  expect(withoutPoints(TOPOLOGY, points)).toEqual([
    "link 'client->relay' has no fault points: nothing passed on it that is read as 'json-lines'",
  ]);
  const links = TOPOLOGY.links.map((link) => (link.from === 'driver' ? { ...link, framing: 'raw' as const } : link));
  expect(withoutPoints({ ...TOPOLOGY, links }, points)).toEqual([expect.stringMatching(/^link 'client->relay' .* it is raw: /)]);
});

describe('a conversation', () => {
  test('has a class for what means the same, told by what names it or by its shape', () => {
    expect(CALM.classes.map(({ name, count, phase, atBoot, unstable }) => ({ name, count, phase, atBoot, unstable }))).toEqual([
      { name: 'client->relay downstream line {value,ok=true}', count: 1, phase: 'handshake', atBoot: false, unstable: false },
      { name: 'relay->store upstream line op=hello', count: 1, phase: 'handshake', atBoot: true, unstable: false },
      { name: 'relay->store upstream line op=set', count: 3, phase: 'handshake', atBoot: false, unstable: false },
    ]);
    expect(CALM.classes[0]?.match).toEqual({ type: 'line', json: { '/ok': true }, contains: '"ok"' });
    expect(CALM.classes[2]?.match).toEqual({ type: 'line', json: { '/op': 'set' } });
  });

  test('marks what differs from recording to recording, and counts on the least of it', () => {
    const { classes } = conversationIn([historyOf(...ROWS), historyOf(BOOT, DRIVE, ...SETS.slice(1))]);
    expect(classes.filter(({ unstable }) => unstable).map(({ name, count }) => [name, count])).toEqual([
      ['client->relay downstream line {value,ok=true}', 1],
      ['relay->store upstream line op=set', 2],
    ]);
  });

  test('counts a class as one of the boot where its trigger takes a frame of the boot, and there no child loses its stdio', () => {
    const vague = [said('client->relay', 'upstream', 1, '[1]'), DRIVE, said('client->relay', 'upstream', 2, '7')];
    expect(conversationIn([historyOf(...vague)]).classes.map(({ match, atBoot }) => [match, atBoot])).toEqual([
      [{ type: 'line' }, true],
      [{ type: 'line' }, true],
    ]);
    const stdio = {
      ...TOPOLOGY,
      nodes: TOPOLOGY.nodes.map((node) => ({ ...node, listens: { tcp: { transport: 'stdio' } } })),
    } as unknown as Topology;
    const lost = (topology: Topology): string[] =>
      pointsIn(CALM, topology, possible)
        .filter(({ key, fault }) => key.includes('op=hello') && /^cut|^gone/.test(fault))
        .map(({ fault }) => fault);
    expect(lost(TOPOLOGY).length).toBeGreaterThan(0);
    expect(lost(stdio)).toEqual([]);
  });

  test('knows which stream of a child a class is on: the trigger of what it says on stderr waits there', () => {
    const links = TOPOLOGY.links.map((link) => (link.name === 'relay->store' ? { ...link, framing: 'ndjson' as const } : link));
    const nodes = TOPOLOGY.nodes.map((node) => (node.name === 'store' ? { ...node, listens: { tcp: { transport: 'stdio' } } } : node));
    const talk = [said('relay->store', 'downstream', 1, '{"op":"out"}', 2), said('relay->store', 'downstream', 1, '{"op":"err"}', 3)];
    const points = pointsIn(conversationIn([historyOf(DRIVE, ...talk)]), { ...TOPOLOGY, nodes, links } as unknown as Topology, possible);
    const triggersOf = (op: string): unknown[] =>
      points.flatMap(({ key, schedule: [step] }) => (key.includes(op) && step?.on === 'link' ? [step.trigger] : []));
    expect(triggersOf('op=out')).toContainEqual(expect.not.objectContaining({ stream: 'stderr' }));
    expect(new Set(triggersOf('op=err').map((trigger) => (trigger as { stream?: string }).stream))).toEqual(new Set(['stderr']));
  });

  test('puts what takes no byte away on all links at once, and on each: the first case meets whoever reads a message in one read', () => {
    const points = pointsThroughout(CALM, TOPOLOGY, possible);
    expect(points.map(({ key }) => key)).toEqual(
      ['split', 'joined'].flatMap((fault) =>
        ['all links', ...TOPOLOGY.links.map(({ name }) => name)].map((link) => `${link}, from its start: ${fault} throughout`),
      ),
    );
    const [all] = points;
    // An answer of the store was never seen.
    expect(all?.schedule.map((step) => step.on === 'link' && [step.link, step.direction])).toEqual([
      ['relay->store', 'upstream'],
      ['client->relay', 'downstream'],
    ]);
    const [first] = inOrder([...pointsIn(CALM, TOPOLOGY, possible), ...points], 3).filter(({ fault }) => !NODE_FAULT.test(fault));
    expect(first?.link).toBe('all links');
  });

  test('ends with the lift, and allows what the recordings left at rest', () => {
    const held = (at: 'before' | 'after', sockets: number): EventBody => ({
      kind: 'observation',
      observation: { probe: 'held', node: 'relay', at, counts: { 'fd socket': sockets } },
    });
    const after = historyOf(DRIVE, held('before', 2), { kind: 'mark', name: LIFTED }, ...SETS, held('after', 3));
    expect(conversationIn([historyOf(...ROWS), after])).toMatchObject({ allowed: { relay: { 'fd socket': 1 } } });
    expect(conversationIn([after]).classes).toEqual([]);
  });
});

describe('a plan', () => {
  const points = pointsIn(CALM, TOPOLOGY, possible);
  const all = [...points, ...pairsIn(CALM, TOPOLOGY, possible)];

  test('is the same for the same seed, and another for another', () => {
    expect(inOrder(points, 7)).toEqual(inOrder(points.toReversed(), 7));
    expect(inOrder(points, 7)).not.toEqual(inOrder(points, 8));
    expect(randomRound(points, 7, 1)).toEqual(randomRound(points, 7, 1));
    expect(randomRound(points, 7, 1)).not.toEqual(randomRound(points, 7, 2));
  });

  test('calls each point by a name of its own, and holds no two steps of one name', () => {
    expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
    for (const { schedule } of all) expect(new Set(schedule.map(({ id }) => id)).size).toBe(schedule.length);
  });

  test('tries every fault at every node and on every direction of a link before any of them twice', () => {
    const spots = inOrder(points, 3).map(({ link, fault, schedule: [step] }) =>
      /^(restart|freeze) /.test(fault) ? fault : `${link} ${step?.on === 'link' ? step.direction : ''} ${fault}`,
    );
    const seen = new Set<string>();
    const firstRepeat = spots.findIndex((spot) => seen.size === seen.add(spot).size);
    expect(firstRepeat).toBe(new Set(spots).size);
  });

  test('is broad: each node is restarted and frozen and all are stopped first, then each kind on links comes before one comes twice', () => {
    const order = inOrder(points, 3);
    expect(order).toHaveLength(points.length);
    const nodeFaults = new Set(points.flatMap(({ fault }) => (NODE_FAULT.test(fault) ? [fault] : [])));
    // Everything is stopped at each direction of a link.
    const first = order.findIndex(({ fault }) => !NODE_FAULT.test(fault));
    expect(nodeFaults.size).toBe(7);
    expect(new Set(order.slice(0, first).map(({ fault }) => fault))).toEqual(nodeFaults);
    const kinds = new Set(points.map(({ fault }) => fault).filter((fault) => !NODE_FAULT.test(fault)));
    const onLinks = order.filter(({ fault }) => !NODE_FAULT.test(fault)).slice(0, kinds.size);
    expect(new Set(onLinks.map(({ fault }) => fault))).toEqual(kinds);
    expect(order.slice(first, first + kinds.size)).toEqual(onLinks);
  });

  test('strikes another class of frames each time: one that weighs more waits for its turn, and not for all that weigh less', () => {
    const [point] = points.filter(({ fault }) => fault === 'cut rst') as [FaultPoint];
    const talk = ['rare', 'usual', 'frequent'].flatMap((name, weight) =>
      ['cut rst', 'stall', 'cut fin'].map((fault) => ({ ...point, key: `${name} ${fault}`, class: name, fault, weight })),
    );
    for (const seed of [1, 2, 3]) {
      const begin = inOrder(talk, seed).slice(0, 3);
      expect(begin.map((each) => each.class)).toEqual(['rare', 'usual', 'frequent']);
      expect(new Set(begin.map(({ fault }) => fault)).size).toBe(3);
    }
    const heavy = talk.map((each) => ({ ...each, weight: each.weight * 4 }));
    expect(
      inOrder(heavy, 3)
        .slice(0, 3)
        .map((each) => each.class),
    ).toEqual(['rare', 'rare', 'usual']);
  });

  test('has no fault that no link can carry: each of them is in the plan of some link', () => {
    const framed = (framing: 'websocket' | 'json-lines'): Topology => ({
      ...TOPOLOGY,
      links: TOPOLOGY.links.map((link) => ({ ...link, framing })),
    });
    const carried = (['websocket', 'json-lines'] as const).flatMap((framing) =>
      pointsIn(CALM, framed(framing), (schedule) => {
        const [step] = schedule;
        return step?.on === 'link' ? whyImpossible(step, framed(framing)) : undefined;
      }),
    );
    const labels = new Set(carried.map(({ fault }) => fault));
    expect(LINK_FAULTS_AT_FRAMES.map(({ label }) => label).filter((label) => !labels.has(label))).toEqual([]);
  });

  test('reaches for the first, second and last frame of a class, and strikes nodes only once they are there', () => {
    const cuts = points.filter(({ key }) => key.includes('op=set') && key.endsWith('in the middle: cut rst'));
    expect(cuts.map(({ schedule }) => (schedule[0]?.on === 'link' ? schedule[0].trigger.frame?.index : 0)).toSorted()).toEqual([1, 2, 3]);
    expect(points.filter(({ key, fault }) => key.includes('op=hello') && /restart|freeze|blackhole/.test(fault))).toEqual([]);
    expect(points.some(({ key, fault }) => key.includes('op=set') && fault === 'restart store (SIGTERM)')).toBe(true);
  });

  test('leaves out what nothing can carry', () => {
    const noNodes = pointsIn(CALM, TOPOLOGY, (schedule) => (schedule.some(({ on }) => on === 'node') ? 'no' : undefined));
    expect(noNodes.length).toBeLessThan(points.length);
    expect(noNodes.every(({ schedule }) => schedule.every(({ on }) => on === 'link'))).toBe(true);
  });
});

test('each third case has other work, each second of those another fault elsewhere, and none is lost', () => {
  const points = inOrder(pointsIn(CALM, TOPOLOGY, possible), 7);
  const other = randomRound(points, 7, 1);
  const mixed = mixedWith(points, other);
  expect(mixed.slice(0, 9).map(({ workSeed }) => workSeed !== undefined)).toEqual([
    false,
    false,
    true,
    false,
    false,
    true,
    false,
    false,
    true,
  ]);
  expect(mixed.filter(({ workSeed }) => workSeed === undefined)).toEqual(points);
  expect(mixed.filter(({ workSeed }) => workSeed !== undefined)).toEqual(other);
  const two = other.filter(({ schedule }) => new Set(schedule.flatMap((step) => (step.on === 'link' ? step.link : []))).size === 2);
  expect(two.length).toBeGreaterThan(other.length / 4);
  for (const { schedule } of other) expect(new Set(schedule.map(({ id }) => id)).size).toBe(schedule.length);
  expect(randomRound(points, 7, 1)).toEqual(other);
  expect(randomRound(points, 7, 2).map(({ key }) => key)).not.toEqual(other.map(({ key }) => key));
});

test('what is asked between nodes is answered in the place of who is asked, and what the script asks is not', () => {
  const framed = (framing: 'http' | 'websocket' | 'json-rpc'): Topology => ({
    ...TOPOLOGY,
    links: TOPOLOGY.links.map((link) => ({ ...link, framing })),
  });
  const type = { http: 'request-head', websocket: 'text', 'json-rpc': 'line' } as const;
  const answersOn = (framing: keyof typeof type): string[] => {
    const frames = CALM.classes.map((each) => ({ ...each, atBoot: false, match: { type: type[framing] } }));
    const points = pointsIn({ ...CALM, classes: frames }, framed(framing), possible);
    const answers = points.filter(({ schedule: [step] }) => step?.on === 'link' && step.fault.kind === 'respond');
    expect(new Set(answers.map(({ link }) => link))).toEqual(new Set(['relay->store']));
    return [...new Set(answers.map(({ fault }) => fault))];
  };
  expect(answersOn('http')).toEqual(['answered 503', 'answered 500']);
  expect(answersOn('websocket')).toEqual(['closed with 1000', 'closed with 1001', 'closed with 1011', 'closed with 1012']);
  expect(answersOn('json-rpc')).toEqual(['answered with an error']);
  expect(pointsIn(CALM, TOPOLOGY, possible).some(({ fault }) => /^(answered|closed)/.test(fault))).toBe(false);
});

describe('what happens to a node by itself', () => {
  const talk = [
    BOOT,
    DRIVE,
    ...SETS,
    said('client->relay', 'upstream', 1, '{"op":"set","key":"k"}\n'),
    ANSWER,
    {
      kind: 'observation',
      observation: { probe: 'held', node: 'relay', at: 'after', counts: { 'fd socket': 5, 'fd pipe': 4, threads: 9 } },
    },
  ] satisfies EventBody[];
  const conversation = conversationIn([historyOf(...talk), historyOf(...talk)]);
  const bounded: Topology = {
    ...TOPOLOGY,
    nodes: TOPOLOGY.nodes.map((node) => ({
      ...node,
      listens: { tcp: { transport: 'tcp', port: 7000, ...(node.name === 'relay' && { openingWithinMs: 700 }) } },
      ...(node.name === 'store' && { bounds: { KEYS_MAX: '1' } }),
    })),
  };
  const points = pointsOfNodes(conversation, bounded, possible);

  test('is each fault of its box in each phase, and one case for each bound, with the work twice', () => {
    const ofRelay = points.filter(({ link }) => link === 'node relay');
    const faults = [
      'full disk',
      'full disk after 4 KiB',
      'no descriptor to spare',
      '64 descriptors',
      'clock an hour back',
      'clock an hour on',
    ];
    for (const phase of ['the work begins', 'half of the work is done'])
      expect(ofRelay.filter((point) => point.class === phase).map(({ fault }) => fault)).toEqual(faults);
    expect(ofRelay.find(({ fault }) => fault === 'no descriptor to spare')?.schedule).toMatchObject([{ fault: { descriptors: 8 } }]);
    expect(points.filter(({ fault }) => fault === 'KEYS_MAX=1')).toMatchObject([
      {
        link: 'node store',
        rounds: 2,
        schedule: [{ fault: { kind: 'environment', node: 'store', set: { KEYS_MAX: '1' } }, armAt: 'start' }],
      },
    ]);
  });

  test('is a client of each listener that never ends its opening, and the bound that the listener declares', () => {
    expect(points.flatMap(({ trickles = [] }) => trickles)).toEqual([
      { node: 'store', listener: 'tcp', opening: '{"op":"hello"' },
      { node: 'relay', listener: 'tcp', opening: '{"op":"set","key":"k"', withinMs: 700 },
    ]);
  });

  test('is left out where nothing can carry it, and is never beside another fault on the same node', () => {
    const noFiles = pointsOfNodes(conversation, bounded, (schedule) => (schedule.some(({ on }) => on === 'file') ? 'no' : undefined));
    expect(noFiles.length).toBe(points.length - 8);
    for (const { schedule } of randomRound(points, 7, 1)) {
      const nodes = schedule.map((step) => (step.on === 'node' ? step.fault.node : step.on === 'link' ? '' : step.node));
      expect(new Set(nodes).size).toBe(nodes.length);
    }
    const [one, other] = [points.find(({ rounds }) => rounds), points.find(({ trickles }) => trickles?.[0]?.node === 'relay')];
    expect(withAnother(one as FaultPoint, [one as FaultPoint, other as FaultPoint], 0)).toMatchObject({
      rounds: 2,
      trickles: [{ node: 'relay' }],
    });
  });

  test('comes last, as all on the link does, where the script only gives orders', () => {
    const ordered: Topology = {
      ...bounded,
      links: bounded.links.map((link) => (link.from === 'driver' ? { ...link, carries: 'orders' } : link)),
    };
    const all = [...pointsIn(conversation, ordered, possible), ...pointsOfNodes(conversation, ordered, possible)];
    const isOrder = ({ link }: FaultPoint): boolean => link === 'client->relay' || link === 'node relay';
    for (const order of [inOrder(all, 5), randomRound(all, 5, 1)]) {
      const firstOrder = order.findIndex(isOrder);
      expect(firstOrder).toBe(all.filter((point) => !isOrder(point)).length);
      expect(order.slice(firstOrder).every(isOrder)).toBe(true);
    }
    const plain = [...pointsIn(conversation, bounded, possible), ...points];
    expect(inOrder(plain, 5).findIndex(isOrder)).toBeLessThan(10);
    expect(inOrder(all, 5)).toEqual(inOrder(all.toReversed(), 5));
  });
});

test('coverage adds up, and holds each point once: of frames, answers, pairs and nodes', () => {
  const framed = { ...TOPOLOGY, links: TOPOLOGY.links.map((link) => ({ ...link, framing: 'json-rpc' as const })) };
  const points = [...pointsIn(CALM, framed, possible), ...pairsIn(CALM, framed, possible), ...pointsOfNodes(CALM, framed, possible)];
  expect(new Set(points.map(({ key }) => key)).size).toBe(points.length);
  for (const fault of ['latency', 'answered with an error', 'one byte at a time', 'full disk', '64 descriptors', 'clock an hour on'])
    expect([fault, points.some((point) => point.fault === fault)]).toEqual([fault, true]);
  const rowsOf = coverageOf(points, new Map()).rows.map((row) => `${row.link} ${row.class} ${row.fault}`);
  expect(new Set(rowsOf).size).toBe(rowsOf.length);
  const outcomes = new Map(
    points.map(({ key }, index): [string, PointOutcome] => [key, (['clean', 'found', 'not reached', 'unclear'] as const)[index % 4]!]),
  );
  for (const { key } of points.slice(0, 10)) outcomes.delete(key);
  const { rows, totals, points: count, done } = coverageOf(points, outcomes);
  expect(count).toBe(points.length);
  for (const outcome of ['clean', 'found', 'not reached', 'unclear', 'not run'] as const)
    expect(rows.reduce((sum, { counts }) => sum + counts[outcome], 0)).toBe(totals[outcome]);
  expect(Object.values(totals).reduce((sum, each) => sum + each, 0)).toBe(count);
  expect(totals['not run']).toBe(10);
  expect(done + totals.unclear + totals['not run']).toBe(count);
});
