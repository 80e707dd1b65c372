// What killed runs left is removed before a campaign begins, and said in a line each.
import { sweepDeadRuns, type Swept } from '../../runtime/registry/sweep.ts';
import { removeLeftSources } from '../project/left-sources.ts';
import type { Project } from '../project/project.ts';

/**
 * What every campaign does first. Whoever was killed may have left a copy of patched code as well; to look for one each time
 * would cost a walk over all results. @returns a line for each thing that was removed.
 */
export async function sweepBefore(project: Project): Promise<string[]> {
  const swept = await sweepDeadRuns();
  const sources = swept.length > 0 ? await removeLeftSources(project.results) : [];
  return [...swept.map(sweptLine), ...sources.map(sourceLine)];
}

export function sourceLine(folder: string): string {
  return `removed a copy of patched code: ${folder}`;
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
