// The file of a history. Lines are collected and written together every few milliseconds. If a full disk took only a part
// of a line, that part is cut off again, so that the file can always be read.
import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { TornwireError } from '../../model/values/tornwire-error.ts';
import { EXIT } from '../../model/values/exit-code.ts';

const FLUSH_EVERY_MS = 25;
const NEWLINE = 0x0a;
/** It holds what programs said to each other: only its owner may read it. */
const HISTORY_MODE = 0o600;

interface HistoryFile extends Disposable {
  /** Without its newline; nothing happens once the file is closed. */
  append(line: string): void;
  /** Everything so far is on the disk. @throws RecorderError when it could not be written, now or earlier. */
  flush(): void;
}

/** The history could not be kept, for example because the disk is full: the run cannot be judged again. */
export class RecorderError extends TornwireError {
  readonly exitCode = EXIT.harness;
}

/** @throws RecorderError when it cannot be made. */
export function openHistoryFile(file: string): HistoryFile {
  const descriptor = opened(file);
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

  return {
    append(line) {
      if (!closed) pending.push(`${line}\n`);
    },
    flush() {
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
