import { describe, expect, test } from 'vitest';
import { fingerprint } from '../model/judging/fingerprint.ts';
import type { History } from '../model/judging/history.ts';
import { protocol } from './protocol.ts';
import { historyOf, judgesWrittenHistories, PLAN, type Written } from './testing/written-history.contract.ts';

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

  describe('keys of handshakes', () => {
    const handshakes = (link: string, keys: readonly string[]): History =>
      historyOf(
        keys.map((key, index): Written => {
          const payload = `GET / HTTP/1.1\r\nSec-WebSocket-Key: ${key}\r\n\r\n`;
          const where = { link, connection: index + 1, direction: 'upstream', index: 1, offset: 0 } as const;
          return { atMs: index + 2, kind: 'frame', ...where, type: 'request-head', payload };
        }),
      );
    const [same, other] = [Buffer.alloc(16, 7).toString('base64'), Buffer.alloc(16, 'another').toString('base64')];
    const outcomeOf = (history: History): string => protocol.judge(history, PLAN).outcome;

    test('one that comes twice is a finding, whoever asks', () => {
      expect(protocol.judge(handshakes('bridge->room', [same, other, same]), PLAN)).toMatchObject({
        outcome: 'fail',
        findings: [{ code: 'TW-PROTOCOL-WEAK-KEYS', subject: 'bridge->room' }],
      });
    });

    test('few that differ prove nothing', () => {
      expect(outcomeOf(handshakes('bridge->room', [same, other]))).toBe('pass');
    });

    test('those of the script are its own affair', () => {
      expect(outcomeOf(handshakes('driver->room', [same, same]))).toBe('pass');
    });
  });
});
