// The story of a case for a terminal of 100 columns, in 60 lines at most.
import { styleText } from 'node:util';
import type { CaseRow } from '../../results/summary.ts';
import { oneLine, plain } from '../plain.ts';
import type { Story } from '../story/story.ts';
import { sequence } from './sequence.ts';
import { wrapped } from './wrapped.ts';

const WIDTH = 100;
const LABEL_WIDTH = 13;

/** How many lines each part may have. */
const LINES = { title: 2, sentence: 3, doubt: 2, details: 5, value: 3, moment: 2, fault: 3, rests: 4, gap: 2 } as const;

export function storyText(row: CaseRow, story: Story, history?: string): string {
  const { sentence, doubt, details, compared, place, firstWrong, fault, around, lanes, restsOn, gaps, replay } = story;
  const wrongAt = firstWrong && `${seconds(firstWrong.atMs)}, event ${firstWrong.seq}, ${firstWrong.lane}: ${firstWrong.text}`;
  const faultAt =
    fault &&
    `${seconds(fault.atMs)}, event ${fault.seq}: '${fault.step}' on ${fault.target}, ${fault.where}${fault.hitOn === undefined ? '' : `; it hit ${fault.hitOn}`}`;
  const more = row.findings.length - 1;
  return [
    ...headline(row, story),
    ...wrapped(oneLine(sentence, 2_000), WIDTH, LINES.sentence),
    ...(doubt === undefined ? [] : wrapped(`not proved: ${oneLine(doubt, 2_000)}`, WIDTH, LINES.doubt)),
    ...indented(details),
    ...(more > 0 ? [`and ${more} more finding(s)`] : []),
    '',
    ...labelled('expected', compared.expected, LINES.value),
    ...labelled('actual', compared.actual, LINES.value),
    ...(place === undefined ? [] : labelled('scenario', place, 1)),
    ...(wrongAt === undefined ? [] : labelled('first wrong', wrongAt, LINES.moment)),
    ...(faultAt === undefined ? [] : labelled('fault', faultAt, LINES.fault)),
    '',
    ...sequence(around, lanes.links, WIDTH),
    ...(around.length > 0 ? [''] : []),
    ...restsOn.slice(0, LINES.rests).flatMap((what, index) => labelled(index === 0 ? 'rests on' : '', what, 2)),
    ...(restsOn.length > LINES.rests ? labelled('', `… and ${restsOn.length - LINES.rests} more`, 1) : []),
    ...gaps.slice(0, LINES.gap).flatMap((gap) => labelled('not known', gap, 1)),
    // It is copied, so it is never broken.
    `replay       ${plain(replay)}`,
    ...(history === undefined ? [] : [`history      ${plain(history)}`]),
  ].join('\n');
}

function headline(row: CaseRow, { outcome, by }: Story): string[] {
  const word = outcome === 'fail' ? 'FAIL' : outcome;
  const defect = row.defect === null ? '' : ` with ${row.defect}`;
  const verdict = `${word}${outcome === 'pass' ? '' : ` by ${oneLine(by)}`}`;
  const lines = wrapped(oneLine(`${verdict}  ${row.scenario}${defect}: ${row.title}`, 2_000), WIDTH, LINES.title);
  const colour = outcome === 'fail' ? 'red' : outcome === 'pass' ? 'green' : 'yellow';
  return lines.map((line, index) => (index === 0 ? line.replace(word, styleText(colour, word)) : line));
}

function indented(details: readonly string[]): string[] {
  const lines = details.map((line) => oneLine(line, WIDTH - 30)).filter((line) => line.trim() !== '');
  const left = lines.length - LINES.details;
  return [...lines.slice(0, LINES.details), ...(left > 0 ? [`  … ${left} more line(s)`] : [])];
}

function labelled(label: string, text: string, linesMax: number): string[] {
  const [first = '', ...more] = wrapped(oneLine(text, 2_000), WIDTH - LABEL_WIDTH, linesMax);
  return [`${label.padEnd(LABEL_WIDTH)}${first}`, ...more.map((line) => `${' '.repeat(LABEL_WIDTH)}${line}`)];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s`;
}
