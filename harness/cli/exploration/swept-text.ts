// What a sweep says of what it has found and covered. A line says one thing; what programs said at length stands in findings.md.
import { relative } from 'node:path';
import type { FeedbackTold } from '../../explore/feedback/feedback-told.ts';
import { OUTCOMES } from '../../explore/plan/coverage.ts';
import type { FaultPoint } from '../../explore/plan/fault-point.ts';
import type { CaseResult } from '../../model/case-result.ts';
import { withoutDetail } from '../../model/judging/fingerprint.ts';
import { shellWord } from '../../model/values/shell-word.ts';
import { coverageLines, OUTCOME_WORDS } from '../../report/coverage.ts';
import { bounded, oneLine, plain } from '../../report/plain.ts';
import type { SweepLedger, SweptCase, SweptFinding } from '../../results/sweep-ledger.ts';
import { inTime } from './progress.ts';
import type { FailsAlone } from './record.ts';
import type { SweepOutcome } from './sweep-outcome.ts';

const SENTENCE_WIDTH = 200;
const PLACE_WIDTH = 240;
const LINES_MAX = 60;

type Failure = Pick<SweptCase, 'fingerprint' | 'oracle' | 'message'>;

/** `f00d hang: 'x' did not happen within 1 s`: what its oracle says in the first line, without the details in brackets at its end. */
function headOf({ fingerprint, oracle, message }: Failure): string {
  return `${fingerprint} ${oracle}: ${oneLine(withoutDetail((message ?? '').split('\n')[0] as string), SENTENCE_WIDTH)}`;
}

/** What, under which fault and where, and the file that replays it. */
export function foundLine(failure: Failure & { repro: string | undefined }, { key, fault }: Pick<FaultPoint, 'key' | 'fault'>): string {
  const where = key.replace(new RegExp(`[:,] ${fault.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}`), '');
  const repro = failure.repro === undefined ? '' : `; repro: ${failure.repro}`;
  return `found ${headOf(failure)}; under ${oneLine(fault, PLACE_WIDTH)}, at ${oneLine(where, PLACE_WIDTH)}${repro}`;
}

/** Why fault points that shared a start of the nodes are played again. */
export function togetherLine(points: number, { verdict }: Pick<CaseResult, 'verdict'>): string {
  const why =
    verdict.outcome === 'pass'
      ? 'nothing is warm any more'
      : `${verdict.oracle}: ${verdict.outcome === 'fail' ? verdict.findings[0].message : verdict.detail}`;
  return oneLine(`${points} fault points that shared a start are played again, each with its own (${oneLine(why, SENTENCE_WIDTH)})`);
}

/** `34 cases, 3 failed: 2 findings`. A finding is one bug, in however many cases it shows. */
export function countsOf({ cases, findings, untriaged }: Pick<SweepLedger, 'cases' | 'findings' | 'untriaged'>): string {
  const failed = [...cases.values()].filter(({ outcome }) => outcome === 'found').length;
  return `${counted(cases.size, 'case')}, ${failedText(failed, findings.size + untriaged().length)}`;
}

