// Which program ran the cases: its version and the commit of the project, for reports and repro files.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Maker } from '../../results/repro-file.ts';
import { VERSION } from '../base/version.ts';

export async function makerOf(root: string): Promise<Maker> {
  return { tornwire: VERSION, commit: await commitOf(root) };
}

const run = promisify(execFile);

export async function commitOf(root: string): Promise<string | null> {
  try {
    const { stdout } = await run('git', ['rev-parse', 'HEAD'], { cwd: root, timeout: 5_000 });
    return stdout.trimEnd();
  } catch {
    return null;
  }
}
