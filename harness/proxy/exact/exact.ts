// Exact writes to a live socket or pipe: slices that a plain reader sees as reads of their own, and the wait
// until the peer has read everything. Each answer says what it can vouch for; nothing here throws for what a
// peer may do, and nothing waits beyond its deadline.
//
//   boundary  Unix: a descriptor of /dev/null rides on each slice and the kernel ends the read there
//   gated     TCP, Unix, pipe: the next slice is written when the kernel shows that the last one was read
//   paced     anywhere: 1 ms between slices and no promise

import type { Socket } from 'node:net';
import { handleOf, openChannel } from './channel.ts';
import type { Channel } from './channel.ts';
import { loadKernel } from './kernel.ts';
import { DONE, NOT_YET, Turn } from './turn.ts';
import type { Look, Stop } from './turn.ts';

export type Fidelity = 'boundary' | 'gated' | 'paced';

export interface SliceReport {
  fidelity: Fidelity;
  /** Slices written, each of which ends at a boundary. */
  boundaries: number;
  /** Boundaries that are known to end a read of the peer. */
  vouched: number;
  bytes: number;
  /** Absent when all slices were written; an abort is an 'error' that says 'aborted'. */
  ended?: 'peer-closed' | 'deadline' | 'error';
  error?: string;
}

export interface SliceOptions {
  /** 'gated' on a Unix socket serves a reader that takes control messages itself and would see the descriptors. */
  want?: Fidelity | 'auto';
  /** Each slice is written only after the one before was read, also where boundaries need no waiting. */
  apart?: boolean;
  /** Further pause between slices; implies `apart`. */
  delayUs?: number;
  deadlineMs: number;
  signal?: AbortSignal;
}

/** Ascending offsets after the last byte of each slice (what is left over is a last slice), or one size for all. */
export type SliceEnds = readonly number[] | { every: number };

export async function writeSlices(socket: Socket, data: Buffer, ends: SliceEnds, options: SliceOptions): Promise<SliceReport> {
  checkEnds(ends, data.length);
  const turn = turnFor(socket, options);
  const report: SliceReport = { fidelity: 'paced', boundaries: 0, vouched: 0, bytes: 0 };
  const blocked = await untilNothingQueued(socket, turn);
  if (blocked !== undefined) return stopped(report, blocked);
  const channel = channelFor(socket);
  if (channel === 'gone') return stopped(report, { because: 'peer-closed' });
  report.fidelity = bestFidelity(channel, options.want ?? 'auto');
  const job = { socket, data, ends: endsOf(ends, data.length), options, turn, report };
  const stop = channel === undefined || report.fidelity === 'paced' ? await paceSlices(job) : await exactSlices(channel, job);
  return stop === undefined ? report : stopped(report, stop);
}

export type ReadOutcome =
  /** The peer's application has read every byte. */
  | 'read'
  /** The peer's kernel has every byte; what its application did cannot be seen from here. */
  | 'acknowledged'
  /** Every byte has left this process, and no more can be seen. */
  | 'unknown'
  /** Not within the time given, or told to stop. */
  | 'deadline'
  | 'closed';

export async function untilRead(socket: Socket, options: { deadlineMs: number; signal?: AbortSignal }): Promise<{ outcome: ReadOutcome }> {
  const turn = turnFor(socket, options);
  const queued = await untilNothingQueued(socket, turn);
  if (queued !== undefined) return { outcome: outcomeOf(queued) };
  const channel = channelFor(socket);
  if (channel === undefined) return { outcome: 'unknown' };
  if (channel === 'gone') return { outcome: 'closed' };
  const stop = await turn.until(channel.isRead);
  if (stop !== undefined) return { outcome: outcomeOf(stop) };
  return { outcome: channel.sees === 'reading' ? 'read' : 'acknowledged' };
}

interface SliceJob {
  socket: Socket;
  data: Buffer;
  ends: Iterable<number>;
  options: SliceOptions;
  turn: Turn;
  report: SliceReport;
}

async function exactSlices(channel: Channel, job: SliceJob): Promise<Stop | undefined> {
  // Corked, so that what others write meanwhile waits its turn in Node.
  job.socket.cork();
  try {
    // Bytes written before us and not read yet would be read together with the first slice.
    const unread = cleanAt.get(job.socket) === job.socket.bytesWritten ? undefined : await job.turn.until(channel.isRead);
    return unread ?? (await writeAll(channel, job));
  } finally {
    job.socket.uncork();
  }
}

/**
 * Sockets whose last bytes were marked, with Node's own byte count at that time: nothing that follows can
 * be glued to them, so the next slices need not wait until all is read.
 */
const cleanAt = new WeakMap<Socket, number>();

