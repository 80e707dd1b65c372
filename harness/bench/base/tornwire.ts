// The command as a user starts it, tied to the bench, and what it prints as JSON.
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Summary } from '../../results/summary.ts';
import { startTied } from './tied-child.ts';

/** What it prints as JSON, whatever the exit code: the counts are what is measured. @throws when it prints none */
export async function tornwire<T = Summary>(command: string, ...words: readonly string[]): Promise<T> {
  return tornwireWith({}, command, ...words);
}

/** With these variables besides those that are there. */
export async function tornwireWith<T = Summary>(variables: NodeJS.ProcessEnv, command: string, ...words: readonly string[]): Promise<T> {
  const main = join(import.meta.dirname, '../../main.ts');
  const env = { ...process.env, ...variables };
  const child = startTied([process.execPath, main, command, '--json', ...words], { stdout: 'pipe', stderr: 'pipe' }, { env });
  const [out, err] = await Promise.all([text(child.stdout as Readable), text(child.stderr as Readable)]);
  try {
    return JSON.parse(out) as T;
  } catch (cause) {
    throw new Error(`tornwire ${[command, ...words].join(' ')} gave no summary: ${err.trim().slice(-300)}`, { cause });
  }
}
