// Programs that end with the bench in any case. Beside each of them a shell waits for the end of a pipe that only the bench
// holds. Then the shell tells the program to stop. A signal handler would not do, because nobody can handle SIGKILL.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Beside the program, whose number is the shell's own: it sends nothing once that program is no longer its parent (proc_pid_stat(5)). */
const SCRIPT = `(
  cat <&3
  read -r _ _ _ parent _ < /proc/self/stat
  [ "$parent" = "$$" ] && kill -TERM "$$"
) > /dev/null 2>&1 &
exec "$@" 3<&-`;

export interface TiedOptions {
  stdout?: 'ignore' | 'pipe';
  stderr?: 'ignore' | 'pipe' | 'inherit';
}

export function startTied(
  command: readonly string[],
  { stdout = 'ignore', stderr = 'ignore' }: TiedOptions = {},
  where: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): ChildProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', ...command], { ...where, stdio: ['ignore', stdout, stderr, 'pipe'] });
  const tie = child.stdio[3];
  tie?.on('error', () => {});
  child.once('exit', () => tie?.destroy());
  return child;
}

export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
