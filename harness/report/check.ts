// A row of a campaign in the words of the author of the program that was checked. Four outcomes that are never mixed: broken,
// holds, not proved, not applicable. A habit that is not kept is a fifth word and fails nothing.
import type { FindingCode } from '../model/codes/findings.ts';
import type { CheckWording, Rule } from '../model/check.ts';
import type { CaseRow } from '../results/summary.ts';
import { bounded, oneLine } from './plain.ts';

type CheckOutcome = 'broken' | 'holds' | 'not proved' | 'not applicable' | 'habit';

export interface CheckLine {
  /** Its key in the pack. */
  check: string;
  title: string;
  outcome: CheckOutcome;
  /** What the line begins with: ORPHAN, CRASH, HOLDS, NOT PROVED. */
  word: string;
  /** Of what an oracle found: `tornwire explain` says more. */
  code?: FindingCode;
  /** What was seen, in one line. */
  said: string;
  cure?: string;
  rule: Rule;
  durationMs: number;
  /** The command that runs this check alone. */
  closer: string;
  /** Its history and logs. */
  folder: string | null;
}

/**
 * @param told what was said of earlier checks, and what is said of this one is added: what a program does at any time, such as a
 *   banner on stdout, is told once, and the other checks hold beside it.
 */
export function checkLineOf(whole: CaseRow, wording: CheckWording, told: Set<string> = new Set()): CheckLine {
  const row = withoutTold(whole, wording, told);
  const { outcome, word, said } = judged(row, wording);
  const { rule, cure } = restsOn(row, wording);
  // What the program is called: a pack says it in its titles.
  const who = /^your \w+/.exec(row.title)?.[0] ?? 'your server';
  const code = row.verdict === 'fail' ? chosenOf(row, wording)?.code : undefined;
  return {
    check: row.scenario.slice(row.scenario.indexOf('/') + 1),
    title: row.title,
    outcome,
    word,
    ...(code !== undefined && { code }),
    said: said.replaceAll('your server', who),
    ...(cure !== undefined && (outcome === 'broken' || outcome === 'habit') && { cure }),
    rule,
    durationMs: row.durationMs,
    closer: row.replay,
    folder: row.folder,
  };
}

/** A crash is never passed over: it is the end of what this check wanted to see. */
function withoutTold(row: CaseRow, wording: CheckWording, told: Set<string>): CaseRow {
  if (row.verdict !== 'fail') return row;
  const fresh = row.findings.filter((finding) => {
    const kind = kindOf(finding);
    if (kind === undefined || kind === 'crash' || (kind === 'process' && wording.hangIs !== undefined)) return true;
    // Numbers in it differ from run to run.
    const words = saidOf(finding, { ...wording, after: '' }).replaceAll(/\d+/g, '0');
    return told.size === told.add(words).size - 1;
  });
  if (fresh.length === row.findings.length) return row;
  return fresh.length === 0 ? { ...row, verdict: 'pass', findings: [] } : { ...row, findings: fresh };
}

/** What the terminal shows of it. */
export function checkText(line: CheckLine): string {
  const { outcome, word, said, cure, rule, closer, folder } = line;
  const head = oneLine(`${word}  ${said}${cure === undefined ? '' : ` ${cure}`}`, 600);
  if (outcome === 'holds' || outcome === 'not applicable') return head;
  const more = [`    ${rule.source}: ${rule.says}`, `    closer: ${closer}${folder === null ? '' : `; seen: ${folder}/history.ndjson`}`];
  return [head, ...(outcome === 'not proved' ? more.slice(1) : more)].map((each) => bounded(each, 1, 800)).join('\n');
}

export function checkTotal(lines: readonly CheckLine[]): string {
  const count = (outcome: CheckOutcome): number => lines.filter((line) => line.outcome === outcome).length;
  const applicable = lines.length - count('not applicable');
  const habits = count('habit') === 0 ? '' : `, ${count('habit')} habits not kept`;
  const without = count('not applicable') === 0 ? '' : `, ${count('not applicable')} not applicable`;
  return `${count('holds')} of ${applicable} hold, ${count('broken')} broken, ${count('not proved')} not proved${habits}${without}`;
}

function judged(row: CaseRow, wording: CheckWording): Pick<CheckLine, 'outcome' | 'word' | 'said'> {
  switch (row.verdict) {
    case 'pass':
      return { outcome: 'holds', word: 'HOLDS', said: row.title };
    case 'skipped':
      return { outcome: 'not applicable', word: 'NOT APPLICABLE', said: `${row.title}: ${withoutKind(row.reason)}` };
    case 'unknown':
      return { outcome: 'not proved', word: 'NOT PROVED', said: `${row.title}: ${whyNot(row)}` };
    case 'fail': {
      const unproved = row.findings.map(({ message }) => /^NOT PROVED: ([^\n]*)/.exec(message)?.[1]).find((why) => why !== undefined);
      if (unproved !== undefined) return { outcome: 'not proved', word: 'NOT PROVED', said: `${row.title}: ${unproved}` };
      const mild = mildOf(row, wording);
      const isHabit = mild !== undefined || (wording.rule.force === 'habit' && row.findings.every(({ oracle }) => oracle === 'script'));
      const { word, said } = found(mild === undefined ? row : { ...row, findings: [mild] }, wording);
      return isHabit ? { outcome: 'habit', word: 'HABIT', said: `${word}  ${said}` } : { outcome: 'broken', word, said };
    }
    default:
      return row.verdict satisfies never;
  }
}

