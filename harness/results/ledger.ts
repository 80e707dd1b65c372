// The ledger of a nightly: one NDJSON file for each seed, one line for each finished case. The line is written before the
// next case begins. A killed nightly goes on where its ledger ends. If the last line is torn, its case was being written
// and is taken again.
import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { RESULT_MODE, ResultsError } from './atomic-file.ts';
import type { ResultPaths } from './paths.ts';

const began = z.object({
  kind: z.literal('began'),
  version: z.literal(1),
  seed: z.int(),
  startedAt: z.string(),
  tornwire: z.string(),
  commit: z.string().nullable(),
});
const ended = z.object({ kind: z.literal('ended'), at: z.string(), elapsedMs: z.number() });
const finished = z.object({
  kind: z.literal('case'),
  /** From 1: each round is the whole pack with a fresh seed. */
  round: z.int().min(1),
  scenario: z.string(),
  runtime: z.string(),
  engine: z.string(),
  seed: z.int(),
  verdict: z.enum(['pass', 'fail', 'unknown', 'skipped']),
  oracle: z.string().nullable(),
  /** Why it is unknown or skipped, or what failed. */
  reason: z.string().nullable(),
  fingerprint: z.string().nullable(),
  durationMs: z.number(),
  repro: z.string().nullable(),
  replay: z.string(),
  /** Of a failure: how often it came back when the same case was run again at once. */
  reproduced: z.object({ times: z.int(), of: z.int() }).nullable(),
  /** Time that the nightly had spent when it ended, over all its sittings. */
  elapsedMs: z.number(),
});
const line = z.discriminatedUnion('kind', [began, finished, ended]);

export type LedgerCase = z.infer<typeof finished>;
type Line = z.infer<typeof line>;

export interface Ledger extends Disposable {
  readonly file: string;
  /** What an earlier sitting had finished, and this one since. */
  readonly cases: readonly LedgerCase[];
  /** Time spent by earlier sittings. */
  readonly spentMs: number;
  /** Its budget was used up: there is nothing to go on with. */
  readonly ended: boolean;
  /** On the disk when this returns. @throws ResultsError */
  add(finished: LedgerCase): void;
  end(elapsedMs: number): void;
}

/** @throws ResultsError when the file is no ledger or cannot be written. */
export function openLedger(paths: ResultPaths, about: { seed: number; tornwire: string; commit: string | null }): Ledger {
  const file = join(paths.nightly, `${about.seed}.ndjson`);
  const { lines, wholeBytes } = readLedger(file);
  // A later line of one case says more than the earlier one: an error came out after its end.
  const cases = new Map(lines.flatMap((entry) => (entry.kind === 'case' ? [[keyOf(entry), entry] as const] : [])));
  const over = lines.some((entry) => entry.kind === 'ended');
  const handle = attempt(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    const opened = openSync(file, 'a', RESULT_MODE);
    truncateSync(file, wholeBytes);
    return opened;
  });
  const write = (entry: Line): void =>
    attempt(file, () => {
      appendFileSync(handle, `${JSON.stringify(entry)}\n`);
      fsyncSync(handle);
    });
  if (lines.length === 0) write({ kind: 'began', version: 1, startedAt: new Date().toISOString(), ...about });
  return {
    file,
    get cases() {
      return [...cases.values()];
    },
    spentMs: [...cases.values()].reduce((most, { elapsedMs }) => Math.max(most, elapsedMs), 0),
    ended: over,
    add(entry) {
      write(entry);
      cases.set(keyOf(entry), entry);
    },
    end: (elapsedMs) => write({ kind: 'ended', at: new Date().toISOString(), elapsedMs }),
    [Symbol.dispose]: () => closeSync(handle),
  };
}

function keyOf({ round, scenario, runtime, engine }: LedgerCase): string {
  return `${round} ${runtime} ${engine} ${scenario}`;
}

function readLedger(file: string): { lines: Line[]; wholeBytes: number } {
  let text: Buffer;
  try {
    text = readFileSync(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { lines: [], wholeBytes: 0 };
    throw new ResultsError(`cannot read the ledger ${file}: ${(cause as Error).message}`, { cause });
  }
  const wholeBytes = text.lastIndexOf(0x0a) + 1;
  const rows = text.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
  return { wholeBytes, lines: rows.map((row, index) => parsed(row, `${file}:${index + 1}`)) };
}

function parsed(row: string, place: string): Line {
  try {
    return line.parse(JSON.parse(row));
  } catch (cause) {
    throw new ResultsError(`${place} is no line of a ledger: move the file away to begin anew`, { cause });
  }
}

function attempt<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new ResultsError(`cannot write the ledger ${file}: ${(cause as Error).message}`, { cause });
  }
}
