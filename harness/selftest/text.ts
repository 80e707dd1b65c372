// The self-test as people read it: one line a pair, what was not as it should be, and the counts.
import type { Counts, Ended, PairOutcome } from './outcome.ts';
import type { SeenByHand } from './by-hand.ts';

const REASON_WIDTH = 400;

export function tableText(outcomes: readonly PairOutcome[]): string {
  const cells = outcomes.map((outcome) => [
    outcome.name,
    outcome.language,
    outcome.speech,
    ...(outcome.skipped === null
      ? [handWords(outcome, 'bug'), handWords(outcome, 'clean'), bugWords(outcome), cleanWords(outcome)]
      : [`skipped: ${outcome.skipped}`, '', '', '']),
  ]);
  const head = ['pair', 'language', 'speaks', 'the bug by hand', 'its twin by hand', 'bug', 'clean'];
  return columns([head, ...cells]);
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function handWords({ byHand }: PairOutcome, twin: SeenByHand['twin']): string {
  const seen = byHand.find((each) => each.twin === twin);
  if (seen === undefined) return '';
  return seen.saw === seen.wanted ? seen.saw : `${seen.saw} (not ${seen.wanted})`;
}

function bugWords({ bug, outcome, oracle, known }: PairOutcome): string {
  const expected = `${outcome} by ${oracle}`;
  const note = known === null ? '' : bug.right === bug.of ? ', a known hole that is none any more' : ', a known hole';
  return `${expected} ${bug.right} of ${bug.of}${bug.unknown > 0 ? `, ${bug.unknown} unknown` : ''}${note}`;
}

function cleanWords({ clean }: PairOutcome): string {
  return `pass ${clean.right} of ${clean.of}${clean.unknown > 0 ? `, ${clean.unknown} unknown` : ''}`;
}

/** What did not end as the table says, with the verdict's own words. */
export function surprises(outcomes: readonly PairOutcome[]): string[] {
  return outcomes.flatMap((outcome) => [
    ...(outcome.known === null ? [] : [`${outcome.name}: a known hole: ${outcome.known}`]),
    ...outcome.byHand
      .filter(({ wanted, saw }) => wanted !== saw)
      .map((each) => `${outcome.name}, ${each.twin} by hand: ${each.saw}, not ${each.wanted}`),
    ...reasons(outcome, 'bug', outcome.bug),
    ...reasons(outcome, 'clean', outcome.clean),
  ]);
}

function reasons({ name }: PairOutcome, twin: SeenByHand['twin'], { reasons: all }: Ended): string[] {
  return [...Map.groupBy(all, (reason) => reason)].map(
    ([reason, same]) => `${name}, ${twin}${same.length > 1 ? ` (${same.length} times)` : ''}: ${reason.slice(0, REASON_WIDTH)}`,
  );
}

export function countsLine({ pairs, skipped, knownHoles, byHand, bugs, clean }: Counts, durationMs: number): string {
  const unknown = (count: number): string => (count === 0 ? '' : `, ${count} unknown`);
  return [
    `${pairs} pairs`,
    `bugs caught by their oracle ${share(bugs.caught, bugs.of)}${unknown(bugs.unknown)}`,
    `clean twins passed ${share(clean.passed, clean.of)}${unknown(clean.unknown)}`,
    `by hand as written ${share(byHand.right, byHand.of)}`,
    `${knownHoles} known holes`,
    `${skipped} skipped; ${(durationMs / 1_000).toFixed(1)} s`,
  ].join('; ');
}

function share(part: number, of: number): string {
  return `${part} of ${of} (${of === 0 ? '-' : ((100 * part) / of).toFixed(1)} %)`;
}
