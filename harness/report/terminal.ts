// What a person reads: one line for each case while the run goes on, a table at the end, and the replay line under each
// failure. Captured text is hostile, so control characters never reach the terminal.
import { styleText } from 'node:util';
import { behindFirstLine } from '../model/codes/code-text.ts';
import { skippedCode, unknownCode } from '../model/codes/unknowns.ts';
import { isCaught, type CaseRow, type Summary } from '../results/summary.ts';
import { bounded, oneLine } from './plain.ts';

const FINDINGS_MAX = 4;
const NOTE_WIDTH = 160;

export function progressLine(row: CaseRow, done: number, total: number): string {
  const defect = row.defect === null ? '' : ` with ${oneLine(row.defect)}`;
  const counter = `${String(done).padStart(String(total).length)}/${total}`;
  const by = row.defect !== null && isCaught(row) ? ` by ${row.expectedOracle}` : '';
  return `${counter} ${badge(row)} ${oneLine(row.scenario)}${defect} (${row.durationMs} ms)${by}${expectedWords(row)}${clockWords(row)}${retakenWords(row)}`;
}

function retakenWords({ retakenBecause }: CaseRow): string {
  return retakenBecause === undefined ? '' : `, taken again alone, for the first time was ${oneLine(retakenBecause, NOTE_WIDTH)}`;
}

function expectedWords({ expected, verdict }: CaseRow): string {
  return expected !== undefined && verdict === 'pass' ? `, it failed by ${oneLine(expected)}, as it must` : '';
}

function clockWords({ clock }: CaseRow): string {
  if (!clock) return '';
  if (clock.foundAfterMs === undefined) return ` at x${clock.speed}`;
  return `, found at x${clock.speed} in ${clock.foundAfterMs} ms, ${clock.confirmed ? 'confirmed at x1' : 'not confirmed at x1'}`;
}

/** Under the pass of a case that was asked for alone: what it rests on. Of many cases the summary has it. */
export function restsOnLines({ restsOn = [] }: CaseRow, total: number): string[] {
  return total === 1 ? restsOn.map((what) => `      rests on ${oneLine(what, 2 * NOTE_WIDTH)}`) : [];
}

/** Under any case: what was found and is accepted. It is never silent. */
export function acceptedLines({ accepted = [] }: CaseRow): string[] {
  return accepted.map(
    ({ oracle, message, reason, until }) =>
      `      ${oneLine(`accepted until ${until} (${reason}): ${oracle}: ${message}`, 2 * NOTE_WIDTH)}`,
  );
}

/** Under the table: known flaws that are accepted no longer, and those that nobody saw. */
export function knownFlawLines({ knownFlaws }: Summary): string[] {
  if (!knownFlaws) return [];
  return [
    ...knownFlaws.expired.map((flaw) => oneLine(`no longer accepted, its day has passed: ${flaw}`, 2 * NOTE_WIDTH)),
    ...knownFlaws.unused.map((flaw) => oneLine(`accepted and not seen in this run: ${flaw}`, 2 * NOTE_WIDTH)),
  ];
}

/** Under a case that somebody must look at, and under a defect that was caught: by what, and how to see it again. */
export function failureLines(row: CaseRow): string[] {
  const caught = row.defect !== null && isCaught(row);
  if (!needsAttention(row) && !caught) return [];
  return [
    ...(caught ? caughtBy(row) : whatIsWrong(row)).map((text) => `      ${text.replaceAll('\n', '\n      ')}`),
    `      replay: ${row.replay}`,
    ...(row.folder === null || caught ? [] : [`      history: ${row.folder}/history.ndjson`]),
  ];
}

function caughtBy(row: CaseRow): string[] {
  const finding = row.findings.find(({ oracle }) => oracle === row.expectedOracle);
  return finding ? [oneLine(`${finding.oracle}: ${finding.message}`, 2 * NOTE_WIDTH)] : [];
}

/** Why nothing is known comes before what was found all the same. */
function whatIsWrong(row: CaseRow): string[] {
  const reason = row.reason === null ? [] : [behindFirstLine(bounded(`${row.verdict}: ${row.reason}`), reasonCode(row))];
  const found = row.findings
    .slice(0, FINDINGS_MAX)
    .map((finding) => behindFirstLine(bounded(`${unproved(row)}${finding.oracle}: ${finding.message}`), finding.code));
  const left = row.findings.length - found.length;
  const what = [...reason, ...found, ...(left > 0 ? [`… ${left} more finding(s)`] : [])];
  return what.length > 0 ? what : [row.verdict];
}

