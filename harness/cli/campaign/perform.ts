// A campaign as a person sees it: what was swept before, each case as it ends, the table, and where the results lie.
import { availableParallelism } from 'node:os';
import type { KnownFlaw } from '../../model/judging/known-flaw.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import { isolationLine } from '../../report/isolation.ts';
import { acceptedLines, failureLines, knownFlawLines, needsAttention, progressLine, restsOnLines, table } from '../../report/terminal.ts';
import { withoutCommands } from '../../report/machines/github.ts';
import { isCaught, isHarnessError, isMistaken, type CaseRow, type Summary } from '../../results/summary.ts';
import { onInterrupt } from '../base/interrupt.ts';
import { findRun } from '../project/found.ts';
import type { Project } from '../project/project.ts';
import type { Crew } from '../worker/crew.ts';
import { runCampaign, type CampaignSettings } from './campaign.ts';
import { liveOn, type LiveStream } from './live/live.ts';
import { inGitHubActions } from './machines.ts';
import type { ReportWhen } from './report-when.ts';
import { makerOf } from './maker.ts';
import type { PlannedCase } from './planned-case.ts';
import { sweepBefore } from './sweep-before.ts';

interface Performance {
  project: Project;
  crew: Crew;
  seed: number;
  say: Say;
  jobs?: number;
  mayBegin?: () => boolean;
  firstAlone?: boolean;
  flaws?: readonly KnownFlaw[];
  /** What is said of it. By default progress, the table and the replay lines. */
  telling?: Telling;
  /** When its HTML report is written: never when absent. */
  report?: ReportWhen;
}

/** Writes a line; `stream` is where it goes, for what is drawn anew there. */
export interface Say {
  (line: string): void;
  readonly stream?: LiveStream;
}

export interface Telling {
  begin(crew: Crew, planned: readonly PlannedCase[]): readonly string[];
  row(row: CaseRow, done: number, total: number): readonly string[];
  /** Its line may stand in one with those of others that ended in the same second. */
  quiet?(row: CaseRow): boolean;
  end(summary: Summary, project: Project): readonly string[] | Promise<readonly string[]>;
}

export const IN_FULL: Telling = {
  begin: ({ isolation }, planned) => (planned.some((item) => item.case.runtime === 'process') ? [isolationLine(isolation)] : []),
  row: (row, done, total) => [progressLine(row, done, total), ...restsOnLines(row, total), ...acceptedLines(row), ...failureLines(row)],
  quiet: (row) => !needsAttention(row),
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
  const summary = await played(planned, about, { maker, signal: interrupt.signal });
  (await telling.end(summary, about.project)).forEach((line) => say(line));
  if (about.report !== undefined) {
    const { reportAfter } = await import('./run-report.ts');
    (await reportAfter(about.report, summary, about.project)).forEach((line) => say(line));
  }
  return summary;
}

/** What is drawn anew is gone when this resolves. */
async function played(
  planned: readonly PlannedCase[],
  about: Performance,
  base: Pick<CampaignSettings, 'maker' | 'signal'>,
): Promise<Summary> {
  const { say, project, telling = IN_FULL } = about;
  const jobs = about.jobs ?? availableParallelism();
  const before = await durationsBefore(project);
  const stream = say.stream ?? { write: (text: string): void => say(text.trimEnd()) };
  const names = planned.map(nameOf);
  using live = liveOn(stream, { total: planned.length, jobs, planned: names, expectedMs: (name) => before.get(name) });
  return await runCampaign(planned, {
    ...base,
    project,
    seed: about.seed,
    jobs,
    ...(about.mayBegin && { mayBegin: about.mayBegin }),
    ...(about.firstAlone !== undefined && { firstAlone: about.firstAlone }),
    ...(about.flaws && { flaws: about.flaws }),
    players: about.crew,
    say: live.say,
    onBegin: (item) => live.begun(nameOf(item)),
    onEnd: (item) => live.ended(nameOf(item)),
    onRow: (row, done, total) => live.row(shortOf(row), telling.row(row, done, total), telling.quiet?.(row) === true),
  });
}

function nameOf({ case: { scenario, defect } }: PlannedCase): string {
  return defect === undefined ? scenario : `${scenario} with ${defect}`;
}

function shortOf(row: CaseRow): { name: string; word: string } {
  const word =
    row.verdict === 'skipped' ? 'skip' : row.defect !== null && isCaught(row) ? 'caught' : row.verdict === 'fail' ? 'FAIL' : row.verdict;
  return { name: row.defect === null ? row.scenario : `${row.scenario} with ${row.defect}`, word };
}

/** Of the run before this one: how long each case took. Nothing where there is none, or it cannot be read. */
async function durationsBefore(project: Project): Promise<ReadonlyMap<string, number>> {
  const run = await findRun(project, 'latest').catch(() => undefined);
  const rows = (run?.summary.cases ?? []).filter((row) => row.verdict !== 'skipped');
  return new Map(rows.map((row) => [shortOf(row).name, row.durationMs]));
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
export function sayer(json: boolean | undefined): Say {
  const to = json ? process.stderr : process.stdout;
  const shown = inGitHubActions() ? withoutCommands : (text: string): string => text;
  const stream: LiveStream = {
    isTTY: to.isTTY,
    get columns() {
      return to.columns;
    },
    write: (text) => to.write(shown(text)),
  };
  return Object.assign((line: string) => void stream.write(`${line}\n`), { stream });
}
