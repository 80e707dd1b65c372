// A child over stdio that the harness itself starts, for the script to talk to.
import { spawn } from 'node:child_process';
import type { NodeExit, StartedChild } from '../runtime.ts';
import type { CaseBox } from '../box/case-box.ts';

export async function startChild(
  command: readonly string[],
  about: { env: Readonly<Record<string, string>>; cwd: string; box: CaseBox | undefined },
): Promise<StartedChild | { failed: string }> {
  const { env, cwd, box } = about;
  const start = ([file = '', ...words]: readonly string[]) => spawn(file, words, { env, cwd, detached: true, stdio: 'pipe' });
  const child = box?.within(command, about, start) ?? start(command);
  if (child.pid === undefined) {
    const failed = await new Promise<Error>((resolve) => child.once('error', resolve));
    return { failed: failed.message };
  }
  // It may end while it is written to.
  child.stdin.on('error', () => {});
  const exited = new Promise<NodeExit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const { pid, stdin, stdout, stderr } = child;
  return { pid, stdin, stdout, stderr, exited };
}
