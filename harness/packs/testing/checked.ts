// `tornwire check` as somebody types it, in an empty folder, on a program of a pack's `testing/`.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckLine } from '../../report/check.ts';

/** Boxes and verdicts, on a machine with much else to do. */
export const WITHIN_MS = 180_000;

export interface Checked {
  code: number | null;
  total: string;
  /** `WORD what was said`, by check. */
  said: Readonly<Record<string, string>>;
  outcomes: Readonly<Record<string, CheckLine['outcome']>>;
  /** What stands on stderr. */
  err: string;
  /** What was printed and written, all of it. */
  left: string;
}

/** @param file of harness/packs/<pack>/testing/ */
export async function checked(pack: string, file: string, mistakes: readonly string[], words: readonly string[]): Promise<Checked> {
  const folder = await mkdtemp(join(tmpdir(), 'tw-checked-'));
  try {
    const options = ['--env', `MISTAKES=${mistakes.join(',')}`, '--json', ...words];
    const command = ['node', join(import.meta.dirname, '..', pack, 'testing', file)];
    const { code, out, err } = await tornwire(['check', pack, ...options, '--', ...command], folder);
    const { total = '', checks = [] } = out.startsWith('{') ? (JSON.parse(out) as { total: string; checks: CheckLine[] }) : {};
    return {
      code,
      total,
      err,
      left: [out, err, ...(await textsIn(folder))].join('\n'),
      said: Object.fromEntries(checks.map(({ check, word, said }) => [check, `${word} ${said}`])),
      outcomes: Object.fromEntries(checks.map(({ check, outcome }) => [check, outcome])),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function textsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return await Promise.all(
    entries.filter((entry) => entry.isFile()).map(async (entry) => await readFile(join(entry.parentPath, entry.name), 'utf8')),
  );
}

function tornwire(words: readonly string[], cwd: string): Promise<{ code: number | null; out: string; err: string }> {
  const main = join(import.meta.dirname, '../../main.ts');
  // The cache of the tests lies in a folder that the box keeps, and would be told as left there.
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const child = spawn(process.execPath, [main, ...words], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}
