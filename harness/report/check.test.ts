// The words of a check's line, from rows as campaigns give them.
import { expect, test } from 'vitest';
import type { CheckWording } from '../model/check.ts';
import type { CaseRow } from '../results/summary.ts';
import { ToldBefore } from './check-told.ts';
import { checkLineOf, checkText, checkTotal } from './check.ts';
import { sarif } from './sarif.ts';

const RULE = { source: 'The rules, 1', says: 'a server ends with its client', force: 'requirement' } as const;
const WORDING: CheckWording = { rule: RULE, after: 'its client was killed', hangIs: 'ORPHAN', cure: 'Exit.' };
const ROW = {
  scenario: 'mcp/client-killed',
  title: 'your server ends when its client is killed',
  verdict: 'fail',
  findings: [],
  reason: null,
  reasonKind: null,
  durationMs: 1,
  folder: 'results/x',
  replay: 'npx tornwire check mcp --only client-killed -- node s.js',
} as unknown as CaseRow;

const lineOf = (row: Partial<CaseRow>, wording = WORDING) => checkLineOf({ ...ROW, ...row } as CaseRow, wording);
type Found = CaseRow['findings'][number];
const finding = (oracle: string, message: string, facts: Pick<Found, 'code' | 'word' | 'cause' | 'subject'> = {}) => ({
  findings: [{ oracle, ...facts, message, events: [] }],
});
const said = (word: string, what: string) => finding('script', `${word}: ${what}`, { code: 'TW-CHECK-BROKEN', word });

test.each([
  [
    'a crash with its place',
    finding('crash', "'server' ended with code 1 without being asked: Error: boom\n  |     at handle (file:///a/b/bad.mjs:13:35)"),
    'CRASH  exit code 1: Error: boom at bad.mjs:13 after its client was killed.',
  ],
  [
    'an answer that did not come',
    finding('hang', "'your server answers ping' did not happen within 5 s (hang, no progress for 6 s; last seen: undefined; more)"),
    'ORPHAN  not within 5 s after its client was killed: your server answers ping. Exit.',
  ],
  [
    'a server that lives on, with its children',
    finding('hang', "'your server ends' did not happen within 4 s (hang; last seen: it lives on: node s.js and 1 child (sleep 20); more)"),
    'ORPHAN  your server lived 4 s after its client was killed: node s.js and 1 child (sleep 20). Exit.',
  ],
  [
    'a server that lives on, and nothing more to say',
    finding('hang', "'your server ends' did not happen within 4 s (hang; last seen: it lives on: node s.js and 1 child (sleep 20))"),
    'ORPHAN  your server lived 4 s after its client was killed: node s.js and 1 child (sleep 20). Exit.',
  ],
  [
    'a process that is left, without its numbers',
    finding(
      'leak',
      "a process of 'server' is left after everything was stopped (1: 17692 sleep 30, started 2.0 s before, now a child of 17592 (cat))",
      { code: 'TW-LEAK-PROCESS' },
    ),
    'ORPHAN  a process of your server is left (1: sleep 30) after its client was killed.',
  ],
  [
    'a file that is left, without the folder of the run',
    finding('leak', "a file of 'server' is left in its home after everything was stopped (1: /t/tornwire-0/x/home/server/.bad-1)", {
      code: 'TW-LEAK-FILE',
    }),
    'LITTER  a file of your server is left in its home (1: $HOME/.bad-1) after its client was killed.',
  ],
  [
    'a stray line',
    finding('protocol', `'driver->server' carries a line downstream that is no JSON value: "hi" (connection 1, byte 9; 1 times)`),
    'PROTOCOL  your server printed a line on stdout that is no JSON value: "hi", after its client was killed.',
  ],
  ['a word of the script', said('WRONG ANSWER', 'your server answered twice'), 'WRONG ANSWER  your server answered twice. Exit.'],
  [
    'a starved machine',
    { verdict: 'unknown', reason: 'starved: CPU pressure 98 %', reasonKind: 'starved' },
    'NOT PROVED  your server ends when its client is killed: the machine was busy (CPU pressure 98 %)',
  ],
] as const)('%s', (_, row, head) => {
  expect(
    checkText(lineOf(row as Partial<CaseRow>))
      .split('\n')[0]
      ?.replace(/(?<=^(?!ORPHAN  (?:not|your)).*killed\.) Exit\.$/, ''),
  ).toBe(head);
});

test('a habit that is not kept has a word of its own, and a crash beside it is none', () => {
  const habit: CheckWording = { ...WORDING, rule: { ...RULE, force: 'habit' } };
  expect(lineOf(said('CRASH', 'exit code 1'), habit)).toMatchObject({
    outcome: 'habit',
    word: 'HABIT',
    said: 'CRASH  exit code 1.',
  });
  expect(lineOf(finding('crash', "'server' ended by SIGABRT without being asked"), habit)).toMatchObject({
    outcome: 'broken',
    word: 'CRASH',
  });
});

