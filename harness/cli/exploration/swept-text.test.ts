import { expect, test } from 'vitest';
import type { SweepOutcome } from './sweep-outcome.ts';
import { findingsMarkdown, foundLine, linesOf } from './swept-text.ts';

const STACK = ['  | SyntaxError: Unexpected token', '  |     at JSON.parse (<anonymous>)', '  |     at take (file:///srv/relay.mjs:5:3)'];
const MESSAGE = [`'relay' ended with code 1 without being asked: SyntaxError: Unexpected token`, ...STACK].join('\n');
const failure = { fingerprint: 'f00d', oracle: 'crash', message: MESSAGE };

test('what was found is one line: what, under which fault, where, and the file that replays it', () => {
  const at = (key: string, fault: string): string => foundLine({ ...failure, repro: 'results/repro.json' }, { key, fault });
  const what = "found f00d crash: 'relay' ended with code 1 without being asked: SyntaxError: Unexpected token; under ";
  expect(at('relay->store upstream line op=set, first, in the middle: cut rst (other work 1.2)', 'cut rst')).toBe(
    `${what}cut rst, at relay->store upstream line op=set, first, in the middle (other work 1.2); repro: results/repro.json`,
  );
  expect(at('a->b upstream line, first, cut rst before it, then refused', 'cut rst before it, then refused')).toBe(
    `${what}cut rst before it, then refused, at a->b upstream line, first; repro: results/repro.json`,
  );
  const long = foundLine({ ...failure, message: 'x'.repeat(5_000), repro: 'r' }, { key: 'k'.repeat(5_000), fault: 'f'.repeat(5_000) });
  expect(long.length).toBeLessThan(1_000);
});

const finding = {
  ...failure,
  story: 'after set: cut rst',
  reproduced: { times: 2, of: 3 },
  faults: 1,
  work: 1,
  repro: 'results/repros/a.json',
};
const OUTCOME: SweepOutcome = {
  coverage: {
    rows: [{ link: 'a->b', class: 'c', fault: 'cut rst', counts: { found: 2, clean: 5, 'not reached': 1, unclear: 1, 'not run': 3 } }],
    totals: { found: 2, clean: 5, 'not reached': 1, unclear: 1, 'not run': 3 },
    points: 12,
    done: 8,
  },
  findings: [{ ...finding, cut: true }],
  untriaged: [{ ...failure, fingerprint: 'beef', repro: 'results/sweeps/a-1/cases/1/repro.json' }],
  lacking: [{ faults: ['network cut'], points: 1, why: 'no box can be made here' }],
  feedback: {
    kept: 3,
    newBy: { frame: 1, log: 0, end: 0, held: 2 },
    varied: 1,
    outcomes: { found: 1, clean: 0, 'not reached': 0, unclear: 0 },
  },
  random: 4,
  cases: 14,
  failed: 4,
  spentMs: 65_000,
  ledger: 'ledger.ndjson',
  report: 'findings.md',
};

test('each number says what it counts, and what is left to do is a command', () => {
  const lines = linesOf(OUTCOME);
  expect(lines).toContain('14 cases in 65 s, 4 of them with other work; 4 failed: 2 findings');
  expect(lines).toContain(
    'coverage: 8 of 12 fault points are done, 66.7 %: 2 failed, 5 clean, 1 not reached, 1 without a verdict, 3 not run',
  );
  expect(lines).toContain('  the time was used up before it was as small as it can be: npx tornwire shrink results/repros/a.json');
  expect(lines).toContain('1 finding was not made small; the command of the first line goes on with that, and so does shrink:');
  expect(lines).toContain('  npx tornwire shrink results/sweeps/a-1/cases/1/repro.json');
  expect(lines).toContain(
    '3 cases showed what no recording had shown: 1 a kind of message, 2 something that a node still holds when it is quiet again',
  );
  expect(lines).toContain(
    'in another hour it would play about 775 cases: 3 of the 3 fault points that are not done, and 772 with other work',
  );
  expect(lines).toContain('1 fault point cannot be played here (network cut): no box can be made here');
  // Stacks stand in the file.
  expect(lines.join('\n')).not.toMatch(/relay\.mjs|\bat JSON/);
  expect(lines.filter((line) => line.includes('\n'))).toEqual([]);
});

test('findings.md has all that was said, and nothing that was said gets out of its block', () => {
  const hostile = { ...finding, message: `${MESSAGE}\n\`\`\`\n# Not ours`, story: '<b>`x`' };
  const text = findingsMarkdown('a', [hostile], []);
  expect(text).toContain('take (file:///srv/relay.mjs:5:3)');
  expect(text.match(/^```/gm)).toHaveLength(2);
  expect(text).toContain('\\<b>');
});
