// One bug, one fingerprint. It is made of the oracle, the node's role and the sentence of the finding. Everything that
// changes from run to run is taken out of the sentence, and so is detail: text in round brackets at its end. Of the lines
// below the sentence only the function names of the top stack frames count. What an error quotes of its input tells nothing of the bug.
import { hash32 } from '../values/seed.ts';
import { looksRandom } from '../secrets/shapes.ts';
import { placeIn } from '../text/one-bug.ts';
import type { Finding } from './verdict.ts';

const FRAMES_MAX = 3;
const SENTENCE_MAX = 500;

/** Twelve hexadecimal digits. */
export function fingerprint(finding: Finding, role: string): string {
  const said = finding.bug ?? finding.message;
  const own = (finding.cause === undefined ? said : withoutInput(said)).replaceAll(/[\w~-]{20,}/g, (word) =>
    looksRandom(word) ? '<id>' : word,
  );
  const text = [finding.oracle, role, idsAsNumbers(normalised(own))].join('\n');
  return (hex('fingerprint', text) + hex('more', text)).slice(0, 12);
}

/** What of a message is the same each time: for example `'bridge' ended with code # without being asked: Error: EPIPE`. */
export function normalised(message: string): string {
  const [sentence = '', ...below] = message.split('\n');
  const frames = below
    .flatMap((line) => /^[\s|]*at (?:async )?(.+?)(?: \(|$)/.exec(line)?.[1] ?? [])
    .slice(0, FRAMES_MAX)
    .map(withoutChance);
  return [withoutChance(withoutDetail(sentence.slice(0, SENTENCE_MAX))), ...frames].join('\n');
}

/** Cuts at the bracket that the last character closes, or at one that stays open because detail fills more lines. */
export function withoutDetail(sentence: string): string {
  const open: number[] = [];
  let closedLast = -1;
  for (let at = 0; at < sentence.length; at++) {
    if (sentence[at] === '(') open.push(at);
    else if (sentence[at] === ')') closedLast = open.pop() ?? -1;
  }
  const bracket = open[0] ?? (sentence.endsWith(')') ? closedLast : -1);
  return bracket > 0 && sentence[bracket - 1] === ' ' ? sentence.slice(0, bracket - 1) : sentence;
}

/** Each error of these says where its input is wrong, in other words for each input. */
const OF_A_PARSER = /(?<![\w.$])[\w.$]*(?:Syntax|Pars\w*|Decod\w*|JSON\w*)(?:Error|Exception)\b/;
/** An error names what it is about (`Cannot find module 'x'`), and quotes what came in: with blanks and signs, or one character of it. */
const QUOTED = /(?<=^|[\s([{,:=.])(["'`])(?!\w[\w.$@/-]{1,60}\1).*\1(?=$|[\s.,:;)\]}])/g;

/** Of the text of a program that has died of an error: the sentence without what it quotes of its input, and the lines below. */
function withoutInput(said: string): string {
  const [sentence = '', ...below] = said.split('\n');
  // Whose error it is stands first, in quotes.
  const [, who = '', error = ''] = /^('[^']*'[^:]*:)?(.*)$/s.exec(sentence) ?? [];
  const parser = OF_A_PARSER.exec(error)?.[0];
  const file = placeIn(said)?.replace(/:\d+$/, '');
  const kind = parser !== undefined && file !== undefined ? ` ${parser} in ${file}` : error.replaceAll(QUOTED, '…');
  return [`${who}${kind}`, ...below].join('\n');
}

/** `12345678` is a hexadecimal id or a count, and short ids have digits or none: `a1b2`, `ab12`, `1234`. */
function idsAsNumbers(text: string): string {
  return text
    .replaceAll('<id>', '#')
    .replaceAll(/(?<![\w#])(?=[a-f]*#)[a-f#]{4,}(?![\w#])/g, '#')
    .replaceAll(/(?<![\w#])(?:[A-Za-z]{0,2}#)+[A-Za-z]{0,2}(?![\w#])/g, '#');
}

/** In this order: what is longer and more special goes first. */
const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  // oxlint-disable-next-line no-control-regex -- colours of a terminal begin with the escape character
  [/\u001b\[[0-9;]*m/g, ''],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b(?:wss?|https?):\/\/[^\s'"<>]+/g, '<address>'],
  [/\bunix:\S+/g, '<address>'],
  [/\[[0-9a-f:]*:[0-9a-f:]*\](?::\d+)?/gi, '<address>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<address>'],
  [/\blocalhost:\d+\b/g, '<address>'],
  [/(?:\bfile:\/\/|(?<=^|[\s'"`(=]))(?:\.{1,2})?\/[\w.@+~-]+(?:\/[\w.@+~-]*)*(?::\d+){0,2}/g, '<path>'],
  [/\b\d+(?:\.\d+)? ?(?:ms|s|min|us|µs|h)\b/g, '<time>'],
  [/\b0x[0-9a-f]+\b/gi, '<id>'],
  // Hexadecimal with a digit in it, or letters and digits that alternate: made by a machine.
  [/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, '<id>'],
  [/\b(?=\w*(?:\d[A-Za-z]+\d|[A-Za-z]\d+[A-Za-z]))\w{6,}\b/g, '<id>'],
  [/\d+(?:\.\d+)?/g, '#'],
  [/\s+/g, ' '],
];

/** A line as it is in every run: ids, addresses, paths, times and numbers are replaced by their kind. */
export function withoutChance(text: string): string {
  return REPLACEMENTS.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text).trim();
}

function hex(...parts: readonly string[]): string {
  return hash32(...parts)
    .toString(16)
    .padStart(8, '0');
}
