import { NO_SECRETS } from '../model/secrets/redact.ts';
import { expect, test } from 'vitest';
import { fingerprint } from '../model/judging/fingerprint.ts';
import { crash } from '../oracles/crash.ts';
import { script } from '../oracles/script.ts';
import { historyOf, PLAN } from '../oracles/testing/written-history.contract.ts';
import { judge } from './judge.ts';

test('what a program or a script printed is bounded in every finding, with its two ends and its length', () => {
  const long = `Error: begins ${'x'.repeat(200_000)} ends`;
  const history = historyOf([
    { atMs: 1, kind: 'node', node: 'room', state: 'ready' },
    { atMs: 2, kind: 'log', node: 'room', stream: 'stderr', line: long },
    { atMs: 3, kind: 'node', node: 'room', state: 'exited', code: 1, signal: null, asked: false },
    { atMs: 4, kind: 'script', state: 'failed', error: long, detail: '' },
  ]);
  const verdict = judge(history, PLAN, [crash, script], NO_SECRETS);
  const messages = verdict.outcome === 'fail' ? verdict.findings.map(({ message }) => message) : [];
  expect(messages).toHaveLength(2);
  for (const message of messages) {
    expect(message.length).toBeLessThan(3_000);
    expect(message).toMatch(/Error: begins x+ \[… 200,0\d\d characters in all …\] x+ ends$/);
  }
});

test('an oracle that fails itself is the harness’s fault', () => {
  const broken = { ...script, judge: () => JSON.parse('{') as never };
  expect(judge([], PLAN, [broken], NO_SECRETS)).toMatchObject({
    outcome: 'unknown',
    reason: 'harness',
    detail: expect.stringContaining('SyntaxError') as string,
  });
});

test('dials that had no way out of a box stand below what was found, and do not make another bug of it', () => {
  const crashed = [
    { atMs: 1, kind: 'node', node: 'room', state: 'ready' },
    { atMs: 3, kind: 'node', node: 'room', state: 'exited', code: 1, signal: null, asked: false },
  ] as const;
  const [without, withDials] = [crashed, [...crashed, { atMs: 4, kind: 'lost-dials', dials: 2 } as const]].map((events) => {
    const verdict = judge(historyOf(events), PLAN, [crash], NO_SECRETS);
    return verdict.outcome === 'fail' ? verdict.findings[0] : undefined;
  });
  expect(withDials?.message).toMatch(/\n2 dial\(s\) had no way out of the box of this case: name what .* as outside$/);
  expect(withDials && fingerprint(withDials, 'room')).toBe(without && fingerprint(without, 'room'));
});
