// What a reader finds on the first screen of each kind of finding and of its look-alikes, without the code: what is wrong, what was
// expected and what came, the first wrong event, the fault and what it hit, how to replay it, and what the verdict rests on.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EventBody, History } from '../../model/judging/history.ts';
import type { Plan } from '../../model/judging/oracle.ts';
import { ALWAYS_ON } from '../../oracles/table.ts';
import { historyOf, PLAN, writtenHistoriesOf, type Written } from '../../oracles/testing/written-history.contract.ts';
import { runViewOf } from '../view/run-view.ts';
import { page } from './page.ts';
import { hostileRow, writtenRun } from './testing/hostile.double.ts';

const NONE = { wrong: 'No single event is wrong.', fault: 'No fault had fired before it.' };
const REPLAY = 'npx tornwire repro results/repros/x.json';

interface Screen {
  outcome: string;
  sentence: string;
  expected: string;
  actual: string;
  wrong: string;
  fault: string;
  rests: string;
}

const SCREENS: readonly [oracle: string, history: string, screen: Screen][] = [
  [
    'crash',
    'a node dies of an uncaught error',
    {
      outcome: 'FAIL by crash',
      sentence: "'desktop' ended with code 1 without being asked: Error: write EPIPE",
      expected: "'desktop' lives until it is asked to end",
      actual: 'it ended with code 1, and nobody had asked it, 1 s after the run began',
      wrong: 'desktop: stderr: Error: write EPIPE',
      fault: NONE.fault,
      rests: 'no fault was planned',
    },
  ],
  [
    'crash',
    'memory may have run out',
    {
      outcome: 'UNKNOWN by out-of-memory',
      sentence: "'desktop' ended by SIGKILL without being asked Not proved: out-of-memory: ",
      expected: "'desktop' lives until it is asked to end",
      actual: 'it ended by SIGKILL, and nobody had asked it',
      wrong: 'desktop: ended by SIGKILL, without being asked',
      fault: NONE.fault,
      rests: 'no fault was planned',
    },
  ],
  [
    'hang',
    'a request is never answered and every process stands still',
    {
      outcome: 'FAIL by hang',
      sentence: "'an answer to open_window of alice' did not happen within 5 s (hang, no progress for 6 s, all unchanged",
      expected: 'an answer to open_window of alice, within 5 s',
      actual: 'it did not come in 6 s',
      wrong: "script: it did not come within 5 s: 'an answer to open_window of alice'; last seen: no answer",
      fault: NONE.fault,
      rests: 'the machine: up to 3 % of the time somebody waited for a processor',
    },
  ],
  [
    'hang',
    'a stalled link holds up an unrelated request',
    {
      outcome: 'FAIL by hang',
      sentence:
        "side probe 'the supervisor answers its status page' was not answered within 250 ms (2 times late, 1 of them never answered",
      expected: "'the supervisor answers its status page' is answered within 250 ms, whatever is broken elsewhere",
      actual: 'no answer in 250 ms',
      wrong: "1.400 s script: side probe 'the supervisor answers its status page' was answered after 900 ms (bound 250 ms)",
      fault: NONE.fault,
      rests: "'stall bridge->desktop' was armed and did not fire",
    },
  ],
  [
    'hang',
    'a ping is never answered',
    {
      outcome: 'FAIL by hang',
      sentence: "a ping on 'bridge->room' was not answered within 250 ms",
      expected: "a ping on 'bridge->room' is answered within 250 ms",
      actual: '1 times late, 1 of them never answered; the longest wait was 2 s',
      wrong: 'bridge->room: ping frame 1 downstream, connection 1',
      fault: NONE.fault,
      rests: 'no fault was planned',
    },
  ],
  [
    'hang',
    'a slow machine explains a late answer',
    {
      outcome: 'UNKNOWN by starved',
      sentence: "'an answer to open_window of alice' did not happen within 5 s",
      expected: 'an answer to open_window of alice, within 5 s',
      actual: 'it did not come in 5 s',
      wrong: 'script: it did not come within 5 s',
      fault: NONE.fault,
      rests: 'the machine: up to 20 % of the time somebody waited for a processor; the harness itself was at most 180 ms late',
    },
  ],
  [
    'divergence',
    'the first event after which the views parted is named',
    {
      outcome: 'FAIL by divergence',
      sentence: "room and desktop hold different 'windows' at rest (they differ in 2 parts; 2 views were read; they parted after event 6",
      expected: `'windows' is the same at room and desktop, as room has it: {"w1":{"x":5,"y":5}}`,
      actual: 'desktop has {"w1":{"x":0,"y":0}} What Expected Actual /w1/x 5 0 /w1/y 5 0',
      wrong: `desktop: 'windows' at desktop: {"w1":{"x":0,"y":0}}`,
      fault: "'cut bridge->desktop' (cut on bridge->desktop): connection 1 downstream, byte 0",
      rests: "'cut bridge->desktop' fired once on bridge->desktop, connection 1",
    },
  ],
  [
    'leak',
    'one socket more after each cycle',
    {
      outcome: 'FAIL by leak',
      sentence: "'bridge' keeps socket tcp after each 'reset and reconnect' (socket tcp 4 -> 12 -> 20 in 16 cycles; held by pid 10 fd 7",
      expected: "'bridge' holds as much after each 'reset and reconnect' as before the first one",
      actual: 'it holds more after 16 rounds: socket tcp 4 -> 20 What Expected Actual socket tcp 4 20 (1 more a round)',
      wrong: "bridge: holds after round 1 of 'reset and reconnect': socket tcp 5",
      fault: NONE.fault,
      rests: 'no fault was planned',
    },
  ],
  [
    'leak',
    'a process is alive after everything was stopped',
    {
      outcome: 'FAIL by leak',
      sentence: "a process of 'bridge' is left after everything was stopped (2: pid 4711 node agent.ts",
      expected: "nothing of 'bridge' is left after everything was stopped",
      actual: '2 left: process pid 4711 node agent.ts, parent 1, process pid 4712 sleep 600',
      wrong: 'bridge: a process is left: pid 4711 node agent.ts, parent 1',
      fault: NONE.fault,
      rests: 'no fault was planned',
    },
  ],
  [
    'leak',
    'a file is left in the temporary folder of a node that ended in order',
    {
      outcome: 'FAIL by leak',
      sentence: "a file of 'room' is left in its temporary folder after everything was stopped (1: /t/tmp/room/upload-1)",
      expected: "nothing of 'room' is left after everything was stopped",
      actual: '1 left: file /t/tmp/room/upload-1',
      wrong: 'room: a file is left: /t/tmp/room/upload-1',
      fault: NONE.fault,
      rests: 'no fault was planned',
    },
  ],
  [
    'leak',
    'a peer that dials again and again at rest',
    {
      outcome: 'FAIL by leak',
      sentence: "'bridge' dials 'room' again and again at rest",
      expected: "at rest 'bridge' keeps its connection to 'room'",
      actual: "9 connections of 'bridge->room' came and went",
      wrong: 'bridge->room: connection 2 opened',
      fault: "'cut bridge->room' (cut on bridge->room): connection 1 downstream, byte 4",
      rests: "'cut bridge->room' fired once on bridge->room, connection 1",
    },
  ],
  [
    'protocol',
    'a log line on a protocol stdout is quoted',
    {
      outcome: 'FAIL by protocol',
      sentence: `'bridge->desktop' carries a line downstream that is no JSON value: "Server listening on 3000"`,
      expected: "every byte downstream on 'bridge->desktop' decodes under its framing",
      actual: 'connection 1, byte 0: is no JSON value What Expected Actual line valid Server listening on 3000',
      wrong: 'bridge->desktop: byte 0 downstream, connection 1: is no JSON value: Server listening on 3000',
      fault: NONE.fault,
      rests: 'no fault was planned',
    },
  ],
  [
    'script',
    'a failed assertion names its place in the scenario',
    {
      outcome: 'FAIL by script',
      sentence: 'AssertionError: Expected values to be strictly equal: (scenarios/agents/status.scenario.ts:12)',
      expected: 'the script comes to its end without an error',
      actual: 'AssertionError: Expected values to be strictly equal',
      wrong: 'script: the script failed: AssertionError: Expected values to be strictly equal: 1 !== 2',
      fault: NONE.fault,
      rests: 'no fault was planned',
    },
  ],
  [
    'fault-happened',
    'a fault never fired',
    {
      outcome: 'UNKNOWN by vacuous',
      sentence: "vacuous: 'cut bridge->desktop' fired 0 of 1 times: it waited for byte 6 of frame 1",
      expected: 'a verdict: pass or fail',
      actual: "vacuous: 'cut bridge->desktop' fired 0 of 1 times",
      ...NONE,
      rests: "'cut bridge->desktop' was armed and did not fire",
    },
  ],
  [
    'harness',
    'the fault server froze',
    {
      outcome: 'UNKNOWN by injector',
      sentence: 'injector: no answer from the control API within 2 s',
      expected: 'a verdict: pass or fail',
      actual: 'injector: no answer from the control API within 2 s',
      ...NONE,
      rests: 'no fault was planned',
    },
  ],
];

