// Many cases, one after another or side by side. Each is saved before the next begins. If a starved machine spoils a
// verdict, or a case beside it had its port, the case is taken again alone, once all others are done. Nothing else is ever repeated
// to get another answer.
import { join, relative } from 'node:path';
import type { Case } from '../../model/case.ts';
import type { Isolation } from '../../model/isolation.ts';
import type { KnownFlaw } from '../../model/judging/known-flaw.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { shellWord } from '../../model/values/shell-word.ts';
import { saveRepro, type Maker } from '../../results/repro-file.ts';
import { rowOf, rowWithStray, type CaseRow, type Summary } from '../../results/summary.ts';
import { withoutVerdict } from '../../results/without-verdict.ts';
import type { CaseResult } from '../../model/case-result.ts';
import { openRecord, type CampaignRecord } from './campaign-record.ts';
import { confirmed } from './confirmed.ts';
import { held } from './known-flaws.ts';
import type { PlannedCase } from './planned-case.ts';
import type { Project } from '../project/project.ts';
import { sharedPorts } from './shared-ports.ts';
import { sideBySide } from './side-by-side.ts';

/** Where cases are played. */
interface Players {
  play(scenario: DescribedScenario, given: Case, folder: string): Promise<CaseResult>;
  /** Errors that nobody caught, by the folder of a case that has ended or by the file of a module. */
  onStray(listener: (line: string, owner: string) => void): void;
  /** How cases of processes are kept apart; by addresses when absent. */
  readonly isolation?: Isolation;
  /** What the cases have left running has been heard out when this resolves. */
  rest(): Promise<void>;
}

export interface CampaignSettings {
  project: Project;
  seed: number;
  jobs: number;
  maker: Maker;
  signal: AbortSignal;
  players: Players;
  /** A case has ended and is saved; once more when an error came out later that spoils its verdict. */
  onRow: (row: CaseRow, done: number, total: number) => void | Promise<void>;
  /** A case is begun or taken again, and it has ended: the row may come later. */
  onBegin?: (item: PlannedCase) => void;
  onEnd?: (item: PlannedCase) => void;
  /** What is said besides. */
  say?: (line: string) => void;
  /** What the project accepts: none when absent. */
  flaws?: readonly KnownFlaw[];
  /** How often a failing case without a defect is run again at once, to save its rate with it; 0 when absent. */
  replays?: number;
  /** Asked before each case; once it says no, no further one begins. Always yes when absent. */
  mayBegin?: () => boolean;
  /** The first case has ended before another one begins: whether any does depends on it. */
  firstAlone?: boolean;
}

export async function runCampaign(planned: readonly PlannedCase[], settings: CampaignSettings): Promise<Summary> {
  const { signal, players, onRow, jobs, say, mayBegin = () => true } = settings;
  const ports = sharedPorts(planned, players.isolation?.way === 'box');
  const record = await openRecord(planned, settings);
  let done = 0;
  const tell = (index: number): void | Promise<void> => onRow(record.rows[index] as CaseRow, ++done, planned.length);
  const strays = heedStrays(planned, settings, record, async (row) => onRow(row, done, planned.length));
  const take = async (index: number, retakenBecause?: string | null): Promise<void> => {
    ports.begun(index);
    const item = planned[index] as PlannedCase;
    settings.onBegin?.(item);
    const taken = await takeCase(item, index, record, settings);
    settings.onEnd?.(item);
    const words = ports.ended(index, taken);
    if (words !== undefined) say?.(words);
    const row = retakenBecause ? { ...taken, retakenBecause } : taken;
    if (signal.aborted && row.reasonKind === 'interrupted') return;
    await record.set(index, strays.spoil(row, index));
    if (!isStarved(row) && !ports.isDoubtful(index, row)) await tell(index);
  };

  const alone = [...planned.keys()].filter((index) => planned[index]?.scenario.alone);
  const others = [...planned.keys()].filter((index) => !alone.includes(index));
  const opening = settings.firstAlone === true ? others.splice(0, 1) : [];
  await sideBySide(opening, { jobs: 1, signal, mayBegin, inTheWay: ports.inTheWay }, take);
  await sideBySide(others, { jobs, signal, mayBegin, inTheWay: ports.inTheWay }, take);
  await sideBySide(alone, { jobs: 1, signal, mayBegin, inTheWay: ports.inTheWay }, take);
  for (const index of planned.keys()) {
    const row = record.rows[index];
    if (signal.aborted || row === undefined) continue;
    const isDoubtful = ports.isDoubtful(index, row);
    const because = isStarved(row) ? row.reason : isDoubtful ? ports.collision(index) : undefined;
    if (because) {
      await take(index, because);
      if (isStarved(record.rows[index])) await tell(index);
    } else if (isDoubtful) await tell(index);
  }
  await players.rest();
  await strays.settled();
  return record.finish();
}

interface StrayHeed {
  /** The row as it is once what is known of its file and of its own late errors is counted in. */
  spoil(row: CaseRow, index: number): CaseRow;
  /** Every row that was changed is saved and told. */
  settled(): Promise<void>;
}

