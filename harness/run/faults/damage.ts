// What is done to the bytes of a file of lines, and how it is undone. All calls are synchronous, so nothing else of the
// harness runs between the look and the change. What the system writes meanwhile stays.
import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { LinesFault } from '../../model/faults/file-fault.ts';

export interface Damaged {
  bytesBefore: number;
  bytesAfter: number;
  undo?: () => void;
}

const NEWLINE = 0x0a;
/** Never part of UTF-8 (RFC 3629). */
const NO_UTF8 = Buffer.from([0xff]);
/** A journal of a test run is small; more would hold up the harness. */
const BYTES_MAX = 64 * 1_024 * 1_024;

/** Undefined when the file is not there or holds nothing that could be damaged so. */
export function damage(path: string, fault: LinesFault): Damaged | undefined {
  using file = opened(path);
  if (!file) return undefined;
  const bytesBefore = file.size();
  const undo = inflict(file, path, fault);
  if (undo === 'impossible') return undefined;
  return { bytesBefore, bytesAfter: file.size(), ...(undo && { undo }) };
}

function inflict(file: Opened, path: string, fault: LinesFault): (() => void) | 'impossible' | undefined {
  switch (fault.kind) {
    case 'half-line':
      return unfinished(file, path, fault, (line) => fault.keepBytes ?? Math.max(1, Math.floor(line.length / 2)));
    case 'missing-newline':
      return unfinished(file, path, fault, (line) => line.length);
    case 'truncated-tail':
      if (file.size() === 0) return 'impossible';
      file.cut(Math.max(0, file.size() - fault.bytes));
      return undefined;
    case 'invalid-utf8': {
      if (fault.line !== undefined) {
        const line = Buffer.from(fault.line);
        const middle = Math.floor(line.length / 2);
        file.append(Buffer.concat([line.subarray(0, middle), NO_UTF8, line.subarray(middle), Buffer.of(NEWLINE)]));
        return undefined;
      }
      const last = lastLine(file.bytes());
      if (!last || last.length === 0) return 'impossible';
      file.write(NO_UTF8, last.start + Math.floor(last.length / 2));
      return undefined;
    }
    case 'foreign-lines': {
      const lines = Buffer.from(fault.lines.map((line) => `${line}\n`).join(''));
      if (!fault.inside) {
        file.append(lines);
        return undefined;
      }
      const bytes = file.bytes();
      const last = lastLine(bytes);
      if (!last || last.length < 2) return 'impossible';
      const middle = last.start + Math.floor(last.length / 2);
      file.write(Buffer.concat([lines, bytes.subarray(middle)]), middle);
      return undefined;
    }
    default:
      return fault satisfies never;
  }
}

/** A line that lacks its end: a new one of which only the first bytes are written, or the last one, cut. */
function unfinished(
  file: Opened,
  path: string,
  fault: Pick<Extract<LinesFault, { kind: 'missing-newline' }>, 'line' | 'stays'>,
  keep: (line: Buffer) => number,
): (() => void) | 'impossible' | undefined {
  const bytes = file.bytes();
  const last = fault.line === undefined ? lastLine(bytes) : undefined;
  if (fault.line === undefined && !last) return 'impossible';
  const line = last ? bytes.subarray(last.start, last.start + last.length) : Buffer.from(fault.line ?? '');
  const kept = keep(line);
  if (kept < 1 || kept > line.length) return 'impossible';
  if (last) file.cut(last.start + kept);
  else file.append(line.subarray(0, kept));
  const rest = Buffer.concat([line.subarray(kept), Buffer.of(NEWLINE)]);
  const at = file.size();
  return fault.stays ? undefined : () => complete(path, at, rest);
}

/** Puts the rest where it belongs, in front of whatever was written behind the half meanwhile. */
function complete(path: string, at: number, rest: Buffer): void {
  using file = opened(path);
  // Gone, or shorter than it was left: somebody has done something of their own about it.
  if (!file || file.size() < at) return;
  file.write(Buffer.concat([rest, file.bytes().subarray(at)]), at);
}

/** The last line that has its newline, without it. */
function lastLine(bytes: Buffer): { start: number; length: number } | undefined {
  const end = bytes.lastIndexOf(NEWLINE);
  if (end < 0) return undefined;
  const start = end === 0 ? 0 : bytes.lastIndexOf(NEWLINE, end - 1) + 1;
  return { start, length: end - start };
}

interface Opened extends Disposable {
  size(): number;
  bytes(): Buffer;
  write(bytes: Buffer, at: number): void;
  append(bytes: Buffer): void;
  cut(toBytes: number): void;
}

function opened(path: string): Opened | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r+');
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  const size = (): number => fstatSync(descriptor).size;
  const write = (bytes: Buffer, at: number): void => {
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written, bytes.length - written, at + written);
  };
  return {
    size,
    bytes() {
      if (size() > BYTES_MAX) throw new Error(`${path} has ${size()} bytes: files of up to ${BYTES_MAX} can be damaged`);
      return readFileSync(path);
    },
    write,
    append: (bytes) => write(bytes, size()),
    cut: (toBytes) => ftruncateSync(descriptor, toBytes),
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}
