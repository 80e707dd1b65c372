import { describe, expect, test } from 'vitest';
import { fingerprint } from '../model/judging/fingerprint.ts';
import { protocol } from './protocol.ts';
import { historyOf, judgesWrittenHistories, PLAN } from './testing/written-history.contract.ts';

describe('protocol', () => {
  judgesWrittenHistories(protocol);

  test('which line came first tells no bug from another; on which link, and what is wrong with it, do', () => {
    const printOf = (link: string, reason: string, line: string): string => {
      const where = { link, connection: 1, direction: 'downstream', offset: 9 } as const;
      const verdict = protocol.judge(historyOf([{ atMs: 1, kind: 'frame-error', ...where, reason, line }]), PLAN);
      return verdict.outcome === 'fail' ? fingerprint(verdict.findings[0], 'desktop') : verdict.outcome;
    };
    const one = printOf('bridge->desktop', 'is no JSON value', 'listening');
    expect(printOf('bridge->desktop', 'is no JSON value', 'a call came from nobody')).toBe(one);
    expect(printOf('bridge->room', 'is no JSON value', 'listening')).not.toBe(one);
    expect(printOf('bridge->desktop', 'is no JSON-RPC message', 'listening')).not.toBe(one);
  });
});