test('what a program does at any time is told once, and the other checks hold beside it', () => {
  const told = new ToldBefore();
  const banner = finding(
    'protocol',
    '\'driver->server\' carries a line downstream that is no JSON value: "hi" (connection 1, byte 9; 1 times)',
  );
  const file = (pid: number) =>
    finding('leak', `a file of 'server' is left in its home (1: /t/x${pid}/home/server/.bad-${pid})`, { code: 'TW-LEAK-FILE' });
  expect(checkLineOf({ ...ROW, ...banner } as CaseRow, WORDING, told)).toMatchObject({ outcome: 'broken', word: 'PROTOCOL' });
  const both = { findings: [...banner.findings, ...file(1).findings] };
  expect(checkLineOf({ ...ROW, ...both } as CaseRow, WORDING, told)).toMatchObject({ outcome: 'broken', word: 'LITTER' });
  expect(checkLineOf({ ...ROW, findings: [...banner.findings, ...file(2).findings] } as CaseRow, WORDING, told)).toMatchObject({
    outcome: 'holds',
  });
  const late = finding('hang', "'your server ends' did not happen within 4 s (hang)");
  for (let twice = 0; twice < 2; twice++)
    expect(checkLineOf({ ...ROW, ...late } as CaseRow, WORDING, told)).toMatchObject({ outcome: 'broken', word: 'ORPHAN' });
});

test('what could not come about is not proved, and a program that is still loading is not told to be after anything', () => {
  expect(
    lineOf(finding('script', 'NOT PROVED: the call was answered at once', { code: 'TW-CHECK-NOT-PROVED', word: 'NOT PROVED' })),
  ).toMatchObject({
    outcome: 'not proved',
    word: 'NOT PROVED',
    said: 'your server ends when its client is killed: the call was answered at once',
  });
  expect(lineOf(finding('hang', "'your server answers initialize' did not happen within 30 s (hang; more)"))).toMatchObject({
    said: 'not within 30 s of its start: your server answers initialize.',
  });
});

test('what an oracle finds beside a check rests on a rule of its own', () => {
  const crash = { rule: { ...RULE, source: 'The rules, 2' }, cure: 'Catch it.' };
  const line = lineOf(finding('crash', "'server' ended with code 7 without being asked"), { ...WORDING, beside: { crash } });
  expect(line).toMatchObject({ rule: crash.rule, cure: 'Catch it.' });
});

test.each([
  ['crash', finding('crash', "'server' ended with code 7 without being asked", { code: 'TW-CRASH-UNASKED' })],
  ['left process', finding('leak', "a process of 'server' is left (1: 17 sleep 30)", { code: 'TW-LEAK-PROCESS' })],
  ['left file', finding('leak', "a file of 'server' is left (1: /a)", { code: 'TW-LEAK-FILE' })],
  ['growth', finding('leak', "'server' holds more descriptors", { code: 'TW-LEAK-GROWING' })],
  ['late end', finding('hang', "'your server ends' did not happen within 4 s (hang)", { code: 'TW-HANG-OWED' })],
  ['word of the script', said('WRONG ANSWER', 'your server answered twice')],
  ['habit', said('NO START', 'your server does not start')],
  ['doubt of the script', finding('script', 'NOT PROVED: too quick', { code: 'TW-CHECK-NOT-PROVED', word: 'NOT PROVED' })],
  ['error of the script', finding('script', 'TypeError: x is not a function', { code: 'TW-SCRIPT' })],
])('what a %s is called, what it rests on and whether it breaks the check does not hang on how its message is worded', (_, row) => {
  const other = { rule: { ...RULE, source: 'another' }, cure: 'Another.' };
  const wording: CheckWording = {
    ...WORDING,
    beside: { crash: other, protocol: other, process: other, file: other },
    habits: { 'NO START': RULE },
  };
  const of = (message: string) => {
    const { said: _said, ...decided } = lineOf({ findings: row.findings.map((each) => ({ ...each, message })) }, wording);
    return decided;
  };
  const asItIs = of(row.findings[0]?.message ?? '');
  for (const message of ['a process', 'a file', 'NOT PROVED: x', 'WRONG ANSWER: x', 'ganz anders']) expect(of(message)).toEqual(asItIs);
});

const crashAt = (error: string, line: number, cause = error) =>
  finding(
    'crash',
    `'server' ended with code 1 without being asked: ${error}\n  |     at JSON.parse (<anonymous>)\n  |     at take (/a/s.js:${line}:7)`,
    {
      code: 'TW-CRASH-UNASKED',
      subject: 'server',
      cause,
    },
  );

