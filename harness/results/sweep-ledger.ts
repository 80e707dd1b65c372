// The ledger of a sweep: one NDJSON file, a line for each thing that is known. The plan stands in it, so a sweep that goes on keeps its
// plan, and each case is written before the next one begins. A torn last line is a case that is taken again.
import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { z } from 'zod';
import { isOneBug, type ToldFailure } from '../model/text/one-bug.ts';
import { RESULT_MODE, ResultsError } from './atomic-file.ts';

const began = z.object({
  kind: z.literal('began'),
  version: z.literal(1),
  workload: z.string(),
  seed: z.int(),
  defect: z.string().nullable(),
  startedAt: z.string(),
  tornwire: z.string(),
  commit: z.string().nullable(),
  /** Of chance. Absent in ledgers of older versions. */
  id: z.string().optional(),
});
const takenFrame = z.object({
  link: z.string(),
  direction: z.enum(['upstream', 'downstream']),
  match: z.record(z.string(), z.unknown()),
});
const planned = z.object({
  kind: z.literal('plan'),
  /** The work of the recordings, and what they left at rest. */
  work: z.array(z.unknown()),
  allowed: z.record(z.string(), z.record(z.string(), z.number())),
  /** What the recordings held at rest after the work. Absent in ledgers of older versions. */
  usual: z.record(z.string(), z.record(z.string(), z.number())).optional(),
  unstable: z.array(z.string()),
  /** What the recordings have shown, by name (explore/feedback/novelty.ts). Absent in ledgers of older versions. */
  shown: z.array(z.string()).optional(),
  /** What had happened before the work began (explore/plan/warm.ts). Absent in ledgers of older versions: then nothing is played warm. */
  atBoot: z.object({ dials: z.record(z.string(), z.number()), frames: z.array(takenFrame), spread: z.array(takenFrame) }).optional(),
  /** In the order in which they are tried. */
  points: z.array(
    z.looseObject({
      key: z.string(),
      link: z.string(),
      class: z.string(),
      fault: z.string(),
      weight: z.number(),
      schedule: z.array(z.unknown()),
      dwellMs: z.number(),
    }),
  ),
});
const judged = z.object({
  kind: z.literal('case'),
  key: z.string(),
  outcome: z.enum(['clean', 'found', 'not reached', 'unclear']),
  oracle: z.string().nullable(),
  message: z.string().nullable(),
  fingerprint: z.string().nullable(),
  durationMs: z.number(),
  /** Time that the sweep had spent when it ended, over all its sittings. */
  elapsedMs: z.number(),
  /** Of a failure that was new: the case as it was found, from the project's root. A later sitting can make it small. */
  repro: z.string().optional(),
  /**
   * It was clean in a round of running nodes. `only`: nothing else is known. With a start of its own it was clean too (`agreed`), or
   * failed (`contradicted`), and that is its outcome.
   */
  warm: z.enum(['only', 'agreed', 'contradicted']).optional(),
});
const kept = z.object({
  kind: z.literal('kept'),
  /** The case that has shown something new, and will be varied. */
  key: z.string(),
  /** Of which kinds: a class of frame, a text in a log, an end of a connection, what a node holds at rest. */
  novelties: z.array(z.enum(['frame', 'log', 'end', 'held'])),
});
const found = z.object({
  kind: z.literal('finding'),
  fingerprint: z.string(),
  oracle: z.string(),
  message: z.string(),
  /** The shortest story: the faults and the work that are left. */
  story: z.string(),
  reproduced: z.object({ times: z.int(), of: z.int() }),
  faults: z.int(),
  work: z.int(),
  repro: z.string(),
  /** The time was used up before it was as small as it can be. */
  cut: z.literal(true).optional(),
});
const line = z.discriminatedUnion('kind', [began, planned, judged, kept, found]);

export type SweptPlan = Omit<z.infer<typeof planned>, 'kind'>;
export type SweptCase = Omit<z.infer<typeof judged>, 'kind'>;
export type SweptFinding = Omit<z.infer<typeof found>, 'kind'>;
type KeptCase = Omit<z.infer<typeof kept>, 'kind'>;
type Line = z.infer<typeof line>;

