// `tornwire show --follow`: the events of the run that goes on, as they are recorded, and each verdict as it falls. It reads files, so it
// can stand in another terminal, and ends with the run.
import { existsSync, realpathSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Event } from '../../../model/judging/history.ts';
import { EXIT } from '../../../model/values/exit-code.ts';
import { oneLine } from '../../../report/plain.ts';
import { storyFrom } from '../../../report/show/story-from.ts';
import { storyText } from '../../../report/show/story-text.ts';
import { eventInWords, laneOf } from '../../../report/story/event-words.ts';
import { needsAttention, progressLine } from '../../../report/terminal.ts';
import type { CaseRow, Summary } from '../../../results/summary.ts';
import { UsageError } from '../../base/usage-error.ts';
import { findRun, seenFromHere } from '../../project/found.ts';
import type { Project } from '../../project/project.ts';

/** A file is looked at so often. Nobody tells when it grows on every file system. */
const LOOK_EACH_MS = 250;
const LINE_WIDTH = 160;

/** @returns 0 when the run it followed has ended. @throws UsageError when no run goes on. */
export async function follow(project: Project, json: boolean): Promise<number> {
  const latest = join(project.results, 'latest');
  if (!existsSync(latest)) throw new UsageError(`no run in ${project.results}: start one in another terminal`);
  // The link may lead to another run before this one has ended.
  const folder = realpathSync(latest);
  const tails = new Map<string, Tail>();
  const told = new Set<string>();
  for (;;) {
    const summary = (await findRun(project, folder))?.summary;
    const isOver = summary === undefined || summary.finished || summary.interrupted || !isAlive(folder);
    await tellEvents(folder, tails, told, json);
    if (summary) await tellRows(folder, summary, told, json);
    if (isOver) {
      if (told.size === 0 && !json) process.stdout.write(`no case goes on in ${seenFromHere(folder)}\n`);
      return EXIT.pass;
    }
    await after(LOOK_EACH_MS);
  }
}

async function tellEvents(folder: string, tails: Map<string, Tail>, told: ReadonlySet<string>, json: boolean): Promise<void> {
  for (const name of await readdir(join(folder, 'cases')).catch(() => [])) {
    if (told.has(name)) continue;
    const tail = tails.get(name) ?? tailOf(join(folder, 'cases', name, 'history.ndjson'));
    tails.set(name, tail);
    for (const event of await tail.next()) if (json || isTelling(event)) process.stdout.write(`${eventLine(name, event, json)}\n`);
  }
}

async function tellRows(folder: string, summary: Summary, told: Set<string>, json: boolean): Promise<void> {
  for (const [index, row] of summary.cases.entries()) {
    const name = row.folder === null ? `${row.scenario} ${index}` : basename(row.folder);
    if (told.has(name)) continue;
    told.add(name);
    process.stdout.write(`${json ? JSON.stringify({ case: name, row }) : await rowText(folder, row, told.size, summary.planned)}\n`);
  }
}

async function rowText(folder: string, row: CaseRow, done: number, planned: number): Promise<string> {
  const line = progressLine(row, done, planned);
  const history = row.folder === null ? undefined : join(folder, 'cases', basename(row.folder), 'history.ndjson');
  if (!needsAttention(row) || history === undefined || !existsSync(history)) return line;
  return `${line}\n\n${storyText(row, await storyFrom(row, history), seenFromHere(history))}\n`;
}

/** What is read many times a second tells nothing while one watches. */
function isTelling(event: Event): boolean {
  return event.kind !== 'observation' || event.observation.probe === 'side';
}

function eventLine(name: string, event: Event, json: boolean): string {
  if (json) return JSON.stringify({ case: name, event });
  const lane = oneLine(laneOf(event), 24);
  return oneLine(
    `${name.slice(0, 4)} ${(event.atMs / 1_000).toFixed(3).padStart(9)}  ${lane.padEnd(24)}  ${eventInWords(event)}`,
    LINE_WIDTH,
  );
}

/** The owner's pid ends the name of a run's folder. A run that was killed never says that it is over. */
function isAlive(folder: string): boolean {
  const pid = Number(/-(\d+)$/.exec(folder)?.[1]);
  try {
    return Number.isInteger(pid) && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

interface Tail {
  /** The events that were written since the last call. */
  next(): Promise<Event[]>;
}

/** So many bytes at once; what is more comes the next time. */
const READ_MAX = 4 * 1_024 * 1_024;

function tailOf(file: string): Tail {
  let at = 0;
  let rest = Buffer.alloc(0);
  return {
    async next() {
      const size = await stat(file).then(
        (found) => found.size,
        () => 0,
      );
      if (size <= at) return [];
      await using handle = await open(file, 'r');
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(size - at, READ_MAX)), 0, null, at);
      at += bytesRead;
      const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(0x0a) + 1;
      rest = bytes.subarray(end);
      return bytes
        .subarray(0, end)
        .toString('utf8')
        .split('\n')
        .flatMap((line) => eventIn(line) ?? []);
    },
  };
}

function eventIn(line: string): Event | undefined {
  try {
    return JSON.parse(line) as Event;
  } catch {
    return undefined;
  }
}
