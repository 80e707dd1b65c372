// `tornwire check mcp` on a tiny server: each of its mistakes is named by the check that is about it, the server without a mistake passes
// all checks, and how long that takes.
import { join } from 'node:path';
import { tornwire } from './base/tornwire.ts';
import { atLeast, atMost, median, type Row } from './row.ts';

const SERVER = join(import.meta.dirname, 'check-mcp/server.mjs');
const REPEATS = 10;

/** The check that must find it. */
const MISTAKES: Readonly<Record<string, string>> = {
  crashes: 'call',
  'exits-7': 'call',
  aborts: 'call',
  'logs-on-stdout': 'call',
  'leaves-daemon': 'call',
  'leaves-child': 'call',
  'writes-file': 'call',
  'dies-of-garbage': 'rubbish',
  'chunk-is-line': 'split-everywhere',
  'utf8-per-chunk': 'split-everywhere',
  'ignores-eof': 'stdin-end',
  'waits-to-flush': 'stdout-full-end',
  'ignores-term': 'term-idle',
};

interface Checked {
  checks: { check: string; outcome: string }[];
}

export async function checkMcp(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [mistake, check] of Object.entries(MISTAKES)) {
    let named = 0;
    for (let i = 0; i < REPEATS; i++) {
      const { checks } = await checked(['--only', check], mistake);
      if (checks.some((each) => each.check === check && each.outcome === 'broken')) named += 1;
    }
    rows.push(atLeast(`check-mcp-${mistake}`, named, `of ${REPEATS} named by '${check}'`, REPEATS));
  }
  const seconds: number[] = [];
  let passed = 0;
  for (let i = 0; i < REPEATS; i++) {
    const startedMs = performance.now();
    const { checks } = await checked([]);
    seconds.push((performance.now() - startedMs) / 1_000);
    if (checks.every(({ outcome }) => outcome === 'holds' || outcome === 'not applicable')) passed += 1;
  }
  return [
    ...rows,
    atLeast('check-mcp-good', passed, `of ${REPEATS}: nothing broken, no habit, all proved`, REPEATS),
    atMost('check-mcp-seconds', median(seconds), `s for all checks, median of ${REPEATS}`, 20),
  ];
}

async function checked(options: readonly string[], ...mistake: readonly string[]): Promise<Checked> {
  const call = ['--call', 'echo', '--args', '{"message":"x"}'];
  return await tornwire<Checked>('check', 'mcp', ...options, ...call, '--', process.execPath, SERVER, ...mistake);
}
