// A busy machine: loops that do nothing and want a processor each. They end with this process, however that ends.
import { spawn } from 'node:child_process';

const LOOP = 'const parent = process.ppid; for (;;) { for (let i = 0; i < 1e7; i++); if (process.ppid !== parent) process.exit(); }';

export function busyLoops(count: number): Disposable {
  const loops = Array.from({ length: count }, () => spawn(process.execPath, ['-e', LOOP], { stdio: 'ignore' }));
  return {
    [Symbol.dispose]() {
      for (const loop of loops) loop.kill('SIGKILL');
    },
  };
}
