import { describe, expect, test } from 'vitest';
import { fingerprint } from '../model/judging/fingerprint.ts';
import { crash } from './crash.ts';
import { historyOf, judgesWrittenHistories, PLAN } from './testing/written-history.contract.ts';

describe('crash', () => {
  judgesWrittenHistories(crash);

  test('whether it was asked to end before or after its error does not make another bug of it', () => {
    const printsOf = [true, false].map((asked) => {
      const verdict = crash.judge(
        historyOf([
          { atMs: 1, kind: 'node', node: 'server', state: 'ready' },
          { atMs: 1, kind: 'log', node: 'server', stream: 'stderr', line: 'Error: crashed on purpose' },
          { atMs: 1, kind: 'log', node: 'server', stream: 'stderr', line: '    at Socket.act (file:///x/echo.mjs:14:39)' },
          { atMs: 1, kind: 'node', node: 'server', state: 'exited', code: 1, signal: null, asked },
        ]),
        PLAN,
      );
      return verdict.outcome === 'fail' ? fingerprint(verdict.findings[0], 'server') : verdict.outcome;
    });
    expect(new Set(printsOf).size).toBe(1);
  });

  test.each([
    ['another code is no crash', 3, 'pass'],
    ['the code of an error that nobody caught is one', 1, 'fail'],
  ])('of a node that may end with any code, which logs an error: %s', (_, code, outcome) => {
    const nodes = PLAN.topology.nodes.map((node) => ({ ...node, exits: 'any code' as const }));
    const lines = [
      'Traceback (most recent call last):',
      '  File "/srv/main.py", line 3, in <module>',
      'ZeroDivisionError: division by zero',
    ];
    const history = historyOf([
      { atMs: 1, kind: 'node', node: 'bridge', state: 'ready' },
      ...lines.map((line) => ({ atMs: 2, kind: 'log' as const, node: 'bridge', stream: 'stderr' as const, line })),
      { atMs: 3, kind: 'node', node: 'bridge', state: 'exited', code, signal: null, asked: false },
    ]);
    expect(crash.judge(history, { ...PLAN, topology: { ...PLAN.topology, nodes } }).outcome).toBe(outcome);
  });
});
