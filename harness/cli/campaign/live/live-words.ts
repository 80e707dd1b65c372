// What is said of a run that goes on.
import { oneLine } from '../../../report/plain.ts';

export interface Row {
  name: string;
  /** pass, FAIL, skip, unknown, caught. */
  word: string;
}

export interface Progress {
  total: number;
  jobs: number;
  done: number;
  failed: number;
  running: { name: string; sinceMs: number }[];
  /** Not begun. */
  waiting: string[];
  /** How long those that have ended took. */
  endedMs: number[];
  expectedMs: (name: string) => number | undefined;
}

const NAMES_MAX = 3;
const NAME_WIDTH = 60;

/** `14/106, 1 failed; running echo/hangs (3 s), echo/answers (1 s); about 2 min left` */
export function statusWords(progress: Progress, nowMs: number): string {
  const { done, total, failed, running } = progress;
  const names = running
    .slice(0, NAMES_MAX)
    .map(({ name, sinceMs }) => `${oneLine(name, NAME_WIDTH)} (${Math.round((nowMs - sinceMs) / 1_000)} s)`);
  const more = running.length > NAMES_MAX ? ` and ${running.length - NAMES_MAX} more` : '';
  const left = leftMs(progress, nowMs);
  return [
    `${done}/${total}${failed > 0 ? `, ${failed} failed` : ''}`,
    ...(names.length > 0 ? [`running ${names.join(', ')}${more}`] : []),
    ...(left === undefined ? [] : [`about ${lastingText(left)} left`]),
  ].join('; ');
}

/** Cases that are told together with the one in whose line this stands. */
export function alsoWords(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const names = rows.slice(-NAMES_MAX).map(({ name, word }) => `${word} ${oneLine(name, NAME_WIDTH)}`);
  const more = rows.length - names.length;
  return `; just before: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Undefined while nothing is known of any case. */
export function leftMs({ waiting, running, endedMs, expectedMs, jobs }: Progress, nowMs: number): number | undefined {
  const known = [...waiting, ...running.map(({ name }) => name)].flatMap((name) => expectedMs(name) ?? []);
  const seen = [...endedMs, ...known];
  if (seen.length === 0) return undefined;
  const usual = seen.reduce((sum, ms) => sum + ms, 0) / seen.length;
  const ofWaiting = waiting.reduce((sum, name) => sum + (expectedMs(name) ?? usual), 0);
  const ofRunning = running.reduce((sum, { name, sinceMs }) => sum + Math.max(0, (expectedMs(name) ?? usual) - (nowMs - sinceMs)), 0);
  return (ofWaiting + ofRunning) / Math.max(1, Math.min(jobs, waiting.length + running.length));
}

function lastingText(ms: number): string {
  return ms < 90_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}
