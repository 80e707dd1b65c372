// What more workers bring: one sweep of a workload with waits, whose cases one worker plays, and then three. And of three workers one is
// killed in the middle of a case: what the ledger has of each case then.
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { privatePostgres } from '../../cli/queue/testing/private-postgres.ts';
import { userProject } from '../../cli/testing/user-project.double.ts';
import { poll } from '../../runtime/linux/poll.ts';
import { killed, startTied } from '../base/tied-child.ts';

export const CASES = 24;
/** A worker starts, records and takes a case: some seconds on an idle machine. */
const CASE_BEGINS_WITHIN_MS = 120_000;
const MAIN = join(import.meta.dirname, '../../main.ts');

interface Measured {
  /** From the first case that was put into the queue to the last result. */
  seconds: number;
  keys: readonly string[];
}

/** On a PostgreSQL of its own. @param kills the first worker, in the middle of a case */
export async function sweptBy(workers: number, kills = false): Promise<Measured> {
  await using postgres = await privatePostgres();
  await using project = await userProject('sweep-project');
  const where = { cwd: project.root, env: { ...process.env, TORNWIRE_QUEUE: postgres.url } };
  const start = (...words: string[]): ChildProcess =>
    startTied([process.execPath, MAIN, ...words], { stdout: 'pipe', stderr: 'pipe' }, where);
  const crew = Array.from({ length: workers }, () => start('worker', '--jobs', '1'));
  try {
    const words = ['slow', '--seed', '1', '--depth', '1', '--cases', String(CASES), '--budget', '20min', '--lost-after', '10s', '--json'];
    const sweep = start('sweep', ...words);
    const out = text(sweep.stdout as Readable);
    const err = text(sweep.stderr as Readable);
    if (kills) await killOne(crew[0] as ChildProcess, project.root, sweep);
    await once(sweep, 'close');
    return measuredIn(await out, await err, project.root);
  } finally {
    await Promise.all(crew.map(killed));
  }
}

/** In the middle of a case. @throws when the worker has not begun one within the bound */
async function killOne(worker: ChildProcess, root: string, sweep: ChildProcess): Promise<void> {
  const folder = join(root, 'results', 'worker', String(worker.pid));
  const hasBegun = (): boolean => existsSync(folder) && readdirSync(folder).length > 0;
  const seen = await poll(() => (sweep.exitCode !== null || hasBegun() ? true : undefined), { withinMs: CASE_BEGINS_WITHIN_MS });
  if (seen === undefined) throw new Error(`worker ${worker.pid} began no case within ${CASE_BEGINS_WITHIN_MS / 1_000} s`);
  await killed(worker);
}

function measuredIn(out: string, err: string, root: string): Measured {
  const { workloads } = JSON.parse(out || '{"workloads":[]}') as { workloads: { outcome: { spentMs?: number } }[] };
  const spentMs = workloads[0]?.outcome.spentMs;
  if (spentMs === undefined) throw new Error(`the sweep gave no outcome: ${out.trim().slice(-300)} ${err.trim().slice(-300)}`);
  const ledger = readFileSync(join(root, 'results', 'sweeps', 'slow-1', 'ledger.ndjson'), 'utf8');
  const lines = ledger
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { kind: string; key: string });
  return { seconds: spentMs / 1_000, keys: lines.filter(({ kind }) => kind === 'case').map(({ key }) => key) };
}