/** @param findings of which these failures are */
function failedText(failed: number, findings: number): string {
  return failed === 0 ? 'none failed' : `${failed} failed: ${counted(findings, 'finding')}`;
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

export function linesOf(outcome: SweepOutcome | FailsAlone): string[] {
  if ('failsAlone' in outcome) {
    const what = outcome.unclear ? 'has no verdict without faults' : 'fails without faults';
    const why = outcome.tooLate ? 'nothing is swept' : `the workload ${what}, so nothing is swept`;
    return [
      oneLine(`${why}: ${outcome.failsAlone}`),
      ...(outcome.repro === undefined ? [] : [`  replay: npx tornwire repro ${shellWord(outcome.repro)}`]),
    ];
  }
  const { coverage, findings, untriaged, lacking, feedback, random, cases, failed, spentMs, ledger, report } = outcome;
  return [
    ...findings.flatMap((finding) => [
      headOf(finding),
      oneLine(`  ${finding.story}`),
      `  reproduced ${finding.reproduced.times} of ${finding.reproduced.of}; replay: npx tornwire repro ${shellWord(finding.repro)}`,
      ...(finding.cut
        ? [`  the time was used up before it was as small as it can be: npx tornwire shrink ${shellWord(finding.repro)}`]
        : []),
    ]),
    ...untriagedLines(untriaged),
    ...coverageLines(coverage),
    ...lacking.map(({ faults, points, why }) =>
      oneLine(`${counted(points, 'fault point')} cannot be played here (${faults.join(', ')}): ${why}`),
    ),
    ...feedbackLines(feedback),
    ...warmLines(outcome.warm),
    `${counted(cases, 'case')} in ${inTime(spentMs)}, ${random} of them with other work; ${failedText(failed, findings.length + untriaged.length)}`,
    ...anotherHour(coverage.points - coverage.done - lacking.reduce((sum, { points }) => sum + points, 0), cases, spentMs),
    ...(report === undefined ? [] : [`findings with all that was said: ${relative(process.cwd(), report)}`]),
    `ledger: ${relative(process.cwd(), ledger)}`,
  ];
}

function untriagedLines(untriaged: SweepOutcome['untriaged']): string[] {
  if (untriaged.length === 0) return [];
  const were = untriaged.length === 1 ? 'was' : 'were';
  return [
    `${counted(untriaged.length, 'finding')} ${were} not made small; the command of the first line goes on with that, and so does shrink:`,
    ...untriaged.flatMap((failure) => [
      headOf(failure),
      ...(failure.repro === undefined
        ? []
        : [`  npx tornwire shrink ${shellWord(failure.repro)}`, `  replay: npx tornwire repro ${shellWord(failure.repro)}`]),
    ]),
  ];
}

function warmLines(warm: SweepOutcome['warm']): string[] {
  if (warm === undefined) return [];
  const { points, freshToo, contradicted } = warm;
  const head = `${counted(points, 'case')} ${points === 1 ? 'was' : 'were'} clean in running nodes, and ${freshToo} of them ${freshToo === 1 ? 'was' : 'were'} played in fresh ones too`;
  if (contradicted.length === 0) return [`${head}: ${freshToo === 0 ? 'nothing is known of the reset' : 'clean as well'}`];
  return [
    `${head}: ${contradicted.length} failed there, so what was clean in running nodes alone proves little until the reset is mended`,
    ...contradicted.map((key) => oneLine(`  contradicted: ${key}`, PLACE_WIDTH)),
  ];
}

function feedbackLines({ kept, newBy, varied, outcomes }: FeedbackTold): string[] {
  if (kept === 0) return ['no case has shown anything that the recordings had not'];
  const { frame, log, end, held } = newBy;
  const what = [
    [frame, 'a kind of message'],
    [log, 'a line in a log'],
    [end, 'an end of a connection'],
    [held, 'something that a node still holds when it is quiet again'],
  ] as const;
  const shown = what.flatMap(([count, name]) => (count === 0 ? [] : `${count} ${name}`)).join(', ');
  const came = OUTCOMES.flatMap((outcome) => (outcome === 'not run' ? [] : `${outcomes[outcome]} ${OUTCOME_WORDS[outcome]}`)).join(', ');
  const played = `${counted(varied, 'variation')} of such cases ${varied === 1 ? 'was' : 'were'} played: ${came}`;
  return [`${counted(kept, 'case')} showed what no recording had shown: ${shown}`, ...(varied === 0 ? [] : [played])];
}

/** What as much time again would bring, at the pace of this sweep. */
function anotherHour(left: number, cases: number, spentMs: number): string[] {
  if (cases === 0) return [];
  const perHour = Math.round((3_600_000 * cases) / Math.max(1, spentMs));
  // Each third case has other work.
  const planned = Math.min(left, Math.round((2 * perHour) / 3));
  return [
    `in another hour it would play about ${counted(perHour, 'case')}: ${left === 0 ? 'all points are done, so all of them' : `${planned} of the ${left} fault points that are not done, and ${perHour - planned}`} with other work`,
  ];
}

/** Each finding with all that its oracle quotes. */
export function findingsMarkdown(workload: string, findings: readonly SweptFinding[], untriaged: readonly SweptCase[]): string {
  const made = findings.map((finding) => [
    `## ${mdLine(headOf(finding))}`,
    mdLine(finding.story),
    `Reproduced ${finding.reproduced.times} of ${finding.reproduced.of}: \`npx tornwire repro ${shellWord(finding.repro)}\``,
    quoted(finding.message),
  ]);
  const left = untriaged.map((failure) => [
    `## ${mdLine(headOf(failure))}`,
    `At ${mdLine(failure.key)}. It was not made small yet.`,
    ...(failure.repro === undefined ? [] : [`\`npx tornwire shrink ${shellWord(failure.repro)}\``]),
    quoted(failure.message ?? ''),
  ]);
  return `${[`# What the sweep of ${workload} has found`, ...[...made, ...left].flat()].join('\n\n')}\n`;
}

/** What programs say cannot end the block. */
function quoted(text: string): string {
  return `\`\`\`text\n${bounded(text, LINES_MAX, 1_000).replaceAll('```', "'''")}\n\`\`\``;
}

function mdLine(text: string): string {
  return oneLine(plain(text), 600).replaceAll(/[\\`<*_[\]]/g, String.raw`\$&`);
}