/** What is found in a run that proves nothing is no finding yet, and the line says so where it is read without the reason above it. */
function unproved({ verdict, reasonKind }: CaseRow): string {
  return verdict === 'unknown' ? `not proved${reasonKind === null ? '' : ` (${reasonKind})`}: ` : '';
}

function reasonCode({ reasonKind }: CaseRow): string | undefined {
  return reasonKind === null ? undefined : unknownCode(reasonKind);
}

export function needsAttention(row: CaseRow): boolean {
  return row.defect === null ? row.verdict === 'fail' || row.verdict === 'unknown' : row.verdict !== 'skipped' && !isCaught(row);
}

export function table(summary: Summary): string {
  const groups = Map.groupBy(summary.cases, (row) => `${row.scenario}\u0000${row.defect ?? ''}`);
  const lines = [...groups.values()].map(groupLine);
  const width = Math.max(8, ...lines.map((line) => line.name.length));
  const wide = Math.max(12, ...lines.map((line) => line.verdict.length));
  const out = lines.map((line) => `${line.name.padEnd(width)}  ${line.verdict.padEnd(wide)} ${line.time.padStart(8)}  ${line.note}`);
  return ['', `${'scenario'.padEnd(width)}  ${'verdict'.padEnd(wide)} ${'median'.padStart(8)}`, ...out, '', countsLine(summary)].join('\n');
}

export function countsLine(summary: Summary): string {
  const { passed, failed, unknown, skipped, caught, missed, accepted = 0 } = summary.counts;
  const defects = caught + missed > 0 ? `; defects: ${caught} caught, ${missed} missed` : '';
  const interrupted = summary.interrupted ? ' (interrupted)' : '';
  const flaws = accepted > 0 ? ` (${accepted} with accepted flaws)` : '';
  return `${passed} passed${flaws}, ${failed} failed, ${unknown} unknown, ${skipped} skipped${defects} in ${(summary.durationMs / 1_000).toFixed(1)} s${interrupted}`;
}

function groupLine(rows: readonly CaseRow[]): { name: string; verdict: string; time: string; note: string } {
  const [first] = rows as [CaseRow, ...CaseRow[]];
  const worst = rows.find((row) => row.verdict === 'fail') ?? rows.find((row) => row.verdict === 'unknown') ?? first;
  const sorted = rows.map((row) => row.durationMs).sort((a, b) => a - b);
  return {
    name: oneLine(`${first.scenario}${first.defect === null ? '' : ` + ${first.defect}`}`, NOTE_WIDTH),
    verdict: groupVerdict(rows, worst),
    time: `${sorted[Math.floor(sorted.length / 2)]} ms`,
    note: noteOf(rows, worst),
  };
}

function noteOf(rows: readonly CaseRow[], worst: CaseRow): string {
  if (worst.verdict === 'skipped') return behindFirstLine(oneLine(worst.reason ?? '', NOTE_WIDTH), skippedCode(worst));
  if (worst.oracle !== null) return `by ${worst.oracle}`;
  if (worst.expected !== undefined) return `it failed by ${oneLine(worst.expected, NOTE_WIDTH)}, as it must`;
  return rows.some(({ accepted }) => accepted) ? 'with accepted flaws' : '';
}

/** Of several rows, how many had the worst outcome. */
function groupVerdict(rows: readonly CaseRow[], worst: CaseRow): string {
  const [first] = rows as [CaseRow, ...CaseRow[]];
  const missed = rows.filter((row) => row.verdict !== 'skipped' && !isCaught(row)).length;
  const outcome = first.defect === null || first.verdict === 'skipped' ? worst.verdict : missed > 0 ? 'missed' : 'caught';
  const count = outcome === 'missed' ? missed : outcome === 'caught' ? rows.length : rows.filter((row) => row.verdict === outcome).length;
  if (rows.length === 1) return outcome;
  return `${count} of ${rows.length} ${outcome === 'pass' ? 'passed' : outcome === 'fail' ? 'failed' : outcome}`;
}

function badge(row: CaseRow): string {
  if (row.verdict === 'skipped') return styleText('yellow', 'skip');
  if (row.defect !== null) return isCaught(row) ? styleText('green', 'caught') : styleText('red', `missed (${row.verdict})`);
  if (row.verdict === 'pass' && row.accepted) return styleText('yellow', 'accepted');
  return row.verdict === 'pass'
    ? styleText('green', 'pass')
    : row.verdict === 'fail'
      ? styleText('red', 'FAIL')
      : styleText('yellow', 'unknown');
}
