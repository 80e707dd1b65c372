// What machines read, from rows as campaigns give them: nothing that a program said becomes a command, a link or markup.
import { expect, test } from 'vitest';
import type { Event, EventBody } from '../../model/judging/history.ts';
import { failOrPass, unknown } from '../../model/judging/verdict.ts';
import { ALWAYS_ON } from '../../oracles/table.ts';
import { writtenHistoriesOf } from '../../oracles/testing/written-history.contract.ts';
import { rowDouble, summaryDouble } from '../../results/case-result.double.ts';
import { hostileEvents } from '../html/testing/hostile.double.ts';
import { annotations, runMarkdown, withoutCommands } from './github.ts';
import { perfettoTrace } from './perfetto.ts';
import { runSarif } from './run-sarif.ts';

const HOSTILE = 'x\n::set-output name=a::b\n::error::%0A|<b>@you';
const failed = rowDouble(failOrPass('hang', [{ message: HOSTILE, events: [1] }]), { scenario: 'a,b:c', fingerprint: 'f00d' });
const place = { file: 'scenarios/a b.scenario.ts', line: 7 };

test('an annotation is one line that names file, line, sentence and replay, with what it must escape', () => {
  const [line = '', ...more] = annotations([{ row: failed, place }]);
  expect(more).toEqual([]);
  expect(line).toBe('::error file=scenarios/a b.scenario.ts,line=7,title=a%2Cb%3Ac fails by hang::x%0Areplay: npx tornwire run links/cut');
  const [warned] = annotations([{ row: rowDouble(unknown('machine', 'starved', 'busy')), place }]);
  expect(warned).toMatch(/^::warning file=.*::starved: busy%0Areplay: /);
  expect(annotations(Array.from({ length: 30 }, () => ({ row: failed, place })))).toHaveLength(10);
});

test('what a program said is no workflow command', () => {
  const said = withoutCommands(`      hang: x\n  ::set-output name=a::b\n##[error]no`);
  expect(said).toBe('      hang: x\n  : :set-output name=a::b\n## [error]no');
});

test('the summary of a job holds the sentence and the replay as plain text', () => {
  const text = runMarkdown(summaryDouble([failed]), [{ row: failed, place }]);
  expect(text).toContain('## Tornwire: 0 passed, 1 failed');
  expect(text).toMatch(/^\| fail by hang: a,b:c: x \| .* \| npx tornwire run links\/cut \|$/m);
  expect(text).not.toMatch(/<b>|@you/);
});

test('SARIF names the rule with its question, the line of the scenario and the fingerprint', () => {
  const oracles = [{ name: 'hang', question: 'Did what was owed come?' }];
  expect(runSarif([{ row: failed, place }], oracles, '1')).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { rules: [{ id: 'hang', shortDescription: { text: 'Did what was owed come?' } }] } },
        results: [
          {
            ruleId: 'hang',
            level: 'error',
            message: { text: expect.stringContaining('replay: npx tornwire run links/cut') },
            locations: [{ physicalLocation: { artifactLocation: { uri: 'scenarios/a%20b.scenario.ts' }, region: { startLine: 7 } } }],
            partialFingerprints: { 'tornwire/v1': 'f00d' },
          },
        ],
      },
    ],
  });
});

/**
 * What the Trace Event Format demands of each phase that is used: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 * (fields of each event; async events by category and id, one end for each begin, in order; metadata; scopes of instants; counters).
 */
