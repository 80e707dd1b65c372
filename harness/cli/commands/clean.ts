// `tornwire clean`: removes what killed runs left, and only that.
import { EXIT } from '../../model/values/exit-code.ts';
import { removeClockRemains } from '../../runtime/linux/fake-clock.ts';
import { sweepDeadRuns, sweepOrphans, type Swept } from '../../runtime/registry/sweep.ts';
import { removeLeftSources } from '../project/left-sources.ts';
import { projectAt, type Project } from '../project/project.ts';
import { UsageError } from '../usage-error.ts';

export async function clean(): Promise<number> {
  const onWait = (): void => void process.stderr.write('tornwire: another tornwire is removing what runs left: waiting for it\n');
  // An engine that is not there or does not answer holds nothing that could be removed now.
  const swept = [...(await sweepDeadRuns({ onWait })), ...(await sweepOrphans().catch(() => []))];
  const objects = await removeClockRemains();
  const sources = await leftSources();
  const lines = [
    ...swept.map(sweptLine),
    ...(objects.length > 0 ? [`removed shared memory of faked clocks: ${objects.join(' ')}`] : []),
    ...sources.map(sourceLine),
  ];
  process.stdout.write(`${lines.length === 0 ? 'nothing was left behind' : lines.join('\n')}\n`);
  return swept.some((run) => run.left !== undefined) ? EXIT.harness : EXIT.pass;
}

/**
 * What every campaign does first. Whoever was killed may have left a copy of patched code as well; to look for one each time
 * would cost a walk over all results. @returns a line for each thing that was removed.
 */
export async function sweepBefore(project: Project): Promise<string[]> {
  const swept = await sweepDeadRuns();
  const sources = swept.length > 0 ? await removeLeftSources(project.results) : [];
  return [...swept.map(sweptLine), ...sources.map(sourceLine)];
}

function sourceLine(folder: string): string {
  return `removed a copy of patched code: ${folder}`;
}

function sweptLine(run: Swept): string {
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
