// The runs whose reports are measured: one of 106 cases with the longest histories that the repository's own scenarios make, one of a
// single case of 10,000 events, and one with hostile text in every field.
import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { EventBody } from '../../model/judging/history.ts';
import { filledUp, hostileEvents, hostileRow, writtenRun, type WrittenRun } from '../../report/html/testing/hostile.double.ts';
import type { CaseRow } from '../../results/summary.ts';

export type { WrittenRun } from '../../report/html/testing/hostile.double.ts';

const CASES = 106;
const FAILED = 5;
/** Lines of the longest history of a usual run. */
const EVENTS = 442;
const LONG = 10_000;

const LINK = 'client->server';
const step = { kind: 'fault', step: 'cut the answer', fault: 'cut', target: LINK } as const;
const promise = { kind: 'obligation', id: 1, what: 'an answer to the second request', boundMs: 1_000 } as const;
const connection = { link: LINK, connection: 1 } as const;
const hit = { kind: 'link', connection: 1, direction: 'downstream', byteOffset: 5, frameIndex: 1, offsetInFrame: 5 } as const;

/** How a usual case begins. Event 9 is the promise that was not kept. */
const BEGINNING: readonly EventBody[] = [
  { kind: 'node', node: 'server', state: 'starting' },
  { kind: 'node', node: 'server', state: 'ready', pid: 4_711 },
  { kind: 'connection', ...connection, state: 'opened' },
  { ...step, state: 'armed' },
  { ...promise, state: 'opened' },
  { kind: 'frame', ...connection, direction: 'upstream', index: 1, type: 'line', offset: 0, bytes: 20, payload: '{"ask":"the answer"}' },
  { ...step, state: 'fired', hit },
  { kind: 'frame', ...connection, direction: 'downstream', index: 1, type: 'line', offset: 0, bytes: 20, payload: '{"say":"the answer"}' },
  { ...promise, state: 'unmet', lastSeen: 'nothing' },
  { kind: 'node', node: 'server', state: 'exited', code: 0, signal: null, asked: true },
];

function rowOf(index: number, isFailed: boolean): CaseRow {
  const message = "'an answer to the second request' did not happen within 1,000 ms; last seen: nothing";
  return hostileRow({
    scenario: `lost-connection/case-${index}-answers-what-was-asked`,
    title: 'an answer that was cut is asked for again',
    engines: [LINK],
    verdict: isFailed ? 'fail' : 'pass',
    oracle: isFailed ? 'hang' : null,
    findings: isFailed ? [{ oracle: 'hang', message, subject: 'an answer', events: [5, 9] }] : [],
    folder: `results/runs/one/cases/${String(index).padStart(4, '0')}`,
    replay: `npx tornwire repro results/repros/case-${index}.json`,
    accepted: [],
  });
}

export async function runOf106(): Promise<WrittenRun> {
  const rows = Array.from({ length: CASES }, (_, index) => rowOf(index + 1, index < FAILED));
  return await withHistories(rows, filledUp(BEGINNING, EVENTS));
}

export async function longCase(): Promise<WrittenRun> {
  return await withHistories([rowOf(1, true)], filledUp(BEGINNING, LONG));
}

/** @param first which attack stands in the first field. */
export async function hostileRun(first: number): Promise<WrittenRun> {
  const events = hostileEvents(first);
  return await writtenRun([hostileRow()], events);
}

/** The same history for each of them. */
async function withHistories(rows: readonly CaseRow[], events: readonly EventBody[]): Promise<WrittenRun> {
  const run = await writtenRun(rows, events);
  const cases = join(run.folder, 'cases');
  for (const { folder } of rows.slice(1)) await cp(join(cases, '0001'), join(cases, basename(folder ?? '')), { recursive: true });
  return run;
}
