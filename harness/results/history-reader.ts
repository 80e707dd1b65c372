// Reads a history.ndjson line by line, in memory that does not grow with the file. A run that was killed leaves a torn last line; a
// newer version writes kinds that this one does not know. Neither keeps anybody from reading the rest.
import { createReadStream } from 'node:fs';
import type { Event } from '../model/judging/history.ts';

/** A longer line is not read: no recorder writes one. In bytes. */
const LINE_MAX = 8 * 1_024 * 1_024;
const NEWLINE = 0x0a;

export interface HistoryNotes {
  events: number;
  bytes: number;
  /** The last line has no end: the run was killed, or the disk was full. */
  torn: boolean;
  /** Lines that are no event, or too long. */
  unreadable: number;
  /** The file could not be read (on), and why. */
  problem?: string;
}

/** Calls `visit` with each event in the order of the file. It never throws because of what is in the file. */
export async function readHistory(file: string, visit: (event: Event) => void): Promise<HistoryNotes> {
  const notes: HistoryNotes = { events: 0, bytes: 0, torn: false, unreadable: 0 };
  const take = (line: Buffer): void => {
    const event = eventIn(line);
    if (event) {
      notes.events += 1;
      visit(event);
    } else if (line.length > 0) notes.unreadable += 1;
  };
  try {
    const rest = await eachLine(file, notes, take);
    notes.torn = rest > 0;
  } catch (cause) {
    notes.problem = (cause as Error).message;
  }
  return notes;
}

/** @returns how many bytes stand behind the last line end. */
async function eachLine(file: string, notes: HistoryNotes, take: (line: Buffer) => void): Promise<number> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1_024 })) {
    const bytes = chunk as Buffer;
    notes.bytes += bytes.length;
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      if (length + end - from > LINE_MAX) notes.unreadable += 1;
      else take(pieces.length === 0 ? bytes.subarray(from, end) : Buffer.concat([...pieces, bytes.subarray(from, end)]));
      [pieces, length, from] = [[], 0, end + 1];
    }
    length += bytes.length - from;
    if (length <= LINE_MAX) pieces.push(bytes.subarray(from));
    else pieces = [];
  }
  return length;
}

function eventIn(line: Buffer): Event | undefined {
  try {
    const value = JSON.parse(line.toString('utf8')) as Partial<Event> | null;
    const isEvent = typeof value?.seq === 'number' && typeof value.atMs === 'number' && typeof value.kind === 'string';
    return isEvent ? (value as Event) : undefined;
  } catch {
    return undefined;
  }
}
