// Figures that a program of the repository measures by itself. The bench runs it by its path, and it prints one JSON line
// for each figure.
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Row } from './row.ts';
import { startTied } from './base/tied-child.ts';

const ROOT = join(import.meta.dirname, '../..');
const WITHIN_MS = 400_000;

/** @throws when it fails, is too slow, or prints what is no figure. */
export async function figuresOf(program: string): Promise<Row[]> {
  const child = startTied([process.execPath, join(ROOT, program)], { stdout: 'pipe', stderr: 'inherit' });
  const overdue = setTimeout(() => child.kill('SIGTERM'), WITHIN_MS);
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const out = await text(child.stdout as Readable);
  const [code, signal] = await exited;
  clearTimeout(overdue);
  if (code !== 0) throw new Error(`${program} ended with ${signal ?? code} within ${WITHIN_MS} ms`);
  return out
    .trim()
    .split('\n')
    .map((line) => figureIn(line, program));
}

function figureIn(line: string, program: string): Row {
  const row = JSON.parse(line) as Partial<Row>;
  const { name, value, unit, target, ok } = row;
  if (
    typeof name !== 'string' ||
    typeof value !== 'number' ||
    typeof unit !== 'string' ||
    typeof target !== 'string' ||
    typeof ok !== 'boolean'
  )
    throw new Error(`${program} printed no figure: ${line}`);
  return { name, value, unit, target, ok };
}
