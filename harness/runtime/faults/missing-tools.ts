// Some faults need more than a runtime. This file tries out once whether the machine has it, and names the cure if not.
import { startTracer } from '../linux/tracer.ts';

export async function missingProgram(program: string, cure: string): Promise<string | undefined> {
  const { execa } = await import('execa');
  const { failed } = await execa(program, ['--version'], { reject: false, timeout: 5_000, stdin: 'ignore' });
  return failed ? `${program} does not start: ${cure}` : undefined;
}

const tried: { answer?: Promise<string | undefined> } = {};

/** A process of our own is traced for an instant: only that tells whether it is allowed. */
export function untraceable(): Promise<string | undefined> {
  tried.answer ??= (async () => {
    const missing = await missingProgram('strace', 'apt-get install strace');
    if (missing !== undefined) return missing;
    const { execa } = await import('execa');
    const subject = execa('sleep', ['30'], { reject: false, stdio: 'ignore' });
    try {
      if (subject.pid === undefined) return 'sleep does not start: apt-get install coreutils';
      const tracer = await startTracer({ pids: [subject.pid], words: ['-e', 'trace=none', '-o', '/dev/null'], env: {} });
      await tracer.stop();
      return undefined;
    } catch (error) {
      return `${(error as Error).message}: allow tracing (sysctl kernel.yama.ptrace_scope=0, or run as root, and in a container --cap-add SYS_PTRACE)`;
    } finally {
      subject.kill('SIGKILL');
      await subject;
    }
  })();
  return tried.answer;
}
