// A campaign as a person sees it: what was swept before, each case as it ends, the table, and where the results lie.
import { availableParallelism } from 'node:os';
import type { KnownFlaw } from '../../model/judging/known-flaw.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { isolationLine } from '../../report/isolation.ts';
import { acceptedLines, failureLines, knownFlawLines, progressLine, restsOnLines, table } from '../../report/terminal.ts';
import { withoutCommands } from '../../report/machines/github.ts';
import { isHarnessError, isMistaken, type CaseRow, type Summary } from '../../results/summary.ts';
import { onInterrupt } from '../base/interrupt.ts';
import type { Project } from '../project/project.ts';
import type { Crew } from '../worker/crew.ts';
import { runCampaign } from './campaign.ts';
import { inGitHubActions } from './machines.ts';
import type { ReportWhen } from './report-when.ts';
import { makerOf } from './maker.ts';
import type { PlannedCase } from './planned-case.ts';
import { sweepBefore } from './sweep-before.ts';

interface Performance {
  project: Project;
  crew: Crew;
  seed: number;
  say: (line: string) => void;
  jobs?: number;
  mayBegin?: () => boolean;
  firstAlone?: boolean;
  flaws?: readonly KnownFlaw[];
  /** What is said of it. By default progress, the table and the replay lines. */
  telling?: Telling;
  /** When its HTML report is written: never when absent. */
  report?: ReportWhen;
}

export interface Telling {
  begin(crew: Crew, planned: readonly PlannedCase[]): readonly string[];
  row(row: CaseRow, done: number, total: number): readonly string[];
  end(summary: Summary, project: Project): readonly string[] | Promise<readonly string[]>;
}

export const IN_FULL: Telling = {
  begin: ({ isolation }, planned) => (planned.some((item) => item.case.runtime === 'process') ? [isolationLine(isolation)] : []),
  row: (row, done, total) => [progressLine(row, done, total), ...restsOnLines(row, total), ...acceptedLines(row), ...failureLines(row)],
  end: (summary, { results }) => [
    table(summary),
    ...knownFlawLines(summary),
    `results: ${results}/latest/ (summary.json, junit.xml, cases/)`,
  ],
};

/** Runs the cases on this machine and says how they went. */
export async function perform(planned: readonly PlannedCase[], about: Performance): Promise<Summary> {
  const { say, telling = IN_FULL } = about;
  using interrupt = onInterrupt();
  interrupt.signal.addEventListener('abort', () => about.crew.interrupt(), { once: true });
  const [swept, maker] = await Promise.all([sweepBefore(about.project), makerOf(about.project.root)]);
  [...swept, ...telling.begin(about.crew, planned)].forEach((line) => say(line));
  const summary = await runCampaign(planned, {
    project: about.project,
    seed: about.seed,
    jobs: about.jobs ?? availableParallelism(),
    maker,
    signal: interrupt.signal,
    ...(about.mayBegin && { mayBegin: about.mayBegin }),
    ...(about.firstAlone !== undefined && { firstAlone: about.firstAlone }),
    ...(about.flaws && { flaws: about.flaws }),
    players: about.crew,
    say,
    onRow: (row, done, total) => telling.row(row, done, total).forEach((line) => say(line)),
  });
  (await telling.end(summary, about.project)).forEach((line) => say(line));
  if (about.report !== undefined) {
    const { reportAfter } = await import('./run-report.ts');
    (await reportAfter(about.report, summary, about.project)).forEach((line) => say(line));
  }
  return summary;
}

export function exitCodeOf(summary: Summary): number {
  const { failed, unknown, missed, passed, caught } = summary.counts;
  if (summary.interrupted) return EXIT.interrupted;
  if (!summary.finished || summary.cases.some((row) => isHarnessError(row) && !isMistaken(row))) return EXIT.harness;
  if (summary.cases.some(isMistaken)) return EXIT.usage;
  if (failed > 0 || missed > 0) return EXIT.fail;
  if (unknown > 0 || passed + caught === 0) return EXIT.unknown;
  return EXIT.pass;
}

/** Progress goes to stdout for people, to stderr when stdout carries JSON. */
export function sayer(json: boolean | undefined): (line: string) => void {
  const stream = json ? process.stderr : process.stdout;
  const shown = inGitHubActions() ? withoutCommands : (line: string): string => line;
  return (line) => void stream.write(`${shown(line)}\n`);
}
