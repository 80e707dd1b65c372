// What of this machine the pairs need beside Node: a C compiler and Python 3. Without one its pairs are skipped, and say so.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Language } from './base/pair.ts';

export interface Tools {
  /** Absolute: what PATH names may be a script that looks for the real one. */
  python?: string;
  compiler?: string;
}

const run = promisify(execFile);

export async function toolsHere(): Promise<Tools> {
  const [python, compiler] = await Promise.all([
    answer('python3', ['-c', 'import sys; print(sys.executable) if sys.version_info >= (3, 8) else None']),
    answer('cc', ['--version']),
  ]);
  return { ...(python !== undefined && { python }), ...(compiler !== undefined && { compiler: 'cc' }) };
}

async function answer(command: string, words: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run(command, words, { timeout: 10_000 });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Why a pair in this language cannot run here, with the cure. */
export function lacking(language: Language, tools: Tools): string | undefined {
  if (language === 'python' && tools.python === undefined) return 'python3 (3.8 or newer) is not here: install python3';
  if (language === 'c' && tools.compiler === undefined) return 'no C compiler is here: install cc, such as gcc with libc6-dev';
  return undefined;
}
