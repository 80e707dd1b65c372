// A run in which every field that somebody else has written is an attack, and whose case has as many events as a page may hold.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventBody } from '../../../model/judging/history.ts';
import { countsOf, SUMMARY_VERSION, type CaseRow, type Summary } from '../../../results/summary.ts';

/** What of them runs anything sets `window.attacked`. */
const ATTACKS: readonly string[] = [
  '<script>window.attacked = 1</script>',
  '</script><script>window.attacked = 1</script>',
  '</title><img src=x onerror="window.attacked = 1">',
  '"><svg onload="window.attacked = 1">',
  `' onmouseover='window.attacked = 1' autofocus onfocus='window.attacked = 1`,
  '<!--<script>window.attacked = 1//-->',
  '</style><style>* { display: none !important }</style>',
  '\u202Ereversed\u2066 \u0000 \u001b[31m \ud800',
  '&lt;script&gt; ${window.attacked = 1} {{constructor.constructor("window.attacked = 1")()}}',
  '<iframe srcdoc="<script>parent.attacked = 1</script>"></iframe><meta http-equiv="refresh" content="0;url=https://example.org/">',
];

let next = 0;
function attack(name: string): string {
  next += 1;
  return `${name} ${ATTACKS[next % ATTACKS.length]}`;
}

/** So many kinds of attack; `hostileEvents(0)` to `hostileEvents(ATTACK_KINDS - 1)` put each of them into each field. */
export const ATTACK_KINDS = ATTACKS.length;

/**
 * More than twenty kinds of fields, each with an attack in it.
 * @param first which attack stands in the first of them.
 */
export function hostileEvents(first = next): EventBody[] {
  next = first;
  const link = attack('link');
  const node = attack('node');
  const step = { kind: 'fault', step: attack('step'), fault: attack('fault'), target: link } as const;
  const ended = { client: attack('client'), upstream: attack('upstream') };
  const promise = { kind: 'obligation', id: 1, what: attack('promise'), boundMs: 100 } as const;
  const frame = { kind: 'frame', link, connection: 1, direction: 'upstream', type: 'line' } as const;
  return [
    { kind: 'node', node, state: 'starting' },
    { kind: 'mark', name: attack('mark') },
    { ...step, state: 'armed' },
    { ...promise, state: 'opened' },
    { kind: 'operation', id: 1, client: attack('client'), name: attack('operation'), state: 'invoked', value: attack('value') },
    { ...frame, index: 1, offset: 0, bytes: 300, payload: attack('payload') },
    {
      ...step,
      state: 'fired',
      hit: { kind: 'link', connection: 1, direction: 'upstream', byteOffset: 5, frameIndex: 1, offsetInFrame: 5, ended },
    },
    { kind: 'frame-error', link, connection: 1, direction: 'upstream', offset: 9, reason: attack('reason'), line: attack('line') },
    { kind: 'connection', link, connection: 1, state: 'closed', ended },
    { kind: 'log', node, stream: 'stderr', line: attack('log') },
    {
      kind: 'observation',
      observation: { probe: 'view', truth: attack('truth'), subject: attack('left'), sample: 1, value: { [attack('key')]: attack('a') } },
    },
    {
      kind: 'observation',
      observation: { probe: 'view', truth: attack('truth'), subject: attack('right'), sample: 1, value: [attack('b')] },
    },
    {
      kind: 'observation',
      observation: { probe: 'stacks', node, sample: 1, cpuMs: 1, threads: [attack('thread')], asleep: true, handles: [attack('handle')] },
    },
    {
      kind: 'observation',
      observation: {
        probe: 'resources',
        node,
        series: attack('series'),
        cycle: 0,
        counts: { [attack('kind')]: 1 },
        holders: { [attack('kind')]: [attack('holder')] },
      },
    },
    { kind: 'leftover', what: 'process', detail: attack('leftover'), node },
    { kind: 'harness', problem: 'probe', detail: attack('harness') },
    { ...promise, state: 'unmet', lastSeen: attack('last seen') },
    { kind: 'script', state: 'failed', error: attack('error'), detail: attack('stack'), place: attack('place') },
    { kind: 'node', node, state: 'exited', code: 1, signal: attack('signal'), asked: false },
    {
      ...step,
      state: 'fired',
      hit: { kind: 'link', connection: 1, direction: 'upstream', byteOffset: 40, around: { bytes: attack('\u0000\u00fe bytes'), at: 1 } },
    },
  ];
}

export function hostileRow(more: Partial<CaseRow> = {}): CaseRow {
  return {
    scenario: attack('scenario'),
    title: attack('title'),
    defect: null,
    expectedOracle: null,
    runtime: 'process',
    engine: 'own',
    engines: [attack('engine')],
    seed: 1,
    repeat: 1,
    verdict: 'fail',
    oracle: 'hang',
    reason: null,
    reasonKind: null,
    findings: [{ oracle: 'hang', message: `${attack('message')}\n${attack('below')}`, subject: attack('subject'), events: [4, 17] }],
    fingerprint: null,
    durationMs: 1_000,
    driveMs: 900,
    folder: 'results/runs/one/cases/0001',
    repro: null,
    replay: attack('npx tornwire repro'),
    accepted: [{ oracle: attack('oracle'), message: attack('flaw'), reason: attack('why'), until: '2026-12-31' }],
    ...more,
  };
}

export interface WrittenRun {
  /** Absolute. */
  folder: string;
  summary: Summary;
}

/** A run on the disk, with the history of its first case. */
export async function writtenRun(rows: readonly CaseRow[], events: readonly EventBody[]): Promise<WrittenRun> {
  const folder = join(await mkdtemp(join(tmpdir(), 'report-')), 'results', 'runs', 'one');
  const lines = events.map((event, index) => JSON.stringify({ seq: index + 1, atMs: index * 3, wallMs: index, ...event }));
  await mkdir(join(folder, 'cases', '0001'), { recursive: true });
  await writeFile(join(folder, 'cases', '0001', 'history.ndjson'), `${lines.join('\n')}\n`);
  const summary: Summary = {
    version: SUMMARY_VERSION,
    tornwire: '0.1.0',
    startedAt: '2026-11-28T00:00:00.000Z',
    durationMs: 2_000,
    seed: 1,
    folder: 'results/runs/one',
    interrupted: false,
    planned: rows.length,
    finished: true,
    counts: countsOf(rows),
    cases: [...rows],
    pending: [],
  };
  return { folder, summary };
}

/** Frames and log lines until there are so many events. */
export function filledUp(events: readonly EventBody[], count: number): EventBody[] {
  const more = Array.from({ length: count - events.length }, (_, index): EventBody =>
    index % 5 === 0
      ? { kind: 'log', node: index % 2 === 0 ? 'server' : 'client', stream: 'stdout', line: `line ${index}` }
      : {
          kind: 'frame',
          link: 'client->server',
          connection: 1,
          direction: index % 2 === 0 ? 'upstream' : 'downstream',
          index,
          type: 'line',
          offset: index * 20,
          bytes: 20,
          payload: `{"message":${index}}`,
        },
  );
  return [...events, ...more];
}
