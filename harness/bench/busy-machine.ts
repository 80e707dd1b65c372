// Verdicts on a machine that has no time: a system that is broken by any measure fails, and a system that is only late does
// not.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Summary } from '../results/summary.ts';
import { atLeast, told, type Row } from './row.ts';

const CASES = 10;
/** A bench that runs longer than this has lost its way; its busy loops end by themselves. */
const BUSY_AT_MOST_MS = 1_800_000;
/** Ends also when whoever started it has gone, however that went. */
const BUSY_LOOP = `const parent = process.ppid; const endMs = Date.now() + ${BUSY_AT_MOST_MS}; while (process.ppid === parent && Date.now() < endMs) for (let i = 0; i < 1e6; i++);`;

/** A server that answers no ping in 80 s where half a second is promised, under four busy loops a core. */
export async function deafServer(): Promise<Row[]> {
  await using _busy = busyLoops(4 * availableParallelism());
  const { cases } = await tornwire(join(import.meta.dirname, 'busy-machine'), 'deaf-server', CASES);
  const failed = cases.filter((row) => row.verdict === 'fail' && row.oracle === 'hang');
  return [atLeast('deaf-server', failed.length, `of ${cases.length} fail by hang`, CASES)];
}

/** A clean case of many rounds, bounded to 60 s, under 26 busy loops: it may be too late, and is never blamed for it. */
export async function cleanCaseOnBusyMachine(): Promise<Row[]> {
  await using _busy = busyLoops(26);
  const { cases, counts } = await tornwire(
    join(import.meta.dirname, '../..'),
    'lost-connection/each-lost-connection-leaves-nothing-behind-in-the-bridge',
    CASES,
  );
  const excused = cases.filter((row) => row.verdict === 'pass' || (row.verdict === 'unknown' && row.reason));
  return [
    atLeast('busy-clean-case', excused.length, `of ${cases.length} pass, or unknown with the reason`, CASES),
    told('busy-clean-case-passed', counts.passed, 'passed'),
  ];
}

function busyLoops(count: number): AsyncDisposable {
  const loops = Array.from({ length: count }, () => spawn(process.execPath, ['-e', BUSY_LOOP], { stdio: 'ignore' }));
  return { [Symbol.asyncDispose]: async () => void (await Promise.all(loops.map(killed))) };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Asks a program to end once whoever started it has gone, however that went. */
const TIED = `const parent = process.ppid; setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGTERM'), 500).unref();`;

/** Side by side; what is starved is taken again alone, as ever. What it prints as JSON counts, whatever the exit code. */
function tornwire(cwd: string, scenario: string, repeat: number): Promise<Summary> {
  const main = join(import.meta.dirname, '../main.ts');
  const words = [
    '--import',
    `data:text/javascript,${encodeURIComponent(TIED)}`,
    main,
    'run',
    scenario,
    '--repeat',
    String(repeat),
    '--jobs',
    String(repeat / 2),
    '--json',
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { cwd, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout) as Summary);
      } catch {
        reject(new Error(`tornwire run ${scenario} gave no summary: ${error?.message ?? ''}\n${stderr.slice(-2_000)}`));
      }
    });
  });
}
