// What a person reads at the end of a gate: the table defect x scenario x oracle, the clauses, and what is not known.
import { docPage } from '../model/values/doc-page.ts';
import { styleText } from 'node:util';
import { percent, rateText } from '../model/values/rate.ts';
import type { Changes, Clause, DefectTally, FalseAlarms, GateOutcome } from '../results/gate-outcome.ts';
import { bounded } from './plain.ts';

export function gateText(gate: GateOutcome): string {
  const unsteady = gate.scenarios.filter((tally) => tally.failed > 0 || tally.unknown > 0);
  return [
    '',
    ...defectTable(gate.defects),
    '',
    ...unsteady.map(
      (tally) =>
        `${tally.scenario} (${tally.runtime}): ${tally.passed} passed, failed ${rateText(tally.failing)}, ${tally.unknown} unknown${tally.replay === null ? '' : `\n    replay: ${tally.replay}`}`,
    ),
    ...(gate.changes ? changeLines(gate.changes) : []),
    ...gate.clauses.map((clause) => `${mark(clause)} ${clause.name}: ${bounded(clause.detail)}`),
    `false alarms of the judges: ${falseAlarmsText(gate.falseAlarms)}`,
    ...gate.residualRisk.map((risk) => `not known: ${risk}`),
    '',
    `gate: ${verdictText(gate)} in ${(gate.durationMs / 1_000).toFixed(1)} s`,
  ].join('\n');
}

export function verdictText(gate: GateOutcome): string {
  switch (gate.outcome) {
    case 'pass':
      return 'pass';
    case 'fail':
      return `fail: ${broken(gate, 'no')}`;
    case 'incomplete':
      return `incomplete, so not green: ${broken(gate, 'unsettled')}`;
    case 'harness-error':
      return 'the harness failed: nothing is settled';
    case 'interrupted':
      return 'interrupted: what had ended is saved';
    default:
      return gate.outcome satisfies never;
  }
}

export function falseAlarmsText(measured: FalseAlarms | 'not measured'): string {
  if (measured === 'not measured') return `not measured (${docPage('reference/gate.md')} says by what)`;
  const { times, of, high, how, measuredAt, commit } = measured;
  return `${times} of ${of} clean cases, at most ${percent(high)} (95 %), ${how}, ${measuredAt.slice(0, 10)}${commit === null ? '' : ` at ${commit.slice(0, 10)}`}`;
}

export function changeLines(changes: Changes): string[] {
  const kinds = [
    ['new', changes.new],
    ['fixed', changes.fixed],
    ['flaky', changes.flaky],
    ['still failing', changes.stillFailing],
    ['added', changes.added],
    ['gone', changes.gone],
  ] as const;
  const lines = kinds.filter(([, names]) => names.length > 0).map(([kind, names]) => `${kind}: ${names.join(', ')}`);
  return [`since ${changes.since}: ${lines.length === 0 ? 'nothing has changed' : ''}`.trimEnd(), ...lines.map((line) => `  ${line}`)];
}

function defectTable(defects: readonly DefectTally[]): string[] {
  if (defects.length === 0) return ['no defect was asked for'];
  const several = new Set(defects.map((tally) => tally.runtime)).size > 1;
  const rows = defects.map((tally) => [
    tally.defect,
    several ? `${tally.scenario} (${tally.runtime})` : tally.scenario,
    tally.oracle,
    tally.runs > 0 ? `${tally.caught}/${tally.runs}` : '-',
    tally.state === 'caught' ? 'caught' : `${tally.state}: ${bounded(tally.detail)}`,
  ]);
  const all = [['defect', 'scenario', 'oracle', 'caught', 'state'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function mark(clause: Clause): string {
  if (clause.holds === 'yes') return styleText('green', 'holds');
  return clause.holds === 'no' ? styleText('red', 'FAILS') : styleText('yellow', 'open ');
}

function broken(gate: GateOutcome, holds: Clause['holds']): string {
  return gate.clauses
    .filter((clause) => clause.holds === holds)
    .map((clause) => clause.name)
    .join('; ');
}
