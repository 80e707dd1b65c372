// Who runs the cases: the version of the program and the commit of the project, for reports and repro files.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Maker } from '../results/repro-file.ts';
import { VERSION } from './program.ts';

export async function makerOf(root: string): Promise<Maker> {
  return { tornwire: VERSION, commit: await commitOf(root) };
}

export async function commitOf(root: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: root, timeout: 5_000 });
    return stdout.trim();
  } catch {
    return null;
  }
}