export interface SweepLedger extends Disposable {
  readonly file: string;
  /** The same in all its sittings, and of no other sweep: when it began, what of, and a part of chance. */
  readonly sweep: string;
  readonly plan: SweptPlan | undefined;
  /** What an earlier sitting had finished, and this one since, by key. */
  readonly cases: ReadonlyMap<string, SweptCase>;
  /** Those that were made small, by fingerprint. */
  readonly findings: ReadonlyMap<string, SweptFinding>;
  /** Cases that have shown something new, in the order in which they did, of all sittings. */
  readonly kept: readonly KeptCase[];
  readonly spentMs: number;
  /** Failures that no sitting has made small, one for each fingerprint. */
  untriaged(): readonly SweptCase[];
  /** The fingerprint of the bug: of what was found before, where that was the same one in other words. */
  bugOf(failure: ToldFailure & { fingerprint: string }): string;
  /** On the disk when they return. @throws ResultsError */
  planned(plan: SweptPlan): void;
  judged(swept: SweptCase): void;
  keeps(kept: KeptCase): void;
  found(finding: SweptFinding): void;
}

export type SweepAbout = Omit<z.infer<typeof began>, 'kind' | 'version' | 'startedAt' | 'id'>;

/** @throws ResultsError when the file is no ledger or cannot be written. */
export function openSweepLedger(file: string, about: SweepAbout): SweepLedger {
  const { lines, wholeBytes } = readLines(file);
  let sweep = '';
  let plan: SweptPlan | undefined;
  const cases = new Map<string, SweptCase>();
  const findings = new Map<string, SweptFinding>();
  const keptCases: KeptCase[] = [];
  /** The first failure of each bug. */
  const known: SweptCase[] = [];
  const take = (entry: Line): void => {
    if (entry.kind === 'began') sweep = [entry.workload, entry.seed, entry.defect, entry.startedAt, entry.id].join(' ');
    else if (entry.kind === 'plan') plan = entry;
    else if (entry.kind === 'case') {
      cases.set(entry.key, entry);
      if (entry.outcome === 'found' && !known.some(({ fingerprint }) => fingerprint === entry.fingerprint)) known.push(entry);
    } else if (entry.kind === 'kept') keptCases.push(entry);
    else if (entry.kind === 'finding') findings.set(entry.fingerprint, entry);
  };
  lines.forEach(take);
  const handle = attempt(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    const opened = openSync(file, 'a', RESULT_MODE);
    truncateSync(file, wholeBytes);
    return opened;
  });
  const write = (entry: Line): void => {
    attempt(file, () => {
      appendFileSync(handle, `${JSON.stringify(entry)}\n`);
      fsyncSync(handle);
    });
    take(entry);
  };
  if (lines.length === 0) write({ kind: 'began', version: 1, startedAt: new Date().toISOString(), id: randomUUID(), ...about });
  const spentMs = [...cases.values()].reduce((most, { elapsedMs }) => Math.max(most, elapsedMs), 0);
  return {
    file,
    get sweep() {
      return sweep;
    },
    get plan() {
      return plan;
    },
    cases,
    findings,
    kept: keptCases,
    spentMs,
    untriaged: () => untriagedOf(cases, findings),
    bugOf: (failure) => known.find((each) => isOneBug(each, failure))?.fingerprint ?? failure.fingerprint,
    planned: (given) => write({ kind: 'plan', ...given }),
    judged: (swept) => write({ kind: 'case', ...swept }),
    keeps: (given) => write({ kind: 'kept', ...given }),
    found: (finding) => write({ kind: 'finding', ...finding }),
    [Symbol.dispose]: () => closeSync(handle),
  };
}

/** Of several with one fingerprint the first that can be played again. */
function untriagedOf(cases: ReadonlyMap<string, SweptCase>, findings: ReadonlyMap<string, SweptFinding>): SweptCase[] {
  const left = [...cases.values()].filter(({ outcome, fingerprint }) => outcome === 'found' && !findings.has(fingerprint ?? ''));
  const first = new Map<string | null, SweptCase>();
  for (const each of left) if (first.get(each.fingerprint)?.repro === undefined) first.set(each.fingerprint, each);
  return [...first.values()];
}

function readLines(file: string): { lines: Line[]; wholeBytes: number } {
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
    throw new ResultsError(`${place} is no line of a sweep's ledger: move its folder away to begin anew`, { cause });
  }
}

function attempt<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new ResultsError(`cannot write the ledger ${file}: ${(cause as Error).message}`, { cause });
  }
}
