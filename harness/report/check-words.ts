// What a finding is called for the author of the program, and what was seen. These are words only: what a finding is, its oracle and its
// code say.
import type { FindingCode } from '../model/codes/findings.ts';
import type { CheckWording } from '../model/check.ts';
import { placeIn } from '../model/text/one-bug.ts';
import type { CaseRow } from '../results/summary.ts';

export type Found = CaseRow['findings'][number];

type Beside = keyof NonNullable<CheckWording['beside']>;

/** Which of the always-on rules it breaks; undefined for what the check itself looks for. */
export function kindOf(finding: Found | undefined): Beside | undefined {
  if (finding?.oracle === 'crash' || finding?.oracle === 'protocol') return finding.oracle;
  if (finding?.code === 'TW-LEAK-PROCESS') return 'process';
  return finding?.code === 'TW-LEAK-FILE' ? 'file' : undefined;
}

export function wordOf({ oracle, code, word }: Found, wording: CheckWording): string {
  switch (oracle) {
    case 'crash':
      return 'CRASH';
    case 'hang':
      return wording.hangIs ?? 'HANG';
    case 'leak':
      return wording.leakIs ?? LEFT[code ?? 'TW-LEAK-HELD'] ?? 'LEAK';
    case 'protocol':
      return 'PROTOCOL';
    case 'script':
      return word ?? 'WRONG';
    default:
      return oracle.toUpperCase();
  }
}

export function saidOf({ oracle, message, word }: Found, { after }: Pick<CheckWording, 'after'> = { after: '' }): string {
  const [sentence = ''] = message.split('\n');
  switch (oracle) {
    case 'crash': {
      const place = placeIn(message);
      return `${sentence.replace(/^'server' ended (with code|by) /, (_, how: string) => (how === 'by' ? '' : 'exit code ')).replace(/ without being asked/, '')}${place === undefined ? '' : ` at ${place}`} after ${after}`;
    }
    case 'leak':
      return `${leftIn(sentence)} after ${after}`;
    case 'protocol':
      return `${sentence.replace(/^'driver->server' carries a line downstream that/, 'your server printed a line on stdout that').replace(/ \(connection [^)]*\)$/, '')}, after ${after}`;
    case 'hang':
      return lateIn(sentence, after);
    case 'script':
      return sentence.replace(`${word}: `, '');
    default:
      return sentence;
  }
}

const LEFT: Readonly<Partial<Record<FindingCode, string>>> = { 'TW-LEAK-PROCESS': 'ORPHAN', 'TW-LEAK-FILE': 'LITTER' };

const STARTS = 'your server answers initialize';

/** What it waited for and how long is the author's; the evidence behind it is in the history. */
function lateIn(sentence: string, after: string): string {
  const [, what, within] = /^'(.*)' did not happen within ([\d.]+ \w+)/.exec(sentence) ?? [];
  if (what === undefined) return sentence;
  // The rest of the check had not begun then.
  if (what === STARTS) return `not within ${within} of its start: ${what}`;
  const alive = /last seen: it lives on: ([^;]*)/.exec(sentence)?.[1];
  if (alive !== undefined) return `your server lived ${within} after ${after}: ${untilItsBracket(alive)}`;
  return `not within ${within} after ${after}: ${what}`;
}

/** What stands in brackets ends with the bracket that it did not open. */
function untilItsBracket(text: string): string {
  let open = 0;
  for (const { 0: bracket, index } of text.matchAll(/[()]/g)) {
    open += bracket === '(' ? 1 : -1;
    if (open < 0) return text.slice(0, index);
  }
  return text;
}

/** Numbers of processes and paths of the run say nothing to the author. */
function leftIn(sentence: string): string {
  const of = sentence
    .replace(/^'server' (keeps|came to occupy)/, 'your server $1')
    .replace(" of 'server'", ' of your server')
    .replace(' after everything was stopped', '');
  const processes = of.replaceAll(/\b\d+ ([^,()]+), started [\d.]+ s before(?:, now a child of \d+ \([^)]*\))?/g, '$1');
  return withoutRun(processes);
}

export function withoutRun(text: string): string {
  return text.replaceAll(/\/[^\s']*\/(?:home|state)\/server\b/g, '$HOME').replaceAll(/\/[^\s']*\/tmp\/server\b/g, '$TMPDIR');
}

export function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
