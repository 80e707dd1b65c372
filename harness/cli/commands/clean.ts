// `tornwire clean`: removes what killed runs left, and only that.
import { EXIT } from '../../model/values/exit-code.ts';
import { removeClockRemains } from '../../runtime/linux/fake-clock.ts';
import { sweepDeadRuns, sweepOrphans } from '../../runtime/registry/sweep.ts';
import { sourceLine, sweptLine } from '../campaign/sweep-before.ts';
import { removeLeftSources } from '../project/left-sources.ts';
import { projectAt } from '../project/project.ts';
import { UsageError } from '../base/usage-error.ts';

export async function clean({ json = false }: { json?: boolean } = {}): Promise<number> {
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
  if (json) process.stdout.write(`${JSON.stringify({ version: 1, runs: swept, clocks: objects, sources }, null, 2)}\n`);
  else process.stdout.write(`${lines.length === 0 ? 'nothing was left behind' : lines.join('\n')}\n`);
  return swept.some((run) => run.left !== undefined) ? EXIT.harness : EXIT.pass;
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