function wrongInTrace(text: string): string[] {
  const { traceEvents } = JSON.parse(text) as { traceEvents: Record<string, unknown>[] };
  const wrong: string[] = [];
  const named = new Set<string>();
  const open = new Map<string, Record<string, unknown>>();
  let lastTs = 0;
  traceEvents.forEach((event, index) => {
    const { ph, pid, tid, ts, name, cat, id, s, args } = event;
    const must = (what: string, holds: boolean): unknown => holds || wrong.push(`${index} ${String(ph)} ${String(name)}: ${what}`);
    must(
      'pid, tid and ts are whole numbers, ts in microseconds from 0',
      [pid, tid, ts].every((each) => Number.isInteger(each) && (each as number) >= 0),
    );
    must('it has a name in one line', typeof name === 'string' && name !== '' && !/[\u0000-\u001f]/.test(name));
    if (ph === 'M') {
      must('metadata names a process or a thread', name === 'process_name' || name === 'thread_name');
      must('by args.name', typeof (args as { name?: unknown } | undefined)?.name === 'string');
      must('once', !named.has(`${String(name)} ${String(pid)} ${name === 'thread_name' ? String(tid) : ''}`));
      named.add(`${String(name)} ${String(pid)} ${name === 'thread_name' ? String(tid) : ''}`);
      return;
    }
    must('time does not go back', (ts as number) >= lastTs);
    lastTs = ts as number;
    must('its process has a name', named.has(`process_name ${String(pid)} `));
    must('its track has a name', named.has(`thread_name ${String(pid)} ${String(tid)}`));
    if (ph === 'b' || ph === 'e') {
      must('an async event has category and id', typeof cat === 'string' && cat !== '' && typeof id === 'string' && id !== '');
      const key = `${String(cat)} ${String(id)}`;
      const begun = open.get(key);
      if (ph === 'b') must('it does not begin twice', begun === undefined);
      else
        must(
          'its end is that of a begin on the same track, by the same name',
          begun?.['pid'] === pid && begun?.['tid'] === tid && begun?.['name'] === name,
        );
      if (ph === 'b') open.set(key, event);
      else open.delete(key);
    } else if (ph === 'i') must('an instant has a scope', s === 't');
    else if (ph === 'C')
      must(
        'a counter has numbers',
        Object.values(args ?? {}).length > 0 && Object.values(args ?? {}).every((value) => typeof value === 'number'),
      );
    else must('no other phase is used', false);
  });
  return [...wrong, ...[...open.keys()].map((key) => `${key} never ends`)];
}

test('the trace of every written history, and of hostile text in every field, is as the format demands', () => {
  const written = ALWAYS_ON.flatMap(({ name }) => writtenHistoriesOf(name));
  expect(written.length).toBeGreaterThan(100);
  for (const { title, history: asWritten } of written) {
    // The recorder keeps the order of time; one of these does not.
    const history = asWritten.toSorted((a, b) => a.atMs - b.atMs);
    const trace = perfettoTrace(history, { scenario: title });
    expect({ title, wrong: wrongInTrace(JSON.stringify(trace)) }).toEqual({ title, wrong: [] });
    // Nothing is lost: every event begins, ends or stands as a moment.
    const told = trace.traceEvents.filter(({ ph, args }) => ph !== 'M' && ph !== 'C' && args?.['ended'] !== 'no');
    expect({ title, told: told.length }).toEqual({ title, told: history.length });
  }
  const hostile = hostileEvents().map((body, index): Event => ({ seq: index + 1, atMs: index / 3, wallMs: 0, ...body }));
  expect(wrongInTrace(JSON.stringify(perfettoTrace(hostile, {})))).toEqual([]);
});

test('in the trace every slice that began has its end on the same track, also what never ended; frames stand on their link', () => {
  const bodies: EventBody[] = [
    { kind: 'node', node: 's', state: 'starting' },
    { kind: 'node', node: 's', state: 'ready' },
    { kind: 'connection', link: 'c->s', connection: 1, state: 'opened' },
    { kind: 'frame', link: 'c->s', connection: 1, direction: 'upstream', index: 1, type: 'line', offset: 0, payload: 'hi' },
    { kind: 'obligation', id: 1, what: 'an answer', state: 'opened', boundMs: 5 },
    { kind: 'obligation', id: 1, what: 'an answer', state: 'unmet', boundMs: 5 },
    { kind: 'node', node: 's', state: 'exited', code: 0, signal: null, asked: true },
  ];
  const history = bodies.map((body, index): Event => ({ seq: index + 1, atMs: index, wallMs: 0, ...body }));
  const { traceEvents } = perfettoTrace(history, {});
  const begun = traceEvents.filter(({ ph }) => ph === 'b');
  const ended = traceEvents.filter(({ ph }) => ph === 'e');
  expect(begun.map(({ name }) => name)).toEqual(['s', 'connection 1', 'an answer']);
  for (const { id, pid, tid, ts, cat, name } of begun) {
    const [end, ...more] = ended.filter((each) => each.id === id);
    expect(more).toEqual([]);
    expect(end).toMatchObject({ pid, tid, cat, name });
    expect(end?.ts).toBeGreaterThanOrEqual(ts);
  }
  const frame = traceEvents.find(({ cat }) => cat === 'frame');
  expect(frame).toMatchObject({ ph: 'i', s: 't', ts: 3_000, args: { payload: 'hi' } });
  const names = traceEvents.filter(({ ph, pid }) => ph === 'M' && pid === frame?.pid).map(({ args }) => args?.['name']);
  expect(names).toEqual(['c->s', 'connections', 'upstream']);
});
