// The end of what a command writes to stderr. It says why the command ended, and perhaps its parent shows it to nobody.

import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const LINES_MAX = 200;
const BYTES_MAX = 64 * 1024;
/** A grandchild may hold stderr open, and a parent that reads slowly holds up the rest of it. */
const REST_MS = 200;

export class LastWords {
  #chunks: Buffer[] = [];
  #bytes = 0;
  readonly #ended = Promise.withResolvers<void>();

  see(chunk: Buffer): void {
    this.#chunks.push(Buffer.from(chunk));
    this.#bytes += chunk.length;
    if (this.#bytes <= 2 * BYTES_MAX) return;
    this.#chunks = [Buffer.concat(this.#chunks).subarray(-BYTES_MAX)];
    this.#bytes = BYTES_MAX;
  }

  end(): void {
    this.#ended.resolve();
  }

  /** Waits a moment for what was written just before the end. */
  async lines(): Promise<string[]> {
    await Promise.race([this.#ended.promise, sleep(REST_MS, undefined, { ref: false })]);
    return linesIn(Buffer.concat(this.#chunks));
  }
}

/** Listens beside whoever else reads. */
export function lastWordsOf(stderr: Readable): () => Promise<string[]> {
  const words = new LastWords();
  stderr.on('data', (chunk: Buffer) => words.see(chunk));
  stderr.once('close', () => words.end());
  return () => words.lines();
}

function linesIn(output: Buffer): string[] {
  const text = output.subarray(-BYTES_MAX).toString();
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-LINES_MAX);
}