test('one crash that several checks meet is told once, and the others name it in one line', () => {
  const told = new ToldBefore();
  const met = (check: string, row: ReturnType<typeof finding>) =>
    checkLineOf({ ...ROW, scenario: `mcp/${check}`, ...row } as CaseRow, { ...WORDING, after: `what ${check} does` }, told);
  const texts = [
    met('rubbish', crashAt(`SyntaxError: Unexpected token 'h', "this is no" is not valid JSON`, 13)),
    met('bad-encoding', crashAt('SyntaxError: Unexpected end of JSON input', 13)),
    met('call', crashAt('TypeError: x is not a function', 13)),
    met('cancel', crashAt('SyntaxError: Unexpected end of JSON input', 14)),
    met('rubbish', crashAt('SyntaxError: Unexpected end of JSON input', 13)),
  ].map(checkText);
  expect(texts[1]).toBe("CRASH  the same crash as in 'rubbish', after what bad-encoding does.");
  for (const index of [0, 2, 3, 4]) expect(texts[index]).toMatch(/^CRASH {2}exit code 1: .* at s\.js:1[34] after what/);
});

test('a crash that the script of a check has seen is the same as one that an oracle found, and a habit never stands for a breach', () => {
  const seen = {
    findings: crashAt('Error: write EPIPE', 13).findings.map(({ message, ...facts }) => ({
      ...facts,
      oracle: 'script',
      code: 'TW-CHECK-BROKEN' as const,
      word: 'CRASH',
      message: message.replace(/.*/, 'CRASH: exit code 1, EPIPE at s.js:13'),
    })),
  };
  const habit: CheckWording = { ...WORDING, rule: { ...RULE, force: 'habit' }, after: 'it was not read' };
  const met = (told: ToldBefore, check: string, row: object, wording = WORDING) =>
    checkText(checkLineOf({ ...ROW, scenario: `mcp/${check}`, ...row } as CaseRow, wording, told));
  const first = new ToldBefore();
  expect(met(first, 'reply-cut', crashAt('Error: write EPIPE', 13))).toMatch(/^CRASH {2}exit code 1: Error: write EPIPE at s\.js:13 after/);
  expect(met(first, 'stops-reading', seen, habit)).toBe("HABIT  CRASH  the same crash as in 'reply-cut', after it was not read.");
  expect(met(first, 'prompt-cut', seen)).toBe("CRASH  the same crash as in 'reply-cut', after its client was killed.");
  const second = new ToldBefore();
  expect(met(second, 'stops-reading', seen, habit)).toMatch(/^HABIT {2}CRASH {2}exit code 1, EPIPE at s\.js:13/);
  expect(met(second, 'reply-cut', crashAt('Error: write EPIPE', 13))).toMatch(
    /^CRASH {2}exit code 1: Error: write EPIPE at s\.js:13 after/,
  );
  expect(met(second, 'prompt-cut', seen)).toBe("CRASH  the same crash as in 'reply-cut', after its client was killed.");
});

test('a server that ends without a word is told for each check: nobody knows whether it is one bug', () => {
  const told = new ToldBefore();
  const row = finding('crash', "'server' ended with code 1 without being asked", { code: 'TW-CRASH-UNASKED', subject: 'server' });
  for (const check of ['rubbish', 'call'])
    expect(checkLineOf({ ...ROW, scenario: `mcp/${check}`, ...row } as CaseRow, WORDING, told).sameAs).toBeUndefined();
});

test('of a stack of Python the place is the innermost that is not of its library', () => {
  const stack = [
    '/srv/app/main.py", line 9, in run',
    '/srv/app/parse.py", line 4, in take',
    '/usr/lib/python3.11/json/decoder.py", line 355',
  ];
  const message = ["'server' ended with code 1 without being asked: ValueError: x", ...stack.map((each) => `  |   File "${each}`)].join(
    '\n',
  );
  expect(lineOf(finding('crash', message)).said).toBe('exit code 1: ValueError: x at parse.py:4 after its client was killed.');
});

test('the parts of the total add up to its checks, and SARIF holds what does not hold', () => {
  const lines = [
    lineOf({ verdict: 'pass' }),
    lineOf(finding('hang', 'late')),
    lineOf({ verdict: 'skipped', reason: 'by design: it needs --slow <tool>' }),
    lineOf({ verdict: 'unknown', reason: 'vacuous: a step did not fire', reasonKind: 'vacuous' }),
  ];
  expect(checkTotal(lines)).toBe('4 checks: 1 holds, 1 broken, 1 not proved, 1 not applicable');
  for (const total of [checkTotal(lines), checkTotal(lines, 31), checkTotal([])]) {
    const [all = 0, ...parts] = [...total.matchAll(/\d+/g)].map(Number);
    expect([total, parts.reduce((sum, part) => sum + part, 0)]).toEqual([total, all]);
  }
  const { runs } = sarif(lines, '1') as { runs: { results: { level: string }[] }[] };
  expect(runs[0]?.results.map(({ level }) => level)).toEqual(['error', 'note']);
});
