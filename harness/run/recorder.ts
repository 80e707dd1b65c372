// The only witness of a run: events are appended to history.ndjson while the run goes on and kept for the
// oracles. Secrets are replaced before anything reaches the disk. Waiters learn of each event as it is recorded.
import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Event, EventBody, History } from '../model/history.ts';

/** Beyond this the history ends with a harness event: a run that talks so much is not judged as complete. */
const EVENTS_MAX = 400_000;
const FLUSH_EVERY_MS = 25;
const NEWLINE = 0x0a;
/** It holds what programs said to each other: only its owner may read it. */
const HISTORY_MODE = 0o600;

export interface Recorder extends Disposable {
  readonly history: History;
  readonly startedWallMs: number;
  record(body: EventBody): Event;
  /** Called with each event right after it was recorded. */
  subscribe(listener: (event: Event) => void): () => void;
  nowMs(): number;
  /** Everything so far is on the disk. @throws RecorderError when it could not be written. */
  saved(): void;
}

/** The history could not be kept, for example because the disk is full: the run cannot be judged again. */
class RecorderError extends Error {}

export function openRecorder(file: string, redact: (text: string, name?: string) => string, eventsMax = EVENTS_MAX): Recorder {
  const descriptor = opened(file);
  const history: Event[] = [];
  const listeners = new Set<(event: Event) => void>();
  const startedMs = performance.now();
  let pending: string[] = [];
  let closed = false;
  let savedBytes = 0;

  let failure: RecorderError | undefined;

  // The timer has no caller that could handle a full disk: the failure waits for whoever asks.
  const flush = (): void => {
    if (pending.length === 0 || failure) return;
    const text = pending.join('');
    pending = [];
    try {
      savedBytes += writeAll(descriptor, Buffer.from(text), savedBytes);
    } catch (cause) {
      failure = cannotWrite(file, cause);
    }
  };
  const timer = setInterval(flush, FLUSH_EVERY_MS);
  timer.unref();

  const nowMs = (): number => Math.round((performance.now() - startedMs) * 1_000) / 1_000;
  const append = (body: EventBody): Event => {
    const whole = { seq: history.length + 1, atMs: nowMs(), wallMs: Date.now(), ...body };
    const line = JSON.stringify(whole, (key, value: unknown) => (typeof value === 'string' ? redact(value, key) : value));
    const event = JSON.parse(line) as Event;
    history.push(event);
    if (!closed) pending.push(`${line}\n`);
    return event;
  };

  return {
    history,
    startedWallMs: Date.now(),
    nowMs,
    record(body) {
      const last = history.at(-1);
      if (last && history.length > eventsMax) return last;
      const event =
        history.length === eventsMax
          ? append({ kind: 'harness', problem: 'lost-events', detail: `more than ${eventsMax} events: the rest was not recorded` })
          : append(body);
      for (const listener of listeners) listener(event);
      return event;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    saved() {
      flush();
      if (failure) throw failure;
    },
    [Symbol.dispose]() {
      if (closed) return;
      clearInterval(timer);
      flush();
      closed = true;
      closeSync(descriptor);
    },
  };
}

function opened(file: string): number {
  try {
    mkdirSync(dirname(file), { recursive: true });
    return openSync(file, 'w', HISTORY_MODE);
  } catch (cause) {
    throw cannotWrite(file, cause);
  }
}

function cannotWrite(file: string, cause: unknown): RecorderError {
  return new RecorderError(`cannot write ${file}: ${(cause as Error).message}`, { cause });
}

/** Whole lines or none of a line: what a full disk took only a part of is cut off again, so that all of it can be read. */
function writeAll(descriptor: number, bytes: Buffer, savedBytes: number): number {
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    return written;
  } catch (error) {
    const whole = bytes.subarray(0, written).lastIndexOf(NEWLINE) + 1;
    // Where a file cannot be cut, as /dev/full, nothing was written either.
    if (whole < written) ftruncateSync(descriptor, savedBytes + whole);
    throw error;
  }
}
