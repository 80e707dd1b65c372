// What every oracle's test does: judge the histories that were written by hand for it, each a file whose name is
// the test's title. Tests that need more build their own history here.
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Event, EventBody, History } from '../../model/judging/history.ts';
import type { Oracle, Plan } from '../../model/judging/oracle.ts';
import type { Node } from '../../model/system/topology.ts';
import type { Verdict } from '../../model/judging/verdict.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/histories');

interface Expected {
  outcome: Verdict['outcome'];
  reason?: string;
  says?: readonly string[];
  saysNot?: readonly string[];
  subject?: string;
  count?: number;
}

export interface WrittenHistory {
  title: string;
  expected: Expected;
  plan: Plan;
  history: History;
}

/** Those in the folder of this oracle. */
export function writtenHistoriesOf(oracle: string): WrittenHistory[] {
  return globSync(join(FOLDER, oracle, '*.ndjson')).map((file) => ({
    title: basename(file, '.ndjson').replaceAll('-', ' '),
    ...read(file),
  }));
}

/** One test for each file of this oracle. */
export function judgesWrittenHistories(oracle: Oracle): void {
  const written = writtenHistoriesOf(oracle.name).toSorted((a, b) => (a.title < b.title ? -1 : 1));
  test('there are histories for it', () => expect(written.length).toBeGreaterThan(1));
  test.each(written)('$title', ({ expected, plan, history }) => {
    const verdict = oracle.judge(history, plan);
    const findings = verdict.outcome === 'pass' ? [] : verdict.findings;
    const told: Expected = {
      outcome: verdict.outcome,
      ...(verdict.outcome === 'unknown' && { reason: verdict.reason }),
      ...(expected.says && { says: expected.says.filter((text) => textOf(verdict).includes(text)) }),
      ...(expected.saysNot && { saysNot: expected.saysNot.filter((text) => !textOf(verdict).includes(text)) }),
      ...(expected.subject !== undefined && { subject: findings[0]?.subject ?? 'none' }),
      ...(expected.count !== undefined && { count: findings.length }),
    };
    expect(told).toEqual(expected);
    expect(findings.filter(({ code }) => code === undefined)).toEqual([]);
    for (const finding of findings) expectEvidence(finding.events, history);
  });
}

/** Every finding is proved by events that are there, in order. */
function expectEvidence(seqs: readonly number[], history: History): void {
  expect(seqs.length).toBeGreaterThan(0);
  expect(seqs.filter((seq) => !history.some((event) => event.seq === seq))).toEqual([]);
  expect(seqs.toSorted((a, b) => a - b)).toEqual(seqs);
}

function read(file: string): { expected: Expected; plan: Plan; history: History } {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const { expect: expected, plan } = JSON.parse(head) as { expect: Expected; plan?: Partial<Plan> };
  return { expected, plan: { ...PLAN, ...plan }, history: historyOf(lines.map((line) => JSON.parse(line) as Written)) };
}

export function textOf(verdict: Verdict): string {
  if (verdict.outcome === 'pass') return ['pass', ...(verdict.restsOn ?? [])].join('\n');
  const findings = verdict.findings.map((finding) => finding.message).join('\n');
  return verdict.outcome === 'unknown' ? `${verdict.detail}\n${findings}` : findings;
}

export type Written = { atMs: number } & EventBody;

export function historyOf(written: readonly Written[]): History {
  return written.map((event, index): Event => ({ seq: index + 1, wallMs: 1_766_000_000_000 + event.atMs, ...event }));
}

function nodeOf(name: string, more: Partial<Node> = {}): Node {
  const ready = { when: 'log', contains: 'ready' } as const;
  return {
    name,
    role: name,
    command: ['{node}', `${name}.ts`],
    env: {},
    listens: {},
    ready,
    readyWithinMs: 10_000,
    stopWithinMs: 2_000,
    ...more,
  };
}

/** The plan that all written histories share: a room, a bridge and a desktop. */
export const PLAN: Plan = {
  topology: {
    nodes: [
      nodeOf('room', { listens: { peers: { transport: 'tcp', port: 4000 } } }),
      nodeOf('bridge', { longestTimerMs: 500 }),
      nodeOf('desktop', { listens: { ipc: { transport: 'unix', file: 'desktop.sock' } } }),
    ],
    links: [
      { name: 'driver->room', from: 'driver', to: 'room', listener: 'peers', framing: 'websocket' },
      { name: 'bridge->room', from: 'bridge', to: 'room', listener: 'peers', framing: 'websocket', pongWithinMs: 250 },
      { name: 'bridge->desktop', from: 'bridge', to: 'desktop', listener: 'ipc', framing: 'ndjson' },
    ],
  },
  schedule: [],
  clockSpeed: 1,
};
