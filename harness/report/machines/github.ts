// What GitHub Actions shows of a run: annotations at the lines of scenarios, and the summary of the job. Workflow commands and Markdown
// are made of captured text here, so everything in it is escaped.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
import type { Summary } from '../../results/summary.ts';
import { escaped, rows } from '../gate-markdown.ts';
import { bounded, oneLine } from '../plain.ts';
import { countsLine } from '../terminal.ts';
import { isError, sentenceOf, type ToldCase } from './told-case.ts';

/** GitHub shows ten of each kind for a step. */
const ANNOTATIONS_MAX = 10;

export function annotations(told: readonly ToldCase[]): string[] {
  const of = (wanted: boolean): string[] =>
    told
      .filter((each) => isError(each) === wanted)
      .slice(0, ANNOTATIONS_MAX)
      .map(annotation);
  return [...of(true), ...of(false)];
}

function annotation(told: ToldCase): string {
  const { row, story, place } = told;
  const title = `${row.scenario}${row.verdict === 'fail' ? ` fails by ${row.oracle}` : ` is ${row.verdict}`}`;
  const text = [
    sentenceOf(told),
    ...(story ? [`expected: ${story.compared.expected}`, `actual: ${story.compared.actual}`] : []),
    `replay: ${row.replay}`,
  ];
  const where = `file=${property(place.file)},line=${place.line},title=${property(oneLine(title))}`;
  return `::${isError(told) ? 'error' : 'warning'} ${where}::${data(text.map((line) => oneLine(line, 600)).join('\n'))}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** What a program said is no command to the runner, which looks for them at the beginning of a line and, in the older form, anywhere. */
export function withoutCommands(text: string): string {
  return text.replaceAll(/^(\s*):(?=:)/gm, '$1: ').replaceAll('##[', '## [');
}

/** For the summary of a job: sentence, expected, actual and replay of each that somebody must look at. */
export function runMarkdown(summary: Summary, told: readonly ToldCase[]): string {
  const shown = told.slice(0, 2 * ANNOTATIONS_MAX);
  const left = told.length - shown.length;
  return [
    `## Tornwire: ${escaped(countsLine(summary))}`,
    '',
    ...(shown.length === 0 ? [] : rows(['case', 'expected', 'actual', 'replay'], shown.map(cells))),
    ...(left > 0 ? ['', `and ${left} more`] : []),
    '',
    `seed ${summary.seed}, tornwire ${escaped(summary.tornwire)}`,
    '',
  ].join('\n');
}

function cells(told: ToldCase): string[] {
  const { row, story } = told;
  return [
    `${row.verdict}${row.oracle === null ? '' : ` by ${row.oracle}`}: ${row.scenario}: ${sentenceOf(told)}`,
    story?.compared.expected ?? row.title,
    story?.compared.actual ?? row.reason ?? row.verdict,
    row.replay,
  ].map((cell) => bounded(cell, 1, 600));
}
