// The end of what a command writes to stderr. It says why the command ended, and perhaps its parent shows it to nobody.

import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const LINES_MAX = 200;
const BYTES_MAX = 64 * 1024;
/** A grandchild may hold stderr open, and a parent that reads slowly holds up the rest of it. */
const REST_MS = 200;

/** Listens beside whoever else reads; the answer waits a moment for what was written just before the end. */
export function lastWordsOf(stderr: Readable): () => Promise<string[]> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  stderr.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes <= 2 * BYTES_MAX) return;
    chunks = [Buffer.concat(chunks).subarray(-BYTES_MAX)];
    bytes = BYTES_MAX;
  });
  const closed = new Promise<void>((resolve) => stderr.once('close', resolve));
  return async () => {
    await Promise.race([closed, sleep(REST_MS, undefined, { ref: false })]);
    return linesIn(Buffer.concat(chunks));
  };
}

function linesIn(output: Buffer): string[] {
  const text = output.subarray(-BYTES_MAX).toString();
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-LINES_MAX);
}
