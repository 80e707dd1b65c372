// The terminal's story by hand-made moments: what is drawn where, and that nothing in it is too wide, too long or alive.
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { failOrPass } from '../../model/judging/verdict.ts';
import { rowDouble } from '../../results/case-result.double.ts';
import type { Moment, Story } from '../story/story.ts';
import { sequence } from './sequence.ts';
import { storyText } from './story-text.ts';
import { wrapped } from './wrapped.ts';

function moment(lane: string, kind: Moment['kind'], text: string, role: Moment['role'] = 'beside'): Moment {
  return { seq: 1, atMs: 1_234, lane, kind, text, role };
}
const LINKS = [
  { name: 'client->server', from: 'client', to: 'server' },
  { name: 'a->b', from: 'a', to: 'b' },
  { name: 'the uplink', from: 'a', to: 'b' },
];
const drawn = (...moments: readonly Moment[]): string[] => sequence(moments, LINKS, 100).map((line) => stripVTControlCharacters(line));

test('a frame is an arrow between the ends of its link, the wrong event and the fault have marks without any colour', () => {
  expect(
    drawn(
      moment('client->server', 'frame', 'line frame 1 upstream, connection 1: hello'),
      moment('client->server', 'frame', 'line frame 1 downstream, connection 1: hi'),
      moment('client->server', 'fault', "'cut' fired: connection 1 upstream, byte 3", 'fault'),
      moment('client->server', 'connection', 'connection 1 closed'),
      moment('server', 'node', 'ended with code 1, without being asked', 'wrong'),
    ),
  ).toEqual([
    '               client        server',
    '    1.234         │────────────▶│       line 1: hello',
    '    1.234         │◀────────────│       line 1: hi',
    "*   1.234         │≈≈≈≈≈≈≈≈≈≈≈≈▶│       'cut' fired: connection 1 upstream, byte 3",
    '    1.234         │·············│       connection 1 closed',
    '!   1.234         │             X       ended with code 1, without being asked',
  ]);
});

test('bytes that are no text are left out, and what has no column is named in the text', () => {
  const binary = `binary frame 3 upstream, connection 1: ${'\uFFFD'.repeat(20)}`;
  expect(drawn(moment('a->b', 'frame', binary))[1]).toMatch(/▶│ +binary 3$/);
  expect(drawn(moment('the uplink', 'frame', 'line frame 1 upstream, connection 1: hi'))[1]).toMatch(/│─+▶│ +line 1: hi$/);
  const lanes = ['a', 'b', 'c', 'd', 'e', 'f'].map((lane) => moment(lane, 'log', 'stderr: x'));
  expect(drawn(...lanes).at(-1)).toMatch(/│ +f: stderr: x$/);
});

const HOSTILE = `a\u001b[2J\u001b]0;owned\u0007\u202eb\n::error::x\n${'w'.repeat(9_000)}`;

test('whatever a program said, the story has at most 60 lines of 100 columns, and no control character but colours', () => {
  const around = Array.from({ length: 10 }, (_, i) => moment(`${HOSTILE}${i}->b`, 'frame', HOSTILE, i === 5 ? 'wrong' : 'beside'));
  const story: Story = {
    outcome: 'fail',
    by: HOSTILE,
    sentence: HOSTILE,
    details: Array.from({ length: 90 }, () => HOSTILE),
    compared: { expected: HOSTILE, actual: HOSTILE, parts: [] },
    place: HOSTILE,
    firstWrong: around[5] as Moment,
    fault: { ...(around[4] as Moment), step: HOSTILE, fault: 'cut', target: HOSTILE, where: HOSTILE, hitOn: HOSTILE },
    around,
    lanes: { names: [], links: around.map(({ lane }) => ({ name: lane, from: lane, to: 'b' })) },
    proof: [],
    replay: 'npx tornwire repro x',
    restsOn: Array.from({ length: 20 }, () => HOSTILE),
    gaps: Array.from({ length: 20 }, () => HOSTILE),
  };
  const row = rowDouble(failOrPass('hang', [{ message: HOSTILE, events: [1] }]), { scenario: HOSTILE, title: HOSTILE });
  const text = stripVTControlCharacters(storyText(row, story, 'history.ndjson'));
  const lines = text.split('\n');
  expect(lines.length).toBeLessThanOrEqual(60);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  expect(lines).toContain('replay       npx tornwire repro x');
});

test('a text is broken between words, hard where there are none, and its end is marked', () => {
  expect(wrapped('one two three', 8, 3)).toEqual(['one two', 'three']);
  expect(wrapped('x'.repeat(10), 4, 3)).toEqual(['xxxx', 'xxxx', 'xx']);
  expect(wrapped('one two three', 8, 1)).toEqual(['one two…']);
  expect(wrapped('', 8, 2)).toEqual([]);
});
