// `tornwire clean`: what killed runs left, and only that.
import { sweepDeadRuns, sweepOrphans, type Swept } from '../runtime/sweep.ts';

export async function clean(): Promise<number> {
  // An engine that is not there or does not answer holds nothing that could be removed now.
  const swept = [...(await sweepDeadRuns()), ...(await sweepOrphans().catch(() => []))];
  for (const run of swept) process.stdout.write(`${sweptLine(run)}\n`);
  if (swept.length === 0) process.stdout.write('nothing was left behind\n');
  return swept.some((run) => run.left !== undefined) ? 3 : 0;
}

export function sweptLine(run: Swept): string {
  const parts = [
    run.processes.length > 0 ? `processes ${run.processes.join(' ')}` : '',
    ...Object.entries(run.removed).map(([kind, names]) => (names.length > 0 ? `${kind} ${names.join(' ')}` : '')),
    `folder ${run.folder}`,
  ].filter((part) => part !== '');
  return run.left === undefined
    ? `removed what run ${run.runId} had left: ${parts.join(', ')}`
    : `run ${run.runId} is not cleaned up yet: ${run.left}`;
}
