// Each kind of fault point that waits for no frame, on two tiny programs: it finds the bug that is planted for it, and the clean twin
// has nothing at the same point. The points are those of one recording of the clean twin.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { conversationIn, type Conversation } from '../../explore/conversation/conversation.ts';
import type { FaultPoint } from '../../explore/plan/fault-point.ts';
import { pointsOfNodes } from '../../explore/plan/faults-of-nodes.ts';
import type { CaseResult } from '../../model/case-result.ts';
import type { Scenario } from '../../model/scenario.ts';
import { clockLibrary } from '../../runtime/linux/fake-clock.ts';
import { smallDiskUnavailable } from '../../runtime/linux/small-disk.ts';
import { saveReproBesideCase } from '../../results/repro-file.ts';
import { assemble, type Assembly } from '../base/assemble.ts';
import { historyIn } from '../players/here.ts';
import { relayWork } from '../testing/sweep-project/work.ts';
import { userProject } from '../testing/user-project.double.ts';
import { caseOf } from './sweep-cases.ts';

interface Kind {
  bug: string;
  /** The name of its point. */
  at: string;
  /** `oracle: message` of its finding. Others may have a word about it too. */
  finding: RegExp;
  /** Why this machine cannot play it. */
  missing?: string | undefined;
}

const WORK = [
  { do: 'set', with: { key: 'a', value: 'one' } },
  { do: 'get', with: { key: 'a' } },
  { do: 'set', with: { key: 'b', value: 'two' } },
];
const TRICKLE = 'client->relay upstream line op=set, by another client: one byte at a time, without end';
const NEVER_AGAIN = /^hang: .*what is set can be got again/;
const LIBRARY = clockLibrary();
const KINDS: readonly Kind[] = [
  { bug: 'disk', at: 'node store, the work begins: full disk', finding: NEVER_AGAIN, missing: smallDiskUnavailable() },
  { bug: 'descriptors', at: 'node store, the work begins: no descriptor to spare', finding: /^crash: .*EMFILE/ },
  {
    bug: 'clock',
    at: 'node relay, half of the work is done: clock an hour back',
    finding: NEVER_AGAIN,
    missing: 'missing' in LIBRARY ? LIBRARY.missing : undefined,
  },
  { bug: 'bound', at: 'node store, from its start: KEYS_MAX=1, and the work twice', finding: NEVER_AGAIN },
  { bug: 'patient', at: TRICKLE, finding: /^hang: .*is given up within 500 ms/ },
  // Who waits behind the trickle has no answer to its work, or to what is asked at the end.
  { bug: 'one-by-one', at: TRICKLE, finding: /^hang: .*what is set can be got again|^answers: 'set' .*no answer within/ },
];

let folder: string;
let assembly: Assembly;
let conversation: Conversation;
let points: readonly FaultPoint[];

async function play(bug: string, point?: FaultPoint): Promise<CaseResult> {
  const name = bug === '' ? 'clean' : bug;
  const plan = { work: WORK, ...(point && { allowed: conversation.allowed, usual: conversation.usual }) };
  const given = caseOf({ workload: { name, parameters: {} }, seed: 1 }, plan as Parameters<typeof caseOf>[1], point);
  const own = await mkdtemp(join(folder, `${name}-`));
  const scenario = relayWork(bug) as unknown as Scenario;
  return await assembly.run({ name, file: `${name}.workload.ts`, scenario }, given, own, new AbortController().signal);
}

function pointAt(at: string): FaultPoint {
  const point = points.find(({ key }) => key === at);
  if (!point) throw new Error(`no point '${at}' among ${points.map(({ key }) => key).join('; ')}`);
  return point;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tw-kinds-'));
  assembly = assemble();
  const recording = await play('');
  expect(recording.verdict).toMatchObject({ outcome: 'pass' });
  conversation = conversationIn([await historyIn(recording.folder)]);
  points = pointsOfNodes(conversation, relayWork().system.topology, () => undefined);
}, 60_000);

afterAll(async () => {
  await assembly[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

// One after the other: each of them is judged by its time, and shares this process with the others.
test.for(KINDS)('the planted bug of $bug is found at $at', { timeout: 60_000 }, async ({ bug, at, finding, missing }, { skip }) => {
  if (missing !== undefined) skip(missing);
  const { verdict } = await play(bug, pointAt(at));
  // A busy machine keeps the verdict open; what was found is in it all the same.
  const found = verdict.outcome === 'pass' ? [] : verdict.findings;
  expect(found.map(({ oracle, message }) => `${oracle}: ${message}`)).toContainEqual(expect.stringMatching(finding));
});

test('the clean twin has nothing at any of these points, all of them in one case', { timeout: 60_000 }, async () => {
  const all = KINDS.filter(({ missing }) => missing === undefined).map(({ at }) => pointAt(at));
  const together = [...new Set(all)].reduce(joined);
  const { verdict } = await play('', together);
  expect(verdict).toMatchObject({ outcome: 'pass' });
});

function joined(one: FaultPoint, other: FaultPoint): FaultPoint {
  return {
    ...one,
    schedule: [...one.schedule, ...other.schedule],
    rounds: Math.max(one.rounds ?? 1, other.rounds ?? 1),
    trickles: [...(one.trickles ?? []), ...(other.trickles ?? [])],
  };
}

test('what was found replays from its file, unasked and in the process of another command', { timeout: 120_000 }, async () => {
  await using project = await userProject('sweep-project');
  const failed = await play('descriptors', pointAt('node store, the work begins: no descriptor to spare'));
  const { file } = await saveReproBesideCase(failed, { tornwire: 'x', commit: null }, project.root);
  const { out, err } = await project.tornwire('repro', file, '--times', '1');
  expect({ out, err }).toMatchObject({ out: expect.stringMatching(/^reproduced 1 of 1/m) });
  expect(await project.alive()).toEqual([]);
});