/** An error that nobody caught makes of a pass an unknown: of the case whose it is, or of every case of the module whose it is. */
function heedStrays(
  planned: readonly PlannedCase[],
  { players }: CampaignSettings,
  record: CampaignRecord,
  tell: (row: CaseRow) => Promise<void>,
): StrayHeed {
  const heard = new Map<string, string>();
  const isOf = (index: number, owner: string): boolean => {
    const item = planned[index] as PlannedCase;
    return item.scenario.file === owner || isBelow(folderOf(item, index, record), owner);
  };
  let settled = Promise.resolve();
  const spoil = (row: CaseRow, line: string | undefined): CaseRow =>
    row.verdict === 'pass' && line !== undefined ? rowWithStray(row, line) : row;
  players.onStray((line, owner) => {
    heard.set(owner, line);
    for (const index of planned.keys()) {
      const row = record.rows[index];
      if (row?.verdict !== 'pass' || !isOf(index, owner)) continue;
      const spoilt = spoil(row, line);
      settled = settled.then(() => record.set(index, spoilt)).then(() => tell(spoilt));
      // Whoever waits for it hears of a disk that is full.
      settled.catch(() => undefined);
    }
  });
  // One that comes between the answer of a case and its row finds no row yet.
  const before = (index: number): string | undefined => [...heard].find(([owner]) => isOf(index, owner))?.[1];
  return { spoil: (row, index) => spoil(row, before(index)), settled: () => settled };
}

function folderOf(item: PlannedCase, index: number, { run }: CampaignRecord): string {
  return run.caseFolder(index + 1, item.case.scenario, item.case.defect);
}

/** A confirmation and a replay have folders of their own within. */
function isBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

async function takeCase(item: PlannedCase, index: number, record: CampaignRecord, settings: CampaignSettings): Promise<CaseRow> {
  const replay = item.replay ?? replayLine(item);
  if (item.skipped !== undefined) return skippedRow(item, replay);
  if (item.unplayable) return unplayableRow(item, item.unplayable, replay);
  const {
    result: found,
    folder,
    clock,
    item: played,
  } = await confirmed(item, folderOf(item, index, record), (which, where) => settings.players.play(which.scenario, which.case, where));
  const { result, accepted } = held(found, item.scenario, settings.flaws ?? []);
  if (result.verdict.outcome === 'unknown' && result.verdict.reason === 'refused')
    return skippedRow({ ...item, skipped: { reason: result.verdict.detail, byDesign: result.byDesign === true } }, replay);
  const notApplicable = whyNotApplicable(result);
  if (notApplicable !== undefined) return skippedRow({ ...item, skipped: { reason: notApplicable, byDesign: true } }, replay);
  const about: Parameters<typeof rowOf>[1] = { repeat: item.repeat, expectedOracle: item.expectedOracle, repro: null, replay, accepted };
  if (clock) about.clock = clock;
  if (result.verdict.outcome === 'fail' && item.replay === undefined) {
    const reproduced = await rateOfFailure(played, result, folder, settings);
    const saved = await saveRepro(record.paths, result, settings.maker, settings.project.root, reproduced);
    about.repro = relative(settings.project.root, saved.file);
    about.replay = saved.command;
    if (settings.replays) about.reproduced = reproduced;
  }
  return { ...rowOf(result, about), folder: relative(settings.project.root, folder) };
}

/** How often the same failure comes back: its rate is a part of the finding and changes nothing about the verdict. */
async function rateOfFailure(
  item: PlannedCase,
  failure: CaseResult,
  folder: string,
  settings: CampaignSettings,
): Promise<{ times: number; of: number }> {
  const rate = { times: 1, of: 1 };
  const replays = item.case.defect === undefined ? (settings.replays ?? 0) : 0;
  for (let i = 1; i <= replays && !settings.signal.aborted; i++) {
    const again = await settings.players.play(item.scenario, item.case, join(folder, `replay-${i}`));
    if (again.verdict.outcome === 'unknown') continue;
    rate.of += 1;
    // As `tornwire repro` counts: the same oracle; where in its end a node crashed may differ from run to run.
    if (again.verdict.outcome === 'fail' && again.verdict.oracle === failure.verdict.oracle) rate.times += 1;
  }
  return rate;
}

/** What a script has thrown where the system lawfully lacks what the scenario is about, and nothing else was found. */
function whyNotApplicable({ verdict }: CaseResult): string | undefined {
  if (verdict.outcome !== 'fail' || verdict.findings.length > 1) return undefined;
  return /^NOT APPLICABLE: ([^\n]*)/.exec(verdict.findings[0].message)?.[1];
}

function isStarved(row: CaseRow | undefined): boolean {
  return row?.reasonKind === 'starved';
}

/** The command that runs this case again; quoting is for a POSIX shell. */
export function replayLine(item: PlannedCase): string {
  const { scenario, seed, runtime, engine, defect, clockSpeed } = item.case;
  const words = ['npx', 'tornwire', 'run', scenario, '--runtime', runtime, '--engine', engine, '--seed', String(seed)];
  const faster = clockSpeed === 1 ? [] : ['--clock-speed', String(clockSpeed)];
  return [...words, ...faster, ...(defect === undefined ? [] : ['--defect', defect])].map(shellWord).join(' ');
}

function unplayableRow(item: PlannedCase, { reason, detail }: NonNullable<PlannedCase['unplayable']>, replay: string): CaseRow {
  const result = withoutVerdict({ given: item.case, title: item.scenario.title, folder: '', reason, detail, durationMs: 0 });
  return { ...rowOf(result, { repeat: item.repeat, expectedOracle: item.expectedOracle, repro: null, replay }), folder: null };
}

function skippedRow(item: PlannedCase, replay: string): CaseRow {
  const { scenario, seed, runtime, engine, defect } = item.case;
  return {
    scenario,
    title: item.scenario.title,
    defect: defect ?? null,
    expectedOracle: item.expectedOracle,
    runtime,
    engine,
    engines: [],
    seed,
    repeat: item.repeat,
    verdict: 'skipped',
    oracle: null,
    reason: item.skipped?.reason ?? null,
    reasonKind: null,
    ...(item.skipped?.byDesign === true && { byDesign: true }),
    findings: [],
    fingerprint: null,
    durationMs: 0,
    driveMs: 0,
    folder: null,
    repro: null,
    replay,
  };
}
