// Child processes that hold what a test wants to find. Each prints a line when it holds it. After the test the process is
// gone.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** Sends a line to its standard input and waits for the next line on its output. */
  ask(line: string): Promise<string>;
}

/** `code` must print a line when it is ready; `on(line)` in it is called for each line that it is sent. */
export async function childThat(code: string): Promise<Child> {
  const preamble = `process.stdin.setEncoding('utf8').on('data', (line) => globalThis.on?.(line.trim()));`;
  const child = spawn(process.execPath, ['-e', preamble + code], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [ready] = await Promise.race([nextLine(child), once(child, 'exit').then(() => [undefined])]);
  if (ready === undefined || child.pid === undefined) throw new Error('the child ended before it was ready');
  return {
    pid: child.pid,
    async ask(line) {
      const answer = nextLine(child);
      child.stdin.write(`${line}\n`);
      return String((await answer)[0]).trim();
    },
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit');
      if (child.kill('SIGKILL')) await gone;
    },
  };
}

function nextLine(child: ChildProcess): Promise<unknown[]> {
  return once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data');
}
