// What a person reads: a line a case while it runs, a table at the end, the replay line under each failure.
// Captured text is hostile: control characters never reach the terminal.
import { stripVTControlCharacters, styleText } from 'node:util';
import { isCaught, type CaseRow, type Summary } from '../results/summary.ts';

export function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD');
}

export function progressLine(row: CaseRow, done: number, total: number): string {
  const defect = row.defect === null ? '' : ` with ${row.defect}`;
  const counter = `${String(done).padStart(String(total).length)}/${total}`;
  return `${counter} ${badge(row)} ${row.scenario}${defect} (${row.durationMs} ms)${row.defect !== null && isCaught(row) ? ` by ${row.expectedOracle}` : ''}${clockWords(row)}`;
}

function clockWords({ clock }: CaseRow): string {
  if (!clock) return '';
  if (clock.foundAfterMs === undefined) return ` at x${clock.speed}`;
  return `, found at x${clock.speed} in ${clock.foundAfterMs} ms, ${clock.confirmed ? 'confirmed at x1' : 'not confirmed at x1'}`;
}

export function failureLines(row: CaseRow): string[] {
  if (!needsAttention(row)) return [];
  const what =
    row.findings.length > 0 ? row.findings.slice(0, 4).map((f) => `${f.oracle}: ${plain(f.message)}`) : [plain(row.reason ?? row.verdict)];
  return [
    ...what.map((line) => `      ${line.replaceAll('\n', '\n      ')}`),
    `      replay: ${row.replay}`,
    ...(row.folder === null ? [] : [`      history: ${row.folder}/history.ndjson`]),
  ];
}

export function needsAttention(row: CaseRow): boolean {
  return row.defect === null ? row.verdict === 'fail' || row.verdict === 'unknown' : row.verdict !== 'skipped' && !isCaught(row);
}

export function table(summary: Summary): string {
  const groups = Map.groupBy(summary.cases, (row) => `${row.scenario}\u0000${row.defect ?? ''}`);
  const lines = [...groups.values()].map(groupLine);
  const width = Math.max(8, ...lines.map((line) => line.name.length));
  const out = lines.map((line) => `${line.name.padEnd(width)}  ${line.verdict.padEnd(12)} ${line.time.padStart(8)}  ${line.note}`);
  return ['', `${'scenario'.padEnd(width)}  ${'verdict'.padEnd(12)} ${'median'.padStart(8)}`, ...out, '', countsLine(summary)].join('\n');
}

export function countsLine(summary: Summary): string {
  const { passed, failed, unknown, skipped, caught, missed } = summary.counts;
  const defects = caught + missed > 0 ? `; defects: ${caught} caught, ${missed} missed` : '';
  const interrupted = summary.interrupted ? ' (interrupted)' : '';
  return `${passed} passed, ${failed} failed, ${unknown} unknown, ${skipped} skipped${defects} in ${(summary.durationMs / 1_000).toFixed(1)} s${interrupted}`;
}

function groupLine(rows: readonly CaseRow[]): { name: string; verdict: string; time: string; note: string } {
  const [first] = rows as [CaseRow, ...CaseRow[]];
  const worst = rows.find((row) => row.verdict === 'fail') ?? rows.find((row) => row.verdict === 'unknown') ?? first;
  const good = rows.filter((row) => (row.defect === null ? row.verdict === 'pass' : isCaught(row))).length;
  const word = first.verdict === 'skipped' ? 'skipped' : first.defect === null ? worst.verdict : good === rows.length ? 'caught' : 'missed';
  const sorted = rows.map((row) => row.durationMs).sort((a, b) => a - b);
  return {
    name: `${first.scenario}${first.defect === null ? '' : ` + ${first.defect}`}`,
    verdict: rows.length > 1 ? `${word} ${good}/${rows.length}` : word,
    time: `${sorted[Math.floor(sorted.length / 2)]} ms`,
    note: first.verdict === 'skipped' ? plain(first.reason ?? '') : worst.oracle === null ? '' : `by ${worst.oracle}`,
  };
}

function badge(row: CaseRow): string {
  if (row.verdict === 'skipped') return styleText('yellow', 'skip');
  if (row.defect !== null) return isCaught(row) ? styleText('green', 'caught') : styleText('red', `missed (${row.verdict})`);
  return row.verdict === 'pass'
    ? styleText('green', 'pass')
    : row.verdict === 'fail'
      ? styleText('red', 'FAIL')
      : styleText('yellow', 'unknown');
}