test.each(SCREENS)('%s, %s', async (oracle, title, screen) => {
  const written = writtenHistoriesOf(oracle).find((each) => each.title === title);
  if (!written) throw new Error(`no written history '${title}'`);
  expectScreen(await firstScreenOf(oracle, written.history, written.plan), screen);
});

test('bounds, a link that is dialled more often than it may', async () => {
  const opened = (connection: number): Written => ({
    atMs: connection * 10,
    kind: 'connection',
    link: 'bridge->room',
    connection,
    state: 'opened',
  });
  const links = PLAN.topology.links.map((link) => (link.name === 'bridge->room' ? { ...link, dialsAtMost: 2 } : link));
  const history = historyOf([1, 2, 3].map(opened));
  expectScreen(await firstScreenOf('bounds', history, { ...PLAN, topology: { ...PLAN.topology, links } }), {
    outcome: 'FAIL by bounds',
    sentence: "'bridge->room' was dialled 3 times in 20 ms, from 10 ms on; at most 2 in a run are allowed",
    expected: 'at most 2 in a run',
    actual: "'bridge->room' was dialled 3 times in 20 ms",
    wrong: 'bridge->room: connection 3 opened',
    fault: NONE.fault,
    rests: 'no fault was planned',
  });
});

/** In the order in which a reader meets it. */
function expectScreen(text: string, { outcome, sentence, expected, actual, wrong, fault, rests }: Screen): void {
  const parts = [outcome, sentence, `Replay ${REPLAY}`, `Expected ${expected}`, `Actual ${actual}`];
  const cards = [`✖ First wrong event`, wrong, `⚡ The fault that came before it`, fault, `What the verdict rests on`, rests];
  let rest = text;
  for (const part of [...parts, ...cards]) {
    const at = rest.indexOf(part);
    expect({ part, in: at < 0 ? rest : part }).toEqual({ part, in: part });
    rest = rest.slice(at + part.length);
  }
}

/** The text of the case's section, down to the events around the first wrong one. */
async function firstScreenOf(oracle: string, history: History, plan: Plan): Promise<string> {
  const verdict = ALWAYS_ON.find(({ name }) => name === oracle)?.judge(history, plan);
  if (verdict === undefined || verdict.outcome === 'pass') throw new Error('it passes');
  const unknown = verdict.outcome === 'unknown' && { reason: `${verdict.reason}: ${verdict.detail}`, reasonKind: verdict.reason };
  const row = hostileRow({ oracle, verdict: verdict.outcome, findings: verdict.findings, replay: REPLAY, ...unknown });
  const { folder, summary } = await writtenRun([row], history as unknown as readonly EventBody[]);
  const text = page(await runViewOf(folder, summary));
  await rm(join(folder, '../../..'), { recursive: true });
  const [, section = ''] = text.split('<article');
  return (section.split('What happened around it')[0] ?? '')
    .split('<section')[0]!
    .replaceAll(/<span class="visually-hidden">[^<]*<\/span>/g, '')
    .replaceAll(/<button[^]*?<\/button>/g, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#(\d+);/g, (_whole, code: string) => String.fromCharCode(Number(code)))
    .replaceAll(/\s+/g, ' ');
}
