// The gate for a pull request. Whatever comes from outside becomes plain text in it: no markup, no links, no mentions.
import { rateText } from '../model/values/rate.ts';
import type { GateOutcome } from '../results/gate-outcome.ts';
import { changeLines, falseAlarmsText, verdictText } from './gate-terminal.ts';
import { plain } from './plain.ts';

export function gateMarkdown(gate: GateOutcome): string {
  const unsteady = gate.scenarios.filter((tally) => tally.failed > 0 || tally.unknown > 0);
  const seconds = (gate.durationMs / 1_000).toFixed(1);
  return [
    `## Tornwire gate: ${escaped(verdictText(gate))}`,
    '',
    `${SIGNS[gate.outcome]} seed ${gate.seed}, ${seconds} s, tornwire ${escaped(gate.tornwire)}${gate.commit === null ? '' : `, commit ${gate.commit.slice(0, 10)}`}`,
    '',
    ...rows(
      ['clause', 'holds', 'detail'],
      gate.clauses.map((clause) => [clause.name, clause.holds, clause.detail]),
    ),
    '',
    ...(unsteady.length === 0 ? [] : ['### Scenarios that did not pass every time', '']),
    ...(unsteady.length === 0
      ? []
      : rows(
          ['scenario', 'runtime', 'passed', 'failed', 'unknown', 'replay'],
          unsteady.map((tally) => [
            tally.scenario,
            tally.runtime,
            String(tally.passed),
            rateText(tally.failing),
            String(tally.unknown),
            tally.replay ?? '',
          ]),
        )),
    ...(gate.changes
      ? ['### Against the earlier run', '', ...changeLines(gate.changes).map((line) => `- ${escaped(line.trim())}`), '']
      : []),
    '### Reported bugs, brought back',
    '',
    ...rows(
      ['defect', 'scenario', 'runtime', 'oracle', 'caught', 'state'],
      gate.defects.map((tally) => [
        tally.defect,
        tally.title,
        tally.runtime,
        tally.oracle,
        tally.runs > 0 ? `${tally.caught}/${tally.runs}` : '-',
        tally.state === 'caught' ? 'caught' : `${tally.state}: ${tally.detail}`,
      ]),
    ),
    '',
    '### What this does not say',
    '',
    `- false alarms of the judges: ${escaped(falseAlarmsText(gate.falseAlarms))}`,
    ...gate.residualRisk.map((risk) => `- ${escaped(risk)}`),
    ...gate.skips.map((skip) => `- skipped on ${skip.runtime}: ${escaped(skip.scenario)}: ${escaped(skip.reason)}`),
    '',
  ].join('\n');
}

const SIGNS: Record<GateOutcome['outcome'], string> = {
  pass: '✅',
  fail: '❌',
  incomplete: '⚠️',
  'harness-error': '🛠️',
  interrupted: '⏹️',
};

export function rows(head: readonly string[], body: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...body.map(line)];
}

/** Every character that Markdown, HTML or a forge could take for more than text, as an entity. */
export function escaped(text: string): string {
  return plain(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[&<>|`*_[\]\\@#~!]/g, (character) => `&#${character.codePointAt(0)};`);
}