async function writeAll(channel: Channel, job: SliceJob): Promise<Stop | undefined> {
  const { data, options, turn, report } = job;
  const delayUs = options.delayUs ?? 0;
  const marked = report.fidelity === 'boundary';
  const gated = !marked || options.apart === true || delayUs > 0;
  const sent = job.socket.bytesWritten;
  const slice: Slice = { start: 0, end: 0, marked };
  const write = () => writeSlice(channel, data, slice);
  if (marked) cleanAt.delete(job.socket);
  for (const end of job.ends) {
    const bytes = end - slice.start;
    slice.end = end;
    slice.marked = marked && bytes <= MARKED_BYTES_MAX;
    const unsent = await turn.until(write);
    report.bytes = slice.start;
    if (unsent !== undefined) return unsent;
    report.boundaries += 1;
    if (marked) report.vouched += 1;
    if (!gated && bytes <= READ_WHOLE_BYTES) continue;
    const unread = await turn.until(channel.isRead);
    if (unread !== undefined) return unread;
    if (!marked) report.vouched += 1;
    const cut = delayUs > 0 && end < data.length ? await turn.rest(delayUs) : undefined;
    if (cut !== undefined) return cut;
  }
  if (marked) cleanAt.set(job.socket, sent);
  return undefined;
}

/**
 * What the kernel's rule leaves open (unix_stream_read_generic): a descriptor is taken by the first read that
 * touches its buffer, so a reader whose own buffer ends inside the slice gets the rest unmarked. Slices up to
 * this size fit into everybody's buffer; after larger ones we wait until they are read.
 */
const READ_WHOLE_BYTES = 4096;
/** Larger sends become several buffers with the descriptor on the first, which would end a read inside the slice. */
const MARKED_BYTES_MAX = 32 * 1024;

interface Slice {
  /** Moves on as bytes are taken. */
  start: number;
  end: number;
  marked: boolean;
}

function writeSlice(channel: Channel, data: Buffer, slice: Slice): Look {
  const send = (slice.marked ? channel.sendMarked : undefined) ?? channel.send;
  while (slice.start < slice.end) {
    const sent = send(data, slice.start, slice.end);
    if (sent <= 0) return sent;
    slice.start += sent;
  }
  return DONE;
}

const PACE_US = 1000;

async function paceSlices({ socket, data, ends, options, turn, report }: SliceJob): Promise<Stop | undefined> {
  let start = 0;
  for (const end of ends) {
    socket.write(data.subarray(start, end), ignore);
    report.bytes = end;
    const stop = (await untilNothingQueued(socket, turn)) ?? (await turn.rest(Math.max(PACE_US, options.delayUs ?? 0)));
    if (stop !== undefined) return stop;
    report.boundaries += 1;
    start = end;
  }
  return undefined;
}

/** A failed write shows in the socket's state, which each turn checks. */
function ignore(): void {}

function turnFor(socket: Socket, options: { deadlineMs: number; signal?: AbortSignal }): Turn {
  const check = (): Stop | undefined => {
    if (socket.connecting || handleOf(socket) !== undefined) return undefined;
    return { because: 'peer-closed' };
  };
  return new Turn({ deadlineMs: options.deadlineMs, signal: options.signal, check });
}

async function untilNothingQueued(socket: Socket, turn: Turn): Promise<Stop | undefined> {
  if (socket.destroyed) return { because: 'peer-closed' };
  if (socket.writableEnded) return { because: 'error', error: 'the write side has been ended' };
  return turn.until(() => (hasNothingQueued(socket) ? DONE : NOT_YET));
}

function hasNothingQueued(socket: Socket): boolean {
  return !socket.connecting && socket.writableLength === 0 && handleOf(socket)?.writeQueueSize === 0;
}

/** Undefined where the kernel cannot be asked. */
function channelFor(socket: Socket): Channel | 'gone' | undefined {
  const kernel = loadKernel();
  return 'missing' in kernel ? undefined : openChannel(socket, kernel);
}

function bestFidelity(channel: Channel | undefined, want: Fidelity | 'auto'): Fidelity {
  if (channel === undefined || channel.sees !== 'reading' || want === 'paced') return 'paced';
  return channel.sendMarked !== undefined && want !== 'gated' ? 'boundary' : 'gated';
}

function checkEnds(ends: SliceEnds, length: number): void {
  if (!('length' in ends)) {
    if (!(ends.every >= 1)) throw new RangeError(`slices of ${ends.every} bytes`);
    return;
  }
  let last = 0;
  for (const end of ends) {
    if (!(end > last && end <= length)) throw new RangeError(`slice end ${end} after ${last} in ${length} bytes`);
    last = end;
  }
}

function* endsOf(ends: SliceEnds, length: number): Iterable<number> {
  let last = 0;
  if ('length' in ends) {
    yield* ends;
    last = ends.at(-1) ?? 0;
  } else {
    for (let end = ends.every; end < length; end += ends.every) yield end;
  }
  if (last < length) yield length;
}

function stopped(report: SliceReport, stop: Stop): SliceReport {
  switch (stop.because) {
    case 'peer-closed':
    case 'deadline':
      return { ...report, ended: stop.because };
    case 'aborted':
      return { ...report, ended: 'error', error: 'aborted' };
    case 'error':
      return { ...report, ended: 'error', error: stop.error };
    default:
      return stop satisfies never;
  }
}

function outcomeOf(stop: Stop): ReadOutcome {
  return stop.because === 'deadline' || stop.because === 'aborted' ? 'deadline' : 'closed';
}
