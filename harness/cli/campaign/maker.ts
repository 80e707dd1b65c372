// Which program ran the cases: its version and the commit of the project, for reports and repro files.
import { execa } from 'execa';
import type { Maker } from '../../results/repro-file.ts';
import { VERSION } from '../base/version.ts';

export async function makerOf(root: string): Promise<Maker> {
  return { tornwire: VERSION, commit: await commitOf(root) };
}

export async function commitOf(root: string): Promise<string | null> {
  try {
    const { stdout } = await execa('git', ['rev-parse', 'HEAD'], { cwd: root, timeout: 5_000 });
    return stdout;
  } catch {
    return null;
  }
}
