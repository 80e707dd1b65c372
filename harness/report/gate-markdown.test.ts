import { expect, test } from 'vitest';
import { judgeGate } from '../gate/judge-gate.ts';
import { defaultPolicy } from '../model/policy.ts';
import { failOrPass } from '../model/judging/verdict.ts';
import { rowDouble, summaryDouble } from '../results/case-result.double.ts';
import { gateMarkdown } from './gate-markdown.ts';

test('captured text stays text: no markup, link, mention or cell comes out of it', () => {
  const hostile = '| @everyone <img src=x> [a](http://b) `c`\u001b[31m\n## d';
  const verdict = failOrPass('hang', [{ message: hostile, events: [] }]);
  const summary = summaryDouble([rowDouble(verdict, { scenario: hostile, replay: hostile })]);
  const policy = defaultPolicy();
  const markdown = gateMarkdown(judgeGate({ policy, summary, commit: null, planned: 1, defects: [], falseAlarms: 'not measured' }));
  for (const character of ['@', '<', '[', '`', '\u001b']) expect(markdown).not.toContain(character);
  const [row = ''] = markdown.split('\n').filter((line) => line.includes('everyone') && line.includes('process'));
  expect(row.split('|')).toHaveLength(8);
  expect(markdown).not.toContain('## d');
});