/** It says more than the end of the program that came of it. */
function mildOf({ findings }: CaseRow, { habits = {} }: CheckWording): Found | undefined {
  return findings.find(({ oracle, message }) => oracle === 'script' && Object.hasOwn(habits, OWN_WORD.exec(message)?.[1] ?? ''));
}

/** What this check looks for has its own rule; what an oracle found beside it has another. */
function restsOn(row: CaseRow, wording: CheckWording): Pick<CheckWording, 'rule' | 'cure'> {
  const mild = row.verdict === 'fail' ? mildOf(row, wording) : undefined;
  const rule = mild && wording.habits?.[OWN_WORD.exec(mild.message)?.[1] ?? ''];
  if (rule) return { ...wording, rule };
  const kind = row.verdict === 'fail' ? kindOf(chosenOf(row, wording)) : undefined;
  // Where its end is what is checked, who is left is the program itself.
  if (kind === 'process' && wording.hangIs !== undefined) return wording;
  return (kind && wording.beside?.[kind]) ?? wording;
}

function kindOf(finding: Found | undefined): keyof NonNullable<CheckWording['beside']> | undefined {
  if (finding?.oracle === 'crash' || finding?.oracle === 'protocol') return finding.oracle;
  if (finding?.oracle !== 'leak') return undefined;
  return finding.message.startsWith('a process') ? 'process' : finding.message.startsWith('a file') ? 'file' : undefined;
}

function whyNot(row: CaseRow): string {
  if (row.reasonKind === 'starved') return `the machine was busy (${withoutKind(row.reason)})`;
  return row.reason ?? 'no verdict';
}

function withoutKind(reason: string | null): string {
  return (reason ?? '').replace(/^(by design|starved): /, '');
}

function found(row: CaseRow, wording: CheckWording): { word: string; said: string } {
  const chosen = chosenOf(row, wording);
  return chosen ? { word: wordOf(chosen, wording), said: ended(withoutRun(saidOf(chosen, wording))) } : { word: 'BROKEN', said: row.title };
}

/** A crash is the cause of the rest. The script's own word outranks an oracle's: it knows what it did. */
function chosenOf({ findings }: CaseRow, { rule }: CheckWording): Found | undefined {
  const crash = findings.find(({ oracle }) => oracle === 'crash');
  const own = findings.find(({ oracle, message }) => oracle === 'script' && OWN_WORD.test(message));
  // Beside a habit that is not kept, what breaks a rule is what counts.
  const breach = rule.force === 'habit' ? findings.find(({ oracle }) => oracle !== 'script') : undefined;
  return crash ?? breach ?? own ?? findings[0];
}

/** `ORPHAN: your server …` */
const OWN_WORD = /^([A-Z][A-Z ]+): ([^]*)$/;

type Found = CaseRow['findings'][number];

function wordOf({ oracle, message }: Found, wording: CheckWording): string {
  switch (oracle) {
    case 'crash':
      return 'CRASH';
    case 'hang':
      return wording.hangIs ?? 'HANG';
    case 'leak':
      return wording.leakIs ?? (message.startsWith('a process') ? 'ORPHAN' : message.startsWith('a file') ? 'LITTER' : 'LEAK');
    case 'protocol':
      return 'PROTOCOL';
    case 'script':
      return OWN_WORD.exec(message)?.[1] ?? 'WRONG';
    default:
      return oracle.toUpperCase();
  }
}

function saidOf({ oracle, message }: Found, { after }: CheckWording): string {
  const [sentence = ''] = message.split('\n');
  switch (oracle) {
    case 'crash': {
      const place = placeIn(message);
      return `${sentence.replace(/^'server' ended (with code|by) /, (_, how: string) => (how === 'by' ? '' : 'exit code ')).replace(/ without being asked/, '')}${place} after ${after}`;
    }
    case 'leak':
      return `${leftIn(sentence)} after ${after}`;
    case 'protocol':
      return `${sentence.replace(/^'driver->server' carries a line downstream that/, 'your server printed a line on stdout that').replace(/ \(connection [^)]*\)$/, '')}, after ${after}`;
    case 'hang':
      return lateIn(sentence, after);
    case 'script':
      return OWN_WORD.exec(sentence)?.[2] ?? sentence;
    default:
      return sentence;
  }
}

const STARTS = 'your server answers initialize';

/** What it waited for and how long is the author's; the evidence behind it is in the history. */
function lateIn(sentence: string, after: string): string {
  const [, what, within] = /^'(.*)' did not happen within ([\d.]+ \w+)/.exec(sentence) ?? [];
  if (what === undefined) return sentence;
  // The rest of the check had not begun then.
  if (what === STARTS) return `not within ${within} of its start: ${what}`;
  const alive = /last seen: it lives on: ([^;]*)/.exec(sentence)?.[1];
  if (alive !== undefined) return `your server lived ${within} after ${after}: ${alive}`;
  return `not within ${within} after ${after}: ${what}`;
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

function withoutRun(text: string): string {
  return text.replaceAll(/\/[^\s']*\/(?:home|state)\/server\b/g, '$HOME').replaceAll(/\/[^\s']*\/tmp\/server\b/g, '$TMPDIR');
}

/** The first place of a stack that is in no runtime's own code. */
function placeIn(message: string): string {
  const place = /at (?:[^\n]*\()?(?:file:\/\/)?\/(?!.*node_modules\/.*node:)[^\n:()]*?([^/\n:()]+:\d+):\d+/.exec(message)?.[1];
  return place === undefined ? '' : ` at ${place}`;
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
