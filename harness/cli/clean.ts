// `tornwire clean`: what killed runs left, and only that.
import { EXIT } from '../model/exit-code.ts';
import { removeClockRemains } from '../runtime/fake-clock.ts';
import { sweepDeadRuns, sweepOrphans, type Swept } from '../runtime/sweep.ts';
import { removeLeftSources } from './left-sources.ts';
import { projectAt } from './project.ts';
import { UsageError } from './usage-error.ts';

export async function clean(): Promise<number> {
  const onWait = (): void => void process.stderr.write('tornwire: another tornwire is removing what runs left: waiting for it\n');
  // An engine that is not there or does not answer holds nothing that could be removed now.
  const swept = [...(await sweepDeadRuns({ onWait })), ...(await sweepOrphans().catch(() => []))];
  const objects = await removeClockRemains();
  const sources = await leftSources();
  const lines = [
    ...swept.map(sweptLine),
    ...(objects.length > 0 ? [`removed shared memory of faked clocks: ${objects.join(' ')}`] : []),
    ...sources.map((folder) => `removed a copy of patched code: ${folder}`),
  ];
  process.stdout.write(`${lines.length === 0 ? 'nothing was left behind' : lines.join('\n')}\n`);
  return swept.some((run) => run.left !== undefined) ? EXIT.harness : EXIT.pass;
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

/** Of the project that this is called in; outside of any there are none. */
async function leftSources(): Promise<string[]> {
  try {
    return await removeLeftSources(projectAt(process.cwd()).results);
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
}
